import json

import pytest
from sqlite_utils import Database

from tests.building import (
    REFUSED,
    UNPARSED,
    at,
    broken,
    exchange,
    plan,
    ranked,
    received,
    sample,
    settled,
    store,
)
from workbench.domain.batches import Batch, Step
from workbench.domain.cases import Result
from workbench.domain.messages import Fault, Outcome, Usage
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.runs import Run
from workbench.errors import DatabaseError
from workbench.storage.runs.attempts import load_sample_attempts, read_attempts, save_received, save_sent, save_unsent
from workbench.storage.runs.plans import add_batches, open_batches
from workbench.storage.runs.results import load_result
from workbench.storage.runs.run_control import Lease, claim_run
from workbench.storage.workspace.database import transaction

BAD_MEDIA = RankedPrediction(PredictionStatus.BAD_MEDIA)


@pytest.fixture
def run(db: Database) -> Run:
    """A run that asks about a, b, c in one request and about d in another."""
    store(db, [sample(name) for name in "abcd"])
    return plan(db, ["a", "b", "c"], ["d"])


@pytest.fixture
def lease(db: Database, run: Run) -> Lease:
    return claim_run(db, run, at())


def first_open(db: Database, run: Run) -> Batch:
    return open_batches(db, run.id)[0]


def result(db: Database, run: Run, name: str) -> Result:
    found = load_result(db, run.id, name)
    assert found is not None
    return found


def snapshot(db: Database) -> list[object]:
    """All rows of all tables, but for the sign of life."""
    db.conn.execute("UPDATE run SET held_at = NULL")
    return [list(table.rows) for table in db.tables]


# ── what is still to be asked ────────────────────────────────────────────────────────────────────────────────────


def test_a_run_goes_on_where_it_stopped_with_what_was_tried(db: Database, run: Run, lease: Lease) -> None:
    for what in (
        broken(),
        broken(Fault.RATE_LIMITED, status_code=429),
        broken(Fault.STOP, step=Step.STOP, status_code=401),
        received(outcome=Outcome.REFUSED, step=Step.REPEAT),
        received(outcome=Outcome.FILTERED, step=Step.REPEAT),
    ):
        exchange(db, lease, first_open(db, run), what)
    save_sent(db, lease, first_open(db, run), asked="abc", prompt="", at=at())  # and then the program was killed
    first, second = open_batches(db, run.id)
    assert (first.sample_ids, first.attempts) == (("a", "b", "c"), 6)
    assert (first.answers_tried, first.faults) == (2, 1)
    assert second == Batch(second.id, ("d",))


def test_a_settled_batch_is_not_asked_again(db: Database, run: Run, lease: Lease) -> None:
    exchange(db, lease, first_open(db, run), received({name: ranked("sad") for name in "abc"}))
    assert [batch.sample_ids for batch in open_batches(db, run.id)] == [("d",)]


@pytest.mark.parametrize("step", [Step.REPEAT, Step.STOP])
def test_a_batch_that_nobody_takes_over_stays_open(db: Database, run: Run, lease: Lease, step: Step) -> None:
    assert exchange(db, lease, first_open(db, run), received(step=step)) == []
    assert first_open(db, run).sample_ids == ("a", "b", "c")


def test_a_batch_that_is_given_up_is_closed(db: Database, run: Run, lease: Lease) -> None:
    exchange(db, lease, first_open(db, run), received(dict.fromkeys("abc", REFUSED), step=Step.GIVE_UP))
    assert [batch.sample_ids for batch in open_batches(db, run.id)] == [("d",)]
    assert db.conn.execute("SELECT step FROM batch ORDER BY id").fetchall() == [("give up",), (None,)]


def test_halves_take_over_from_a_split_batch_and_start_afresh(db: Database, run: Run, lease: Lease) -> None:
    parent = first_open(db, run)
    added = exchange(db, lease, parent, received(step=Step.SPLIT, follow=[["a"], ["b", "c"]]))
    assert [batch.sample_ids for batch in added] == [("a",), ("b", "c")]
    assert [batch.sample_ids for batch in open_batches(db, run.id)] == [("d",), ("a",), ("b", "c")]
    assert open_batches(db, run.id)[1:] == added
    assert db.conn.execute("SELECT parent_id FROM batch WHERE parent_id IS NOT NULL").fetchall() == [(parent.id,)] * 2


def test_names_of_any_kind_find_their_samples(db: Database) -> None:
    odd = ["o'hara", 'a"b', "视频😀", "back\\slash", "100%", "line\nbreak"]
    store(db, [sample(name) for name in odd])
    run = plan(db, odd)
    assert first_open(db, run).sample_ids == tuple(odd)
    exchange(db, claim_run(db, run, at()), first_open(db, run), received({name: ranked("sad") for name in odd}))
    assert [result(db, run, name).prediction for name in odd] == [ranked("sad")] * len(odd)


