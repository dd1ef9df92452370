"""The list of batches: its sums, its order, its pages, and what state each batch is in."""

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, at, broken, exchange, plan, ranked, received, sample, store
from tests.pipeline.watching import assert_summed_up
from workbench.domain.batches import Step
from workbench.domain.messages import Outcome, Usage
from workbench.domain.run_status import BatchRow, BatchState
from workbench.domain.runs import Run
from workbench.storage.runs.attempts import Sending, save_sent
from workbench.storage.runs.batch_rows import (
    load_batch_rows,
    load_batch_samples,
    load_batches,
    load_children,
    load_totals,
)
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import Lease, claim_run

HAPPY = ranked("happy")


@pytest.fixture
def run(db: Database) -> Run:
    """Eight samples, in batches of two; and another run beside."""
    store(db, [sample(name) for name in "abcdefgh"])
    other = plan(db, ["a", "b", "c"], name="other")
    exchange(db, claim_run(db, other, at()), open_batches(db, other.id)[0], received({"a": ranked("sad")}))
    return plan(db, ["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"])


@pytest.fixture
def lease(db: Database, run: Run) -> Lease:
    return claim_run(db, run, at())


def numbers(db: Database, run: Run) -> list[int]:
    return [batch.id for batch in open_batches(db, run.id)]


def states(db: Database, run: Run, *, is_sent: bool = True) -> dict[int, BatchState]:
    return {row.id: row.state for row in load_batches(db, run.id, None, is_sent=is_sent, most=99)}


def test_a_run_that_was_never_sent_waits_in_planned_order(db: Database, run: Run) -> None:
    first, second, third, fourth = numbers(db, run)
    page = load_batches(db, run.id, None, is_sent=False, most=99)
    assert [row.id for row in page] == [first, second, third, fourth]
    assert {row.state for row in page} == {BatchState.WAITING}
    assert [(row.samples, row.first_sample, row.attempts) for row in page] == [(2, name, 0) for name in "aceg"]
    totals = load_totals(db, run.id, is_sent=False)
    assert (totals.planned, totals.settled, totals.batches, totals.requests) == (8, 0, 4, 0)


def test_what_was_tried_last_comes_first(db: Database, run: Run, lease: Lease) -> None:
    first, second, third, fourth = open_batches(db, run.id)
    exchange(db, lease, third, broken())
    save_sent(db, lease, second, asked="cd", prompt="", at=at())
    assert [row.id for row in load_batches(db, run.id, None, is_sent=True, most=99)] == [
        second.id,
        third.id,
        first.id,
        fourth.id,
    ]


def test_every_state_has_its_batches_and_their_number(db: Database, run: Run, lease: Lease) -> None:
    first, second, third, fourth = open_batches(db, run.id)
    exchange(db, lease, first, received({"a": HAPPY, "b": HAPPY}))
    exchange(db, lease, second, received(outcome=Outcome.REFUSED, step=Step.SPLIT, follow=[["c"], ["d"]]))
    alone = next(batch for batch in open_batches(db, run.id) if batch.sample_ids == ("c",))
    exchange(db, lease, alone, received({"c": REFUSED}, outcome=Outcome.REFUSED, step=Step.GIVE_UP))
    save_sent(db, lease, third, asked="ef", prompt="", at=at())
    db.conn.execute(
        "INSERT INTO job VALUES (1, ?, 'openai', NULL, 0, 'x', 1, 9, 'created', 'f', NULL, NULL, NULL, NULL, '', '')",
        (run.id,),
    )
    exchange(db, lease, fourth, broken())
    before = states(db, run)
    assert before[third.id] is BatchState.IN_FLIGHT
    fourth = next(batch for batch in open_batches(db, run.id) if batch.id == fourth.id)
    save_sent(db, lease, fourth, asked="gh", prompt="", at=at(), by=Sending("openai", job_id=1))
    found = states(db, run)
    assert found.pop(third.id) is BatchState.IN_FLIGHT
    assert sorted(found.values()) == sorted(
        [BatchState.DONE, BatchState.SPLIT, BatchState.GIVEN_UP, BatchState.WAITING, BatchState.IN_JOB]
    )
    for state in BatchState:
        listed = load_batches(db, run.id, state, is_sent=True, most=99)
        assert {row.state for row in listed} == {state}
        assert len(listed) == 1
    # Nobody sends it any more: the reply was never seen, and the batch waits to be asked again.
    assert states(db, run, is_sent=False)[third.id] is BatchState.WAITING
    assert third.id in [row.id for row in load_batches(db, run.id, BatchState.WAITING, is_sent=False, most=99)]
    assert load_batches(db, run.id, BatchState.IN_FLIGHT, is_sent=False, most=99) == []


def test_pages_follow_each_other_in_both_directions_and_can_be_jumped_to(db: Database, run: Run, lease: Lease) -> None:
    for batch in open_batches(db, run.id)[:2]:
        exchange(db, lease, batch, broken())

    def page(**where: int) -> list[BatchRow]:
        return load_batches(db, run.id, None, is_sent=True, **where)

    whole = page(most=99)
    assert page(most=2, below=whole[1].activity) == whole[2:4]
    assert page(most=2, above=whole[3].activity) == whole[1:3]
    assert page(most=2, skip=1) == whole[1:3]
    assert load_batch_rows(db, run.id, [whole[0].id, whole[3].id], is_sent=True) == {
        whole[0].id: whole[0],
        whole[3].id: whole[3],
    }


def test_a_batch_knows_its_samples_its_parent_and_its_children(db: Database, run: Run, lease: Lease) -> None:
    first = open_batches(db, run.id)[0]
    refused = received(outcome=Outcome.REFUSED, step=Step.SPLIT, follow=[["a"], ["b"]])
    exchange(db, lease, first, refused)
    one, other = load_children(db, run.id, first.id)
    exchange(db, lease, open_batches(db, run.id)[-2], received({"a": HAPPY}))
    assert load_batch_rows(db, run.id, [other], is_sent=True)[other].parent_id == first.id
    assert load_batch_samples(db, first.id, run.id) == [("a", "ranked"), ("b", None)]
    assert load_children(db, run.id, one) == []


def test_the_sums_are_what_counting_comes_to(db: Database, run: Run, lease: Lease) -> None:
    first, second, third, _ = open_batches(db, run.id)
    done = received({"a": HAPPY, "b": HAPPY}, cost_usd=0.25, usage=Usage(100, 20))
    exchange(db, lease, first, done)
    assert_summed_up(db, run)
    assert load_totals(db, run.id, is_sent=False).cost_usd == 0.25
    exchange(db, lease, second, broken())
    save_sent(db, lease, third, asked="ef", prompt="", at=at())
    assert_summed_up(db, run)
    db.conn.execute("UPDATE prediction SET status = NULL")
    assert_summed_up(db, run)
