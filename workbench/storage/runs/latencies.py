"""How long replies took, as far as the workspace remembers."""

import statistics
from typing import Final

from sqlite_utils import Database

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