# ── all or nothing ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_is_on_record_before_it_leaves(db: Database, run: Run, lease: Lease) -> None:
    number = save_sent(db, lease, first_open(db, run), asked=["a", "b", "c"], prompt="How?", at=at(5))
    [attempt] = read_attempts(db, run.id)
    assert (attempt.id, attempt.number, attempt.asked, attempt.prompt) == (number, 1, ("a", "b", "c"), "How?")
    assert (attempt.sent_at, attempt.received_at, attempt.outcome, attempt.step) == (at(5), None, None, None)


def test_a_sending_is_on_record_once(db: Database, run: Run, lease: Lease) -> None:
    batch = first_open(db, run)
    save_sent(db, lease, batch, asked=["a"], prompt="", at=at())
    with pytest.raises(DatabaseError, match="UNIQUE"):
        save_sent(db, lease, batch, asked=["a"], prompt="", at=at())
    assert len(list(read_attempts(db, run.id))) == 1


def test_a_reply_is_kept_as_it_came(db: Database, run: Run, lease: Lease) -> None:
    said = received(
        {"a": ranked("sad", "happy")},
        step=Step.REPEAT,
        follow=[["b", "c"]],
        cost_usd=0.01,
        text="\x1b]0;x\x07 喜 \x00 [b]",
        refusal="partly",
        finish_reason="stop",
        model="m-2026",
        usage=Usage(5, 6),
        headers={"x-request-id": "req"},
        latency_s=1.25,
        error="none",
    )
    exchange(db, lease, first_open(db, run), said, seconds=3)
    [attempt] = read_attempts(db, run.id)
    assert (attempt.reply, attempt.refusal) == ("\x1b]0;x\x07 喜 \x00 [b]", "partly")
    assert (attempt.outcome, attempt.fault, attempt.status_code) == (Outcome.ANSWERED, None, 200)
    assert (attempt.finish_reason, attempt.model, attempt.cost_usd) == ("stop", "m-2026", 0.01)
    assert (attempt.latency_s, attempt.error, attempt.step) == (1.25, "none", "repeat")
    assert attempt.received_at == at(3.5)
    row = next(db.query("SELECT prompt_tokens, completion_tokens, headers FROM attempt"))
    assert (row["prompt_tokens"], row["completion_tokens"]) == (5, 6)
    assert json.loads(row["headers"]) == {"x-request-id": "req"}


def test_half_a_surrogate_pair_costs_no_reply(db: Database, run: Run, lease: Lease) -> None:
    """A model that is cut off between the halves of an emoji sends one; SQLite cannot hold it."""
    cut = "fine \ud83d"
    said = received(
        {"a": RankedPrediction(PredictionStatus.OUT_OF_VOCABULARY, (cut,))},
        text=cut,
        refusal=cut,
        model=cut,
        finish_reason=cut,
        error=cut,
    )
    exchange(db, lease, first_open(db, run), said)
    [attempt] = read_attempts(db, run.id)
    assert (attempt.reply, attempt.model) == ("fine \\ud83d", "fine \\ud83d")
    prediction = result(db, run, "a").prediction
    assert prediction is not None
    assert prediction.top1 == "fine \\ud83d"


BREAKS = {
    "a settled sample that the batch does not hold": {"settled": [settled("d", ranked("sad"))]},
    "a word about a sample that the batch does not hold": {"said": {"d": PredictionStatus.RANKED}},
    "a batch of a sample that does not exist": {"follow": [["a"], ["nobody"]]},
}


@pytest.mark.parametrize("broken_part", BREAKS.values(), ids=BREAKS)
def test_a_reply_is_stored_with_all_that_follows_or_not_at_all(
    db: Database, run: Run, lease: Lease, broken_part: dict[str, object]
) -> None:
    batch = first_open(db, run)
    number = save_sent(db, lease, batch, asked=batch.sample_ids, prompt="", at=at())
    before = snapshot(db)
    good = received({"a": ranked("sad")}, step=Step.SPLIT, follow=[["b"], ["c"]])
    values = {name: getattr(good, name) for name in good.__dataclass_fields__} | broken_part
    with pytest.raises(KeyError):
        save_received(db, lease, batch, number, type(good)(**values), at())
    assert snapshot(db) == before


def test_nothing_is_planned_outside_of_what_is_committed(db: Database, run: Run) -> None:
    before = snapshot(db)
    with pytest.raises(KeyError), transaction(db):
        add_batches(db, run.id, [["a"], ["nobody"]])
    assert snapshot(db) == before


# ── one prediction for one sample ────────────────────────────────────────────────────────────────────────────────

