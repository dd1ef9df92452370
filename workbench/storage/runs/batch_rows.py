"""How a run stands, and the list of its batches, read while it changes: sums from triggers, pages by key.

The list is ordered by the last attempt, the newest first, then those that were never tried in planned order; a
batch's `activity` is its key in it. Each page is read from an index, however long the run is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.run_status import BatchRow, BatchState, RunSnapshot, RunTotals
from workbench.domain.runs import Run
from workbench.storage.rows import value_of
from workbench.storage.runs.plans import count_planned
from workbench.storage.runs.run_control import load_control, load_meter, load_sender
from workbench.storage.runs.run_records import load_run

_ROWS: Final = (
    "SELECT batch.id, batch.parent_id, batch.depth, batch.step AS ended, batch.activity, "
    "(SELECT COUNT(*) FROM batch_sample WHERE batch_id = batch.id) AS samples, "
    "(SELECT sample.id FROM batch_sample JOIN sample ON sample.no = sample_no WHERE batch_id = batch.id AND place = 0) "
    "AS first_sample, COALESCE(last.number, 0) AS attempts, last.sent_at, last.received_at, last.outcome, last.fault, "
    "substr(last.error, 1, 200) AS error, last.latency_s, last.step, last.job_id "
    "FROM batch {index} LEFT JOIN attempt AS last ON last.id = batch.activity WHERE batch.run_id = :run "
)
_BY_ACTIVITY: Final = "INDEXED BY batch_by_activity"
_BY_STEP: Final = "INDEXED BY batch_by_step"
_IS_OUT: Final = "(last.id IS NOT NULL AND last.received_at IS NULL)"
_STATES: Final[Mapping[BatchState | None, tuple[str, str]]] = {
    None: (_BY_ACTIVITY, ""),
    BatchState.WAITING: (
        _BY_STEP,
        f"AND batch.step IS NULL AND (NOT {_IS_OUT} OR (NOT :sent AND last.job_id IS NULL))",
    ),
    BatchState.IN_FLIGHT: (
        _BY_STEP,
        f"AND batch.step IS NULL AND batch.activity > 0 AND {_IS_OUT} AND last.job_id IS NULL AND :sent",
    ),
    BatchState.IN_JOB: (
        _BY_STEP,
        f"AND batch.step IS NULL AND batch.activity > 0 AND {_IS_OUT} AND last.job_id IS NOT NULL",
    ),
    BatchState.DONE: (_BY_ACTIVITY, "AND batch.step IN ('keep', 'repeat')"),
    BatchState.GIVEN_UP: (_BY_STEP, "AND batch.step = 'give up'"),
    BatchState.SPLIT: (_BY_STEP, "AND batch.step = 'split'"),
}
"""From what index a state's batches are read, and what they have in common. `:sent`: whether somebody sends the run."""


def load_snapshot(db: Database, run: Run, at: str) -> RunSnapshot:
    """How a run stands at this moment."""
    sender, reported = load_sender(db, run.id, at), load_meter(db, run.id)
    meter, meter_at = (None, None) if reported is None else reported
    return RunSnapshot(
        run=load_run(db, run.dataset, run.name),
        sender=sender,
        control=load_control(db, run.id),
        meter=meter,
        meter_at=meter_at,
        totals=load_totals(db, run.id, is_sent=sender is not None),
    )


def load_totals(db: Database, run_id: int, *, is_sent: bool = False) -> RunTotals:
    """How far a run has come, from sums; only batches that are begun and open are counted."""
    sums = dict(db.conn.execute("SELECT what, amount FROM run_sum WHERE run_id = ?", (run_id,)).fetchall())
    whole = {what: round(amount) for what, amount in sums.items() if what != "cost_usd"}
    by_status = {
        what.removeprefix("samples "): count for what, count in whole.items() if what.startswith("samples ") and count
    }
    is_loaded = by_status and not whole.get("requests")
    return RunTotals(
        planned=count_planned(db, run_id),
        by_status=by_status,
        by_state=_by_state(db, run_id, whole, is_sent=is_sent),
        requests=whole.get("requests", 0),
        unseen=whole.get("unseen", 0),
        prompt_tokens=whole.get("prompt tokens", 0),
        completion_tokens=whole.get("completion tokens", 0),
        cost_usd=None if is_loaded or whole.get("unpriced") else sums.get("cost_usd", 0.0),
    )


