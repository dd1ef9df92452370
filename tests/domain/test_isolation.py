"""How many requests it takes to find those samples of a batch that an endpoint refuses."""

from collections import Counter, deque
from collections.abc import Collection
from itertools import combinations

import pytest

from workbench.domain.batches import (
    HALVING,
    PAPER_SCHEDULE,
    History,
    RetryPolicy,
    Step,
    next_step,
    retry_policy,
    split_batch,
)
from workbench.domain.messages import Outcome

Batch = tuple[int, ...]
NO_REPEATS = RetryPolicy(repeats=0)
TWENTY: Batch = tuple(range(20))


def asked(policy: RetryPolicy, planned: Batch, refusers: Collection[int]) -> tuple[list[Batch], set[int]]:
    """Every request about a batch, in order, by an endpoint that refuses whatever holds one of the refusers; and who
    was given up in the end."""
    requests: list[Batch] = []
    given_up: set[int] = set()
    open_batches = deque([(planned, 0, 0)])
    while open_batches:
        batch, tries, depth = open_batches.popleft()
        requests.append(batch)
        is_refused = bool(set(batch) & set(refusers))
        history = History(
            left=len(batch) if is_refused else 0,
            settled=0 if is_refused else len(batch),
            answers_tried=tries + 1,
            faults=0,
            depth=depth,
        )
        decision = next_step(Outcome.REFUSED if is_refused else Outcome.ANSWERED, None, history, policy)
        match decision.step:
            case Step.REPEAT:
                open_batches.appendleft((batch, tries + 1, depth))
            case Step.SPLIT:
                parts = split_batch([str(one) for one in batch], decision.parts)
                open_batches.extend((tuple(int(one) for one in part), 0, depth + 1) for part in parts)
            case Step.GIVE_UP:
                given_up |= set(batch)
            case _:
                assert not is_refused
    return requests, given_up


def test_one_refuser_among_twenty_is_found_in_ten_further_requests_wherever_it_stands() -> None:
    for refuser in TWENTY:
        requests, given_up = asked(NO_REPEATS, TWENTY, {refuser})
        assert given_up == {refuser}
        assert len(requests) - 1 <= 10, refuser


def test_two_refusers_among_twenty_are_found_in_eighteen_further_requests_wherever_they_stand() -> None:
    for pair in combinations(TWENTY, 2):
        requests, given_up = asked(NO_REPEATS, TWENTY, pair)
        assert given_up == set(pair)
        assert len(requests) - 1 <= 18, pair


def test_halving_asks_each_refused_request_once_more_before_it_is_halved() -> None:
    requests, given_up = asked(retry_policy(HALVING, 20), TWENTY, {7})
    assert given_up == {7}
    times = Counter(requests)
    assert {times[batch] for batch in times if 7 in batch} == {2}
    assert {times[batch] for batch in times if 7 not in batch} == {1}


SCHEDULES = {
    20: [20] * 3 + [10] * 4 + [5] * 4 + [1] * 20,
    8: [8] * 3 + [4] * 4 + [2] * 4 + [1] * 8,
    6: [6] * 3 + [3] * 4 + [1] * 6,
}


@pytest.mark.parametrize(("size", "sizes"), SCHEDULES.items(), ids=[f"batches of {size}" for size in SCHEDULES])
def test_the_ancestors_schedule_for_a_batch_that_is_always_refused(size: int, sizes: list[int]) -> None:
    planned = tuple(range(size))
    requests, given_up = asked(retry_policy(PAPER_SCHEDULE, size), planned, planned)
    assert [len(batch) for batch in requests] == sizes
    assert given_up == set(planned)


def test_halving_finds_a_refuser_in_fewer_requests_than_the_ancestors_schedule() -> None:
    for refuser in TWENTY:
        ours, _ = asked(NO_REPEATS, TWENTY, {refuser})
        theirs, given_up = asked(retry_policy(PAPER_SCHEDULE, 20), TWENTY, {refuser})
        assert given_up == {refuser}
        assert len(ours) < len(theirs)
