"""What the workspace remembers of endpoints: probes, how fast they answer, what was sent to them lately."""

import json
import statistics
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.dialects import LearnedDialect
from workbench.domain.probe_findings import with_learned
from workbench.storage.rows import json_text
from workbench.storage.workspace.connections import transaction

_LATEST_REPLIES: Final = 200
"""How many replies count: an endpoint is as fast as it was lately."""


def save_probe(db: Database, record: Mapping[str, Any]) -> None:
    """Keep what was found out, in place of an older record of the same model at the same endpoint."""
    columns = {name: record[name] for name in ("endpoint", "base_url", "model", "probed_at")}
    with transaction(db):
        db.table("probe").upsert({**columns, "record": json_text(dict(record))}, pk=("endpoint", "model"))


def load_probe(db: Database, endpoint: str, model: str) -> dict[str, Any] | None:
    """The last record of a model at an endpoint; None where nobody has asked."""
    row = next(db.table("probe").rows_where("endpoint = ? AND model = ?", [endpoint, model]), None)
    return None if row is None else dict(json.loads(row["record"]))


def save_learned(db: Database, learned: LearnedDialect, *, model: str, at: str) -> None:
    """Keep what a run has learned of a model at an endpoint beside what a probe found, for the next run."""
    save_probe(db, with_learned(load_probe(db, learned.endpoint.name, model), learned, model=model, at=at))


def typical_latency_s(db: Database, endpoint: str, model: str) -> float | None:
    """The median time of the last answers of a model at an endpoint, over all data sets; None where there is none."""
    rows = db.conn.execute(
        "SELECT latency_s FROM attempt JOIN batch ON batch.id = batch_id JOIN run ON run.id = run_id "
        "WHERE json_extract(spec, '$.endpoint') = ? AND json_extract(spec, '$.model') = ? "
        "AND outcome = 'answered' AND latency_s > 0 ORDER BY attempt.id DESC LIMIT ?",
        (endpoint, model, _LATEST_REPLIES),
    )
    latencies_s = [latency_s for (latency_s,) in rows]
    return statistics.median(latencies_s) if latencies_s else None


def spent_by_day(db: Database) -> list[tuple[str, str, int, float | None]]:
    """Endpoint, day (UTC), requests and dollars, the latest day first; dollars are None where a price is unknown."""
    rows = db.conn.execute(
        "SELECT endpoint, substr(sent_at, 1, 10) AS day, COUNT(*), "
        "CASE WHEN COUNT(received_at) = COUNT(cost_usd) THEN SUM(cost_usd) END "
        "FROM attempt WHERE endpoint IS NOT NULL GROUP BY endpoint, day ORDER BY day DESC"
    )
    return [(str(endpoint), str(day), int(count), cost) for endpoint, day, count, cost in rows]


def count_sent_today(db: Database, endpoint: str, key_name: str | None, now: datetime) -> list[tuple[float, int]]:
    """Requests sent to an endpoint with a key in the last 24 hours, whatever the run, minute by minute.

    As (seconds ago, how many), the longest ago first: what a limit of requests per day has to be counted from.
    """
    rows = db.conn.execute(
        "SELECT substr(sent_at, 1, 16) AS minute, COUNT(*) FROM attempt "
        "WHERE endpoint = ? AND key_name IS ? AND sent_at > ? AND job_id IS NULL GROUP BY minute ORDER BY minute",
        (endpoint, key_name, _text(now - timedelta(days=1))),
    )
    # By the end of its minute, so that nothing is forgotten too early.
    return [(_seconds_ago(f"{minute}:59+00:00", now), count) for minute, count in rows]


def sent_lately(db: Database, endpoint: str, key_name: str | None, now: datetime) -> list[tuple[float, float]]:
    """Requests sent to an endpoint with a key in the last minute, as (seconds ago, tokens as far as known).

    The longest ago first: what limits per minute have to be counted from.
    """
    rows = db.conn.execute(
        "SELECT sent_at, COALESCE(prompt_tokens + completion_tokens, 0) FROM attempt "
        "WHERE endpoint = ? AND key_name IS ? AND sent_at > ? AND job_id IS NULL ORDER BY sent_at",
        (endpoint, key_name, _text(now - timedelta(minutes=1))),
    )
    return [(_seconds_ago(at, now), float(tokens)) for at, tokens in rows]


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _seconds_ago(at: str, now: datetime) -> float:
    return max((now - datetime.fromisoformat(at)).total_seconds(), 0.0)