def _by_state(db: Database, run_id: int, sums: Mapping[str, int], *, is_sent: bool) -> dict[BatchState, int]:
    is_open, away = sums.get("batches open", 0), sums.get("away", 0)
    in_flight = _count_in_flight(db, run_id) if is_sent and sums.get("unseen") and not away else 0
    return {
        BatchState.WAITING: is_open - in_flight - away,
        BatchState.IN_FLIGHT: in_flight,
        BatchState.IN_JOB: away,
        BatchState.DONE: sums.get("batches keep", 0) + sums.get("batches repeat", 0),
        BatchState.GIVEN_UP: sums.get("batches give up", 0),
        BatchState.SPLIT: sums.get("batches split", 0),
    }


def _count_in_flight(db: Database, run_id: int) -> int:
    (count,) = db.conn.execute(
        f"SELECT COUNT(*) FROM batch {_BY_STEP} JOIN attempt AS last ON last.id = batch.activity "
        "WHERE run_id = ? AND batch.step IS NULL AND activity > 0 AND last.received_at IS NULL AND job_id IS NULL",
        (run_id,),
    ).fetchone()
    return int(count)


def load_batches(
    db: Database,
    run_id: int,
    state: BatchState | None,
    *,
    is_sent: bool,
    below: int | None = None,
    above: int | None = None,
    skip: int = 0,
    most: int,
) -> list[BatchRow]:
    """A page of the list of batches in a state (None: of all), the highest key first.

    It begins below the key `below`, or ends above the key `above`; else it begins after the list's first `skip` rows.
    """
    index, where = _STATES[state]
    bounds = "AND batch.activity < :below " if below is not None else ""
    bounds += "AND batch.activity > :above " if above is not None else ""
    order = "ASC" if above is not None else "DESC"
    rows = db.query(
        f"{_ROWS.format(index=index)} {where} {bounds} ORDER BY batch.activity {order} LIMIT :most OFFSET :skip",
        {"run": run_id, "sent": is_sent, "below": below, "above": above, "most": most, "skip": skip},
    )
    page = [_row(row, is_sent=is_sent) for row in rows]
    return page[::-1] if above is not None else page


def load_batch_rows(db: Database, run_id: int, numbers: Sequence[int], *, is_sent: bool) -> dict[int, BatchRow]:
    """Some batches, by row number."""
    marks = ", ".join(str(int(number)) for number in numbers)
    rows = db.query(f"{_ROWS.format(index='NOT INDEXED')} AND batch.id IN ({marks})", {"run": run_id})
    return {row["id"]: _row(row, is_sent=is_sent) for row in rows}


def load_children(db: Database, run_id: int, batch_id: int) -> list[int]:
    """The batches that took over from one, in planned order."""
    # They are made after it, and mostly soon after: by row number, not by an index that every batch would pay for.
    rows = db.conn.execute(
        "SELECT id FROM batch WHERE id > ? AND parent_id = ? AND run_id = ? ORDER BY id", (batch_id, batch_id, run_id)
    )
    return [number for (number,) in rows.fetchall()]


def load_batch_samples(db: Database, batch_id: int, run_id: int) -> list[tuple[str, str | None]]:
    """The samples of a batch by place, each with its status."""
    rows = db.conn.execute(
        "SELECT sample.id, status FROM batch_sample JOIN sample ON sample.no = batch_sample.sample_no "
        "LEFT JOIN prediction ON prediction.run_id = ? AND prediction.sample_no = batch_sample.sample_no "
        "WHERE batch_id = ? ORDER BY batch_sample.place",
        (run_id, batch_id),
    )
    return rows.fetchall()


def load_samples_failing(db: Database, run_id: int, failure: str) -> list[str]:
    """The ids of samples that fail in one way, in planned order."""
    rows = db.conn.execute(
        "SELECT sample.id FROM prediction JOIN sample ON sample.no = sample_no "
        "WHERE run_id = ? AND failure = ? ORDER BY prediction.position",
        (run_id, failure),
    )
    return [sample_id for (sample_id,) in rows]


def _row(row: Mapping[str, Any], *, is_sent: bool) -> BatchRow:
    state = _state(row, is_sent=is_sent)
    return value_of(BatchRow, {**row, "state": state, "first_sample": row["first_sample"] or ""})


_ENDED: Final = {
    "keep": BatchState.DONE,
    "repeat": BatchState.DONE,
    "give up": BatchState.GIVEN_UP,
    "split": BatchState.SPLIT,
}


def _state(row: Mapping[str, Any], *, is_sent: bool) -> BatchState:
    if row["ended"] is not None:
        return _ENDED[row["ended"]]
    if row["sent_at"] is None or row["received_at"] is not None:
        return BatchState.WAITING
    if row["job_id"] is not None:
        return BatchState.IN_JOB
    return BatchState.IN_FLIGHT if is_sent else BatchState.WAITING
