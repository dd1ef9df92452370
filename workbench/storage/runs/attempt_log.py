"""Every attempt of a run with all that is known of it, one after the other: replies are long, and runs are too."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAttempt:
    """The n-th sending of a batch. Whatever is None was not told, or has not come (yet)."""

    id: int
    batch: int
    parent_batch: int | None
    """The batch that this one is a part of."""
    depth: int
    """How often its samples were split: 0 as planned."""
    number: int
    """From 1."""
    asked: tuple[str, ...]
    """Sample ids by place in the request."""
    sent_at: str
    received_at: str | None
    outcome: str | None
    fault: str | None
    status_code: int | None
    finish_reason: str | None
    step: str | None
    """What followed."""
    model: str | None
    """The model that answered, by its own word."""
    endpoint: str | None
    """The endpoint's name."""
    job: int | None
    """The upload that it travelled in."""
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    image_tokens: int | None
    cost_usd: float | None
    estimated_usd: float | None
    """Reserved before it was sent."""
    latency_s: float | None
    prompt: str
    """The words that were sent; pictures are named by their sample."""
    reply: str | None
    refusal: str | None
    error: str | None


_NAMES: Final = tuple(one.name for one in fields(LoggedAttempt))
_ELSEWHERE: Final = {
    "batch": "batch.id",
    "parent_batch": "batch.parent_id",
    "depth": "batch.depth",
    "job": "attempt.job_id",
}
_SELECT: Final = (
    f"SELECT {', '.join(_ELSEWHERE.get(name, f'attempt.{name}') for name in _NAMES)} "
    "FROM attempt CROSS JOIN batch ON batch.id = batch_id WHERE run_id = ? ORDER BY attempt.id"
)
"""Crossed, so that attempts are walked in the order of sending and nothing has to be sorted."""


def read_attempts(db: Database, run_id: int) -> Iterator[LoggedAttempt]:
    """All attempts of a run in the order of sending, each read when it is asked for."""
    for row in db.conn.execute(_SELECT, (run_id,)):
        values = dict(zip(_NAMES, row, strict=True))
        yield LoggedAttempt(**{**values, "asked": tuple(json.loads(values["asked"]))})
