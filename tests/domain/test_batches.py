from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.batches import Decision, History, RetryPolicy, Step, next_step, plan_batches, split_batch
from workbench.domain.messages import Fault, Outcome

POLICY = RetryPolicy(repeats=1, fault_repeats=3, first_wait_s=1.0, longest_wait_s=8.0)
ids = st.lists(st.text(max_size=4), unique=True, max_size=60)


def after(outcome: Outcome, fault: Fault | None = None, *, wait_s: float | None = None, **history: int) -> Decision:
    """The decision after an attempt at four samples that settled none, unless said otherwise."""
    failed = outcome is Outcome.FAILED
    given = {"left": 4, "settled": 0, "answers_tried": 0 if failed else 1, "faults": 1 if failed else 0} | history
    return next_step(outcome, fault, History(**given), POLICY, retry_after_s=wait_s)


@given(sample_ids=ids, size=st.integers(1, 25), seed=st.integers(0, 9))
def test_every_sample_is_planned_once_in_batches_of_the_size_asked_for(
    sample_ids: list[str], size: int, seed: int
) -> None:
    batches = plan_batches(sample_ids, size=size, seed=seed)
    assert sorted(name for batch in batches for name in batch) == sorted(sample_ids)
    assert all(len(batch) == size for batch in batches[:-1])
    assert all(1 <= len(batch) <= size for batch in batches)


@given(sample_ids=ids, seed=st.integers(0, 9))
def test_the_plan_depends_on_the_ids_alone_and_not_on_their_order(sample_ids: list[str], seed: int) -> None:
    planned = plan_batches(sample_ids, size=6, seed=seed)
    assert plan_batches(sample_ids[::-1], size=6, seed=seed) == planned


@given(sample_ids=ids, seed=st.integers(0, 9))
def test_the_batch_size_cuts_the_order_and_does_not_change_it(sample_ids: list[str], seed: int) -> None:
    order = [name for batch in plan_batches(sample_ids, size=20, seed=seed) for name in batch]
    assert [name for batch in plan_batches(sample_ids, size=1, seed=seed) for name in batch] == order


def test_neighbours_are_shuffled_apart_by_the_seed() -> None:
    names = [f"actor_{number:02d}" for number in range(40)]
    first, second = (plan_batches(names, size=40, seed=seed)[0] for seed in (0, 1))
    assert list(first) != names
    assert first != second


def test_the_order_of_a_seed_is_the_same_in_every_release() -> None:
    assert plan_batches([f"s{number}" for number in range(7)], size=3, seed=0) == [
        ("s4", "s2", "s1"),
        ("s0", "s5", "s3"),
        ("s6",),
    ]


@given(st.lists(st.text(), min_size=2, max_size=41))
def test_halves_hold_everything_in_order_and_differ_by_one_at_most(sample_ids: list[str]) -> None:
    first, second = split_batch(sample_ids)
    assert [*first, *second] == sample_ids
    assert 0 <= len(second) - len(first) <= 1
    assert first


