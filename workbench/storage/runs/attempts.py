"""Attempts: every sending of a batch, with its reply and what followed from it.

An attempt's row is committed before its request is sent. Its reply, the predictions that it gives and the batches that
follow are committed together, before the sender announces them. So a killed run loses no reply that was received, and
asks again only for what was in flight.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.batches import Batch, Step
from workbench.domain.messages import Attempt, Fault, Outcome, Reply
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.storage.rows import json_text, storable, value_of, words
from workbench.storage.runs.plans import add_batches, sample_nos
from workbench.storage.runs.run_control import Lease, assert_held
from workbench.storage.workspace.connections import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The final status of one sample."""

    sample_id: str
    prediction: RankedPrediction
    gold_rank: int | None
    """Where the gold label stands in the ranking, from 1."""
    failure: str | None
    """The failure kind; None for a correct answer."""
    place: int | None = None
    """Its place in the request, from 0; None when it was never sent."""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Everything that follows from one reply; stored together."""

    reply: Reply
    outcome: Outcome
    """The reply's outcome once its text has been read (a refusal in words is one)."""
    cost_usd: float | None
    step: Step
    said: Mapping[str, PredictionStatus]
    """What this attempt alone said of each sample asked."""
    settled: Sequence[Settled]
    """Samples with a final status."""
    follow: Sequence[Sequence[str]]
    """The batches that take over from this one; with step `repeat` and none of them, it stays open."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How a request is sent."""

    endpoint: str
    """The endpoint's name."""
    key_name: str | None = None
    """The variable that holds the key; None: it wants none."""
    estimated_usd: float | None = None
    """What it is expected to cost; None: not known."""
    job_id: int | None = None
    """The upload that it is sent in; None: a request of its own."""


def save_sent(
    db: Database, lease: Lease, batch: Batch, *, asked: Sequence[str], prompt: str, at: str, by: Sending | None = None
) -> int:
    """Record a request before it is sent; returns the attempt's row number."""
    by = by or Sending("")
    with transaction(db):
        assert_held(db, lease, at)
        cursor = db.conn.execute(
            "INSERT INTO attempt (batch_id, number, sent_at, asked, prompt, endpoint, key_name, estimated_usd, job_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(batch.id, batch.attempts + 1, at, json_text(asked), prompt),
                *(by.endpoint or None, by.key_name, by.estimated_usd, by.job_id),
            ),
        )
        return int(cursor.lastrowid or 0)


def save_received(
    db: Database, lease: Lease, batch: Batch, attempt_id: int, received: Received, at: str
) -> list[Batch]:
    """Store a reply with all that follows from it, or nothing; returns the batches that take over."""
    with transaction(db):
        assert_held(db, lease, at)
        values = _attempt_values(received, at)
        columns = ", ".join(f"{column} = :{column}" for column in values)
        db.conn.execute(f"UPDATE attempt SET {columns} WHERE id = :id", {**values, "id": attempt_id})
        _assert_in(batch, (*received.said, *(one.sample_id for one in received.settled)))
        _settle(db, lease.run_id, received.settled, received.said, attempt_id)
        if received.follow or received.step in (Step.KEEP, Step.GIVE_UP):
            _end(db, batch, received.step)
        depth = batch.depth + (received.step is Step.SPLIT)
        return add_batches(db, lease.run_id, received.follow, parent_id=batch.id, depth=depth)


def save_parts(db: Database, lease: Lease, batch: Batch, parts: Sequence[Sequence[str]], at: str) -> list[Batch]:
    """Cut a batch before it is sent, because no endpoint takes it as a whole; returns its parts."""
    with transaction(db):
        assert_held(db, lease, at)
        _end(db, batch, Step.SPLIT)
        return add_batches(db, lease.run_id, parts, parent_id=batch.id, depth=batch.depth)


def save_unsent(db: Database, lease: Lease, batch: Batch, bad: Sequence[Settled], *, whole: bool, at: str) -> None:
    """Settle samples that cannot be shown to a model; with `whole`, nothing else is left of the batch."""
    with transaction(db):
        assert_held(db, lease, at)
        _settle(db, lease.run_id, bad, {one.sample_id: one.prediction.status for one in bad}, None)
        if whole:
            _end(db, batch, Step.KEEP)


def _end(db: Database, batch: Batch, step: Step) -> None:
    db.conn.execute("UPDATE batch SET step = ? WHERE id = ?", (step, batch.id))


def _assert_in(batch: Batch, sample_ids: Iterable[str]) -> None:
    """Raises KeyError for a sample that the batch does not lease: nothing is ever said of one that was not asked."""
    strange = set(sample_ids).difference(batch.sample_ids)
    if strange:
        raise KeyError(*sorted(strange))


