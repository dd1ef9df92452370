"""What must stay true of a run, whatever happens to its runners: looked at again after every kill."""

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.pipeline.counting_endpoint import CountingEndpoint
from workbench.domain.run_status import BatchState, RunTotals
from workbench.domain.runs import Run
from workbench.pipeline.scoring.run_scores import score_run, scores_json
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.results import read_results
from workbench.storage.samples import load_card
from workbench.storage.workspace.database import Database, open_workspace

Row = dict[str, Any]

_ANSWERS: Final = ("ranked", "out of vocabulary")

_COMPARED: Final = ("planned", "answered", "coverage", "by_status", "metrics", "bounds", "per_class", "confusion")
"""Of a run's scores; what the first attempts brought is a matter of the way."""
_HALF_STORED: Final = (
    "SELECT attempt.id FROM attempt JOIN batch ON batch.id = attempt.batch_id JOIN batch_sample AS asked "
    "ON asked.batch_id = batch.id JOIN prediction USING (run_id, sample_no) WHERE run_id = ? AND "
    "(attempt.step IN ('keep', 'split', 'give up') AND batch.step IS NULL "
    "OR attempt.step IN ('keep', 'give up') AND prediction.status IS NULL)"
)
"""Attempts from which something should have followed that did not."""


@dataclass(frozen=True)
class Waste:
    """What the end of a runner has cost."""

    in_flight: int
    """Requests that were on their way, or about to be."""
    bought: int
    """Answers among them that the endpoint gave away and nobody stored: they are bought twice."""


class Watch:
    """Remembers what was seen of a run, and sees whether any of it has changed."""

    def __init__(self, path: Path, run: Run, endpoint: CountingEndpoint, *, in_flight: int) -> None:
        self._path = path
        self._run = run
        self._endpoint = endpoint
        self._in_flight = in_flight
        self._received: dict[int, Row] = {}
        self._answers: dict[int, Row] = {}
        self._unseen: set[int] = set()
        self._wasted: set[str] = set()

    def look(self, heard: Iterable[Row]) -> "Waste":
        """Assert that all is well, after a runner that told of these events."""
        self._endpoint.wait_until_alone()
        with closing(open_workspace(self._path)) as db:
            assert db.conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []
            attempts = list(
                db.query(
                    "SELECT attempt.* FROM attempt JOIN batch ON batch.id = batch_id WHERE run_id = ?", [self._run.id]
                )
            )
            self._look_at_predictions(db)
            assert db.conn.execute(_HALF_STORED, [self._run.id]).fetchall() == [], "a reply is stored by halves"
            assert_summed_up(db, self._run)
        received = {row["id"]: row for row in attempts if row["received_at"] is not None}
        assert received.items() >= self._received.items(), "a reply that was stored has changed"
        self._received = received
        stored = {(row["batch_id"], row["number"]) for row in received.values()}
        told = {(event["batch_id"], event["number"]) for event in heard if "batch_id" in event}
        assert told <= stored, "a reply that was told of is not stored"
        return self._look_at_the_bill([row for row in attempts if row["received_at"] is None])

    def _look_at_predictions(self, db: Database) -> None:
        planned = list(db.query("SELECT * FROM prediction WHERE run_id = ?", [self._run.id]))
        assert len({row["sample_no"] for row in planned}) == len(planned), "a sample has two predictions"
        answers = {row["sample_no"]: row for row in planned if row["status"] in _ANSWERS}
        assert answers.items() >= self._answers.items(), "an answer has changed"
        self._answers = answers

    def _look_at_the_bill(self, unseen: list[Row]) -> "Waste":
        """What was given away and not stored was on its way when the runner ended, and no more than may be."""
        now_unseen = {row["id"]: tuple(json.loads(row["asked"])) for row in unseen if row["id"] not in self._unseen}
        assert len(now_unseen) <= self._in_flight, "more was on its way than may be"
        stored = {json.loads(row["headers"]).get("x-request-id") for row in self._received.values()}
        wasted = {one: names for one, names in self._endpoint.answered.items() if one not in stored | self._wasted}
        waiting = list(now_unseen.values())
        for names in wasted.values():
            assert names in waiting, "an answer was wasted that was not on its way"
            waiting.remove(names)
        self._unseen |= set(now_unseen)
        self._wasted |= set(wasted)
        return Waste(len(now_unseen), len(wasted))


def assert_summed_up(db: Database, run: Run) -> None:
    """The sums that triggers keep are what counting comes to."""
    totals, counted = load_totals(db, run.id), counted_totals(db, run.id)
    assert totals.cost_usd == (None if counted.cost_usd is None else pytest.approx(counted.cost_usd))
    assert replace(totals, cost_usd=None) == replace(counted, cost_usd=None)


def counted_totals(db: Database, run_id: int) -> RunTotals:
    """How far a run has come, by a look at all of its rows; nobody sends it, and nothing of it is in a job."""
    statuses = dict(
        db.conn.execute("SELECT status, COUNT(*) FROM prediction WHERE run_id = ? GROUP BY status", [run_id])
    )
    steps = dict(db.conn.execute("SELECT step, COUNT(*) FROM batch WHERE run_id = ? GROUP BY step", [run_id]))
    attempts = next(
        db.query(
            "SELECT COUNT(*) AS requests, COALESCE(SUM(received_at IS NULL AND job_id IS NULL), 0) AS unseen, "
            "COALESCE(SUM(received_at IS NULL AND job_id IS NOT NULL), 0) AS in_jobs, "
            "COALESCE(SUM(prompt_tokens), 0) AS prompt_tokens, "
            "COALESCE(SUM(completion_tokens), 0) AS completion_tokens, COALESCE(SUM(cost_usd), 0) AS cost_usd, "
            "COALESCE(SUM(received_at IS NOT NULL AND cost_usd IS NULL AND (prompt_tokens IS NOT NULL "
            "OR outcome NOT IN ('failed', 'filtered'))), 0) AS unpriced "
            "FROM attempt JOIN batch ON batch.id = batch_id WHERE run_id = ?",
            [run_id],
        )
    )
    in_jobs, is_unpriced = attempts.pop("in_jobs"), bool(attempts.pop("unpriced"))
    return RunTotals(
        planned=sum(statuses.values()),
        by_status={status: n for status, n in statuses.items() if status is not None},
        by_state={
            BatchState.WAITING: steps.get(None, 0) - in_jobs,
            BatchState.IN_FLIGHT: 0,
            BatchState.IN_JOB: in_jobs,
            BatchState.DONE: steps.get("keep", 0) + steps.get("repeat", 0),
            BatchState.GIVEN_UP: steps.get("give up", 0),
            BatchState.SPLIT: steps.get("split", 0),
        },
        **(attempts | ({"cost_usd": None} if is_unpriced else {})),
    )


def outcome(db: Database, run: Run) -> Row:
    """What a run has come to: every prediction and every score; not its way there."""
    scores = scores_json(score_run(db, load_card(db, run.dataset), run))
    return {
        "predictions": [
            (one.sample.id, one.prediction, one.gold_rank, one.failure) for one in read_results(db, run.id)
        ],
        "scores": {name: scores[name] for name in _COMPARED},
    }