ANSWERS = {
    "an answer": ranked("sad", "happy"),
    "another word": RankedPrediction(PredictionStatus.OUT_OF_VOCABULARY, ("pain",)),
}
LATER = {"a refusal": REFUSED, "an unreadable reply": UNPARSED, "another answer": ranked("angry"), "media": BAD_MEDIA}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_never_overwritten(
    db: Database, run: Run, lease: Lease, answer: RankedPrediction, later: RankedPrediction
) -> None:
    exchange(db, lease, first_open(db, run), received({"a": answer}, step=Step.REPEAT, follow=[["b", "c"]]))
    before = result(db, run, "a")
    with transaction(db):
        [again] = add_batches(db, run.id, [["a"]])
    exchange(db, lease, again, received({"a": later}, step=Step.KEEP))
    after = result(db, run, "a")
    assert (after.prediction, after.failure, after.gold_rank) == (answer, before.failure, before.gold_rank)
    assert after.attempts == 2


def test_what_was_no_answer_is_replaced_by_one(db: Database, run: Run, lease: Lease) -> None:
    exchange(db, lease, first_open(db, run), received(dict.fromkeys("abc", REFUSED), step=Step.GIVE_UP))
    with transaction(db):
        [again] = add_batches(db, run.id, [["a"]])
    exchange(db, lease, again, received({"a": ranked("happy")}))
    after = result(db, run, "a")
    assert (after.prediction, after.failure, after.gold_rank) == (ranked("happy"), None, 1)


def test_the_first_status_is_noted_once(db: Database, run: Run, lease: Lease) -> None:
    said = {"a": PredictionStatus.REFUSED, "b": PredictionStatus.MISSING}
    exchange(db, lease, first_open(db, run), received(step=Step.REPEAT, said=said))
    assert result(db, run, "a").first_status is PredictionStatus.REFUSED
    assert result(db, run, "a").prediction is None
    exchange(db, lease, first_open(db, run), received({name: ranked("sad") for name in "abc"}))
    firsts = [result(db, run, name).first_status for name in "abc"]
    assert firsts == [PredictionStatus.REFUSED, PredictionStatus.MISSING, PredictionStatus.RANKED]


def test_no_sample_can_have_two_predictions(db: Database, run: Run) -> None:
    with pytest.raises(DatabaseError, match="UNIQUE"), transaction(db):
        db.conn.execute(
            "INSERT INTO prediction (run_id, sample_no, position) SELECT run_id, sample_no, 99 FROM prediction"
        )


def test_a_run_does_not_touch_the_predictions_of_another(db: Database, run: Run, lease: Lease) -> None:
    other = plan(db, ["a", "b"], name="other")
    exchange(db, lease, first_open(db, run), received({"a": ranked("sad")}, step=Step.REPEAT, follow=[["b", "c"]]))
    assert result(db, other, "a").prediction is None
    assert result(db, other, "a").attempts == 0
    assert list(read_attempts(db, other.id)) == []


# ── what cannot be shown ─────────────────────────────────────────────────────────────────────────────────────────


def unsent(db: Database, lease: Lease, batch: Batch, *names: str, whole: bool) -> None:
    bad = [settled(name, BAD_MEDIA, place=None) for name in names]
    save_unsent(db, lease, batch, bad, whole=whole, at=at())


def test_a_bad_picture_is_settled_without_being_sent_and_the_others_go_on(db: Database, run: Run, lease: Lease) -> None:
    batch = first_open(db, run)
    unsent(db, lease, batch, "b", whole=False)
    exchange(db, lease, batch, received({"a": ranked("sad"), "c": ranked("sad")}), asked=["a", "c"])
    bad = result(db, run, "b")
    assert (bad.prediction, bad.first_status, bad.place) == (BAD_MEDIA, PredictionStatus.BAD_MEDIA, None)
    assert bad.failure == "bad media"
    assert [batch.sample_ids for batch in open_batches(db, run.id)] == [("d",)]


def test_a_sample_that_was_never_sent_was_never_asked_about(db: Database, run: Run, lease: Lease) -> None:
    batch = first_open(db, run)
    unsent(db, lease, batch, "b", whole=False)
    exchange(db, lease, batch, received({"a": ranked("sad"), "c": ranked("sad")}), asked=["a", "c"])
    assert [result(db, run, name).attempts for name in "abc"] == [1, 0, 1]
    assert [len(load_sample_attempts(db, run.id, name)) for name in "abc"] == [1, 0, 1]


def test_a_batch_of_which_nothing_can_be_shown_is_closed(db: Database, run: Run, lease: Lease) -> None:
    unsent(db, lease, first_open(db, run), "a", "b", "c", whole=True)
    assert [batch.sample_ids for batch in open_batches(db, run.id)] == [("d",)]
    assert list(read_attempts(db, run.id)) == []
