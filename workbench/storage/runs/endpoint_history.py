"""What was found out about endpoints by asking: the last probe of every model at every endpoint.

How long replies took, as far as the workspace remembers.
"""

import json
import statistics
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from workbench.storage.workspace.database import transaction


def save_probe(db: Database, record: Mapping[str, Any]) -> None:
    """Keep a record, in place of an older one of the same model at the same endpoint."""
    with transaction(db):
        db.conn.execute(
            "INSERT INTO probe (endpoint, base_url, model, probed_at, record) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (endpoint, model) DO UPDATE SET "
            "base_url = excluded.base_url, probed_at = excluded.probed_at, record = excluded.record",
            (
                record["endpoint"],
                record["base_url"],
                record["model"],
                record["probed_at"],
                json.dumps(record),
            ),
        )


def load_probe(db: Database, endpoint: str, model: str) -> dict[str, Any] | None:
    """The last record of a model at an endpoint; None where nobody has asked."""
    found = db.conn.execute("SELECT record FROM probe WHERE endpoint = ? AND model = ?", (endpoint, model)).fetchone()
    record: dict[str, Any] | None = json.loads(found[0]) if found else None
    return record


_LAST: Final = 200
"""Replies that are looked at: an endpoint is as fast as it was lately."""


def typical_latency_s(db: Database, endpoint: str, model: str) -> float | None:
    """The median time of the last answers of a model at an endpoint, over all data sets; None where there is none."""
    rows = db.query(
        "SELECT latency_s FROM attempt JOIN batch ON batch.id = batch_id JOIN run ON run.id = run_id "
        "WHERE json_extract(spec, '$.endpoint') = ? AND json_extract(spec, '$.model') = ? "
        "AND outcome = 'answered' AND latency_s > 0 ORDER BY attempt.id DESC LIMIT ?",
        [endpoint, model, _LAST],
    )
    latencies_s = [row["latency_s"] for row in rows]
    return statistics.median(latencies_s) if latencies_s else None


def count_asked_today(db: Database, endpoint: str, key_name: str | None, now: datetime) -> list[tuple[float, int]]:
    """Requests that left for an endpoint with a key in the last 24 hours, whatever the run, minute by minute.

    As (seconds ago, how many), the longest ago first: what a limit of requests per day has to be counted from.
    """
    rows = db.conn.execute(
        "SELECT substr(sent_at, 1, 16) AS minute, COUNT(*) FROM attempt "
        "WHERE endpoint = ? AND key_name IS ? AND sent_at > ? AND job_id IS NULL GROUP BY minute ORDER BY minute",
        (endpoint, key_name, (now - timedelta(days=1)).isoformat(timespec="milliseconds")),
    ).fetchall()
    # By the end of its minute, so that nothing is forgotten too early.
    ends = [(datetime.fromisoformat(f"{minute}:59+00:00"), count) for minute, count in rows]
    return [(max((now - end).total_seconds(), 0.0), count) for end, count in ends]


def asked_lately(db: Database, endpoint: str, key_name: str | None, now: datetime) -> list[tuple[float, float]]:
    """Requests that left for an endpoint with a key in the last minute, as (seconds ago, tokens as far as known).

    The longest ago first: what limits per minute have to be counted from.
    """
    rows = db.conn.execute(
        "SELECT sent_at, COALESCE(prompt_tokens + completion_tokens, 0) FROM attempt "
        "WHERE endpoint = ? AND key_name IS ? AND sent_at > ? AND job_id IS NULL ORDER BY sent_at",
        (endpoint, key_name, (now - timedelta(minutes=1)).isoformat(timespec="milliseconds")),
    ).fetchall()
    return [(max((now - datetime.fromisoformat(at)).total_seconds(), 0.0), float(tokens)) for at, tokens in rows]