def _settle(
    db: Database,
    run_id: int,
    settled: Sequence[Settled],
    said: Mapping[str, PredictionStatus],
    attempt_id: int | None,
) -> None:
    """Store final statuses, and what an attempt said of each sample where it was the first to ask.

    An answer is never overwritten by a later refusal or fault. One statement for all samples: each statement waits
    for the interpreter's lock, which the runner's loop holds most of the time.
    """
    final = {one.sample_id for one in settled}
    unsettled = {sample_id: status for sample_id, status in said.items() if sample_id not in final}
    nos = sample_nos(db, run_id, (*final, *unsettled))
    if unsettled:
        db.conn.executemany(
            "UPDATE prediction SET first_status = ? WHERE run_id = ? AND sample_no = ? AND first_status IS NULL",
            ((status, run_id, nos[sample_id]) for sample_id, status in unsettled.items()),
        )
    values: list[Any] = []
    for one in settled:
        prediction = one.prediction
        values += (nos[one.sample_id], prediction.status, _ranking_json(prediction.ranking))
        values += (storable(prediction.top1), one.gold_rank, one.failure, one.place, one.note, said.get(one.sample_id))
    if settled:
        db.conn.execute(_settling(len(settled)), (*values, attempt_id, run_id))


@lru_cache(maxsize=4_096)
def _ranking_json(ranking: tuple[str, ...]) -> str:
    return json_text([storable(word) for word in ranking])


@lru_cache(maxsize=64)
def _settling(n: int) -> str:
    """The statement that settles `n` samples. Materialized, so that it goes from these few to their rows."""
    rows = ",".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * n)
    return (
        "WITH said (sample_no, status, ranking, top1, gold_rank, failure, place, note, first_status) "
        f"AS MATERIALIZED (VALUES {rows}) "
        "UPDATE prediction SET status = said.status, ranking = said.ranking, top1 = said.top1, "
        "gold_rank = said.gold_rank, failure = said.failure, place = said.place, note = said.note, attempt_id = ?, "
        "first_status = COALESCE(prediction.first_status, said.first_status) FROM said "
        "WHERE run_id = ? AND prediction.sample_no = said.sample_no AND (prediction.status IS NULL "
        f"OR prediction.status NOT IN ('{PredictionStatus.RANKED}', '{PredictionStatus.OUT_OF_VOCABULARY}'))"
    )


def _attempt_values(received: Received, at: str) -> dict[str, Any]:
    reply = received.reply
    return {
        "received_at": at,
        "outcome": received.outcome,
        "fault": reply.fault,
        "status_code": reply.status_code,
        "finish_reason": storable(reply.finish_reason),
        "reply": storable(reply.text),
        "refusal": storable(reply.refusal),
        "reasoning": storable(reply.reasoning),
        "model": storable(reply.model),
        "prompt_tokens": reply.usage.prompt_tokens if reply.usage else None,
        "completion_tokens": reply.usage.completion_tokens if reply.usage else None,
        "cached_tokens": reply.usage.cached_tokens if reply.usage else None,
        "image_tokens": reply.usage.image_tokens if reply.usage else None,
        "cost_usd": received.cost_usd,
        "latency_s": reply.latency_s,
        "headers": json_text(dict(reply.headers)),
        "error": storable(reply.error),
        "step": received.step,
    }


def read_attempts(db: Database, run_id: int) -> Iterator[Attempt]:
    """All attempts of a run in the order of sending, each read when it is asked for: replies and runs are long."""
    # CROSS JOIN: attempts are walked in their order, so that nothing has to be sorted.
    tables = "attempt CROSS JOIN batch ON batch.id = batch_id"
    return _attempts(db, tables, "run_id = :run", {"run": run_id})


def load_sample_attempts(db: Database, run_id: int, sample_id: str) -> list[Attempt]:
    """Every attempt of a run that asked about one sample, in the order of sending."""
    where = (  # by index from the sample: a run can have any number of attempts
        "run_id = :run AND batch.id IN (SELECT batch_id FROM batch_sample JOIN sample ON sample.no = sample_no "
        "WHERE sample.id = :sample AND dataset = (SELECT dataset FROM run WHERE id = :run)) "
        "AND EXISTS (SELECT 1 FROM json_each(attempt.asked) WHERE value = :sample)"  # bad media are never sent
    )
    return list(_attempts(db, _FROM_BATCHES, where, {"run": run_id, "sample": sample_id}))


def load_batch_attempts(db: Database, batch_id: int) -> list[Attempt]:
    """Every sending of a batch, in order."""
    return list(_attempts(db, _FROM_BATCHES, "batch.id = :batch", {"batch": batch_id}))


_FROM_BATCHES: Final = "batch JOIN attempt ON batch_id = batch.id"


def _attempts(db: Database, tables: str, where: str, values: Mapping[str, int | str]) -> Iterator[Attempt]:
    rows = db.query(
        f"SELECT attempt.*, parent_id AS parent_batch_id, depth FROM {tables} WHERE {where} ORDER BY attempt.id",
        dict(values),
    )
    return (value_of(Attempt, row, asked=words, outcome=Outcome, fault=Fault) for row in rows)