DECIDED = {
    "everything is settled": (after(Outcome.ANSWERED, left=0, settled=4), Decision(Step.KEEP)),
    "everything is settled though it was cut off": (
        after(Outcome.TRUNCATED, left=0, settled=4),
        Decision(Step.KEEP),
    ),
    "a refusal is asked once more": (after(Outcome.REFUSED), Decision(Step.REPEAT)),
    "a second refusal halves": (after(Outcome.REFUSED, answers_tried=2), Decision(Step.SPLIT)),
    "a refused single is given up": (after(Outcome.REFUSED, left=1, answers_tried=2), Decision(Step.GIVE_UP)),
    "a filter is no reason to stop": (after(Outcome.FILTERED), Decision(Step.REPEAT)),
    "an empty answer": (after(Outcome.EMPTY), Decision(Step.REPEAT)),
    "an answer that says nothing of anybody": (after(Outcome.ANSWERED, answers_tried=2), Decision(Step.SPLIT)),
    "a partial answer costs no repeat": (
        after(Outcome.ANSWERED, left=2, settled=2, answers_tried=9),
        Decision(Step.REPEAT),
    ),
    "a cut-off answer is halved at once": (after(Outcome.TRUNCATED), Decision(Step.SPLIT)),
    "a cut-off single is asked once more": (after(Outcome.TRUNCATED, left=1), Decision(Step.REPEAT)),
    "a cut-off single is given up": (after(Outcome.TRUNCATED, left=1, answers_tried=2), Decision(Step.GIVE_UP)),
    "no key": (after(Outcome.FAILED, Fault.STOP), Decision(Step.STOP)),
    "too large": (after(Outcome.FAILED, Fault.TOO_LARGE), Decision(Step.SPLIT)),
    "too large and alone": (after(Outcome.FAILED, Fault.TOO_LARGE, left=1), Decision(Step.GIVE_UP)),
    "rejected": (after(Outcome.FAILED, Fault.BAD_REQUEST), Decision(Step.SPLIT)),
    "rejected and alone": (after(Outcome.FAILED, Fault.BAD_REQUEST, left=1), Decision(Step.GIVE_UP)),
    "a first fault": (after(Outcome.FAILED, Fault.TRANSIENT), Decision(Step.REPEAT, 1.0)),
    "a third fault": (after(Outcome.FAILED, Fault.TRANSIENT, faults=3), Decision(Step.REPEAT, 4.0)),
    "one fault too many": (after(Outcome.FAILED, Fault.TRANSIENT, faults=4), Decision(Step.GIVE_UP)),
    "an overloaded server says when": (
        after(Outcome.FAILED, Fault.TRANSIENT, wait_s=20.0),
        Decision(Step.REPEAT, 20.0),
    ),
    "an overloaded server says too early": (
        after(Outcome.FAILED, Fault.TRANSIENT, faults=3, wait_s=0.1),
        Decision(Step.REPEAT, 4.0),
    ),
    "limited": (after(Outcome.FAILED, Fault.RATE_LIMITED, faults=0), Decision(Step.REPEAT)),
    "limited, and its lane is told when": (
        after(Outcome.FAILED, Fault.RATE_LIMITED, faults=0, wait_s=121.0),
        Decision(Step.REPEAT),
    ),
    "limits never cost a batch its life": (after(Outcome.FAILED, Fault.RATE_LIMITED, faults=99), Decision(Step.REPEAT)),
}


@pytest.mark.parametrize(("decided", "expected"), DECIDED.values(), ids=DECIDED)
def test_what_follows_an_attempt(decided: Decision, expected: Decision) -> None:
    assert decided == expected


@given(
    size=st.integers(1, 20),
    replies=st.lists(
        st.tuples(st.sampled_from(Outcome), st.sampled_from((None, *Fault)), st.integers(0, 20)),
        min_size=1,
        max_size=12,
    ),
    repeats=st.integers(0, 3),
    fault_repeats=st.integers(0, 3),
)
def test_whatever_an_endpoint_does_a_run_ends_and_settles_or_gives_up_every_sample(
    size: int, replies: list[tuple[Outcome, Fault | None, int]], repeats: int, fault_repeats: int
) -> None:
    """An endpoint that repeats the same hostile replies forever, except that it cannot limit or stop a run for good."""
    policy = RetryPolicy(repeats=repeats, fault_repeats=fault_repeats)
    planned = tuple(f"s{number:02d}" for number in range(size))
    open_batches = deque([(planned, 0, 0)])
    ended: list[str] = []
    sent = 0
    while open_batches:
        batch, answers, faults = open_batches.popleft()
        outcome, fault, wanted = replies[sent % len(replies)]
        fault = (fault or Fault.TRANSIENT) if outcome is Outcome.FAILED else None
        if fault in (Fault.RATE_LIMITED, Fault.DIALECT, Fault.STOP):  # a word can be left out only once
            fault = Fault.TRANSIENT
        sent += 1
        settled = min(wanted, len(batch)) if outcome in (Outcome.ANSWERED, Outcome.TRUNCATED) else 0
        left = batch[settled:]
        failed = outcome is Outcome.FAILED
        answers, faults = answers + (not failed), faults + failed
        history = History(left=len(left), settled=settled, answers_tried=answers, faults=faults)
        step = next_step(outcome, fault, history, policy).step
        ended += batch[:settled]
        match step:
            case Step.REPEAT if settled:
                open_batches.append((left, 0, 0))
            case Step.REPEAT:
                open_batches.append((left, answers, faults))
            case Step.SPLIT:
                open_batches.extend((half, 0, 0) for half in split_batch(left))
            case Step.KEEP:
                assert not left
            case Step.GIVE_UP:
                ended += left
            case Step.STOP:
                pytest.fail("nothing asked for a stop")
        assert sent <= 2 * size * (repeats + fault_repeats + 2), "a bound on what a run can cost"
    assert sorted(ended) == list(planned)
