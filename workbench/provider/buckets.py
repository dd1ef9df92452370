"""An endpoint's own limit, as its headers let us see it: a bucket that is drawn from and fills up again.

`remaining` is the bucket's level at the time when the endpoint looked, which may have been when the request came or
when its answer left, twenty seconds later. Requests overtake each other on their way, so nobody can say which of the
others it counts. So the level is kept by our own books and corrected only where a reply contradicts them:

    remaining - all that it may not have counted  <=  level now  <=  remaining + what has flowed in since it was sent

How much the bucket holds is the most that was ever seen in it, since a limit of 1,200 a minute can be enforced as 20
a second. How fast it fills follows from the limit and its period; the period follows from how long the reset takes.
"""

import math
from dataclasses import dataclass
from typing import Final

from workbench.provider.rate_headers import Told

_USUAL_S: Final = 60.0
_PERIODS_S: Final = (_USUAL_S, 1.0, 3_600.0, 86_400.0)
"""Those that limits are given for, the likeliest first."""
_NEAR: Final = 0.2
"""How far a reset may be off the period that it points to."""
_TRUST: Final = 0.995
"""Of what flows in by the endpoint's word is counted on."""
_SOON_S: Final = 1.0
"""Endpoints round the time to wait up to a second."""
_LEFT_IN: Final = 0.05
"""Of what the bucket holds, or one request if that is less, stays in it: our clock is not the endpoint's."""


@dataclass(slots=True)
class Bucket:
    """One limit of an endpoint. Made from the first headers that tell of it."""

    per_s: float
    """What flows in."""
    holds: float
    """The most that was seen in it."""
    limit: float | None
    period_s: float
    level: float
    at: float
    """When the level was that."""
    told_from: float = -math.inf
    """What was sent before tells nothing new of the level: the endpoint has said since that it is empty."""

    def delay_s(self, amount: float, now: float) -> float:
        """Seconds until `amount` may be drawn."""
        needed = min(amount, self.holds) + min(_LEFT_IN * self.holds, amount)
        short = min(needed, self.holds) - self._level(now)
        return max(short / self.per_s, 0.0) if self.per_s > 0 else (0.0 if short <= 0 else _USUAL_S)

    def draw(self, amount: float, now: float) -> None:
        """Draw it."""
        self.level = self._level(now) - amount
        self.at = now

    def correct(self, told: Told, *, uncounted: float, sent_at: float, now: float) -> None:
        """Learn from the headers of a reply to a request of `sent_at`, which may not have counted so much."""
        if told.limit:
            self.limit = told.limit
            self.period_s = _period_s(told, told.limit) or self.period_s
            self.per_s = _TRUST * told.limit / self.period_s
        if told.remaining is None or sent_at < self.told_from:
            return
        self.holds = min(max(self.holds, told.remaining + 1.0), self.limit or math.inf)
        highest = told.remaining + (now - sent_at) * self.per_s
        self.level = min(max(self._level(now), told.remaining - uncounted), highest, self.holds)
        self.at = now

    def empty(self, now: float, resumes_at: float) -> None:
        """The endpoint says that nothing is left before `resumes_at`.

        Where that is far longer than one request takes to flow in, it is no bucket but a window that opens again:
        how far, the next reply will tell.
        """
        if resumes_at - now > _SOON_S + 2.0 / max(self.per_s, 1e-9):
            self.level, self.at = 1.0, resumes_at
        else:
            self.level, self.at = min(self._level(now), 0.0), now
        self.told_from = self.at

    def share_left(self, now: float) -> float:
        """How full it is, from 0 to 1."""
        return max(self._level(now), 0.0) / self.holds if self.holds else 0.0

    def _level(self, now: float) -> float:
        return min(self.level + (now - self.at) * self.per_s, self.holds)


def bucket_from(told: Told, *, uncounted: float, now: float) -> Bucket | None:
    """The bucket that the first headers tell of; None where they do not tell enough to go by."""
    if told.limit is None or told.limit <= 0 or told.remaining is None:
        return None
    period_s = _period_s(told, told.limit) or _USUAL_S
    return Bucket(
        per_s=_TRUST * told.limit / period_s,
        holds=min(told.remaining + 1.0, told.limit),
        limit=told.limit,
        period_s=period_s,
        level=told.remaining - uncounted,
        at=now,
    )


def _period_s(told: Told, limit: float) -> float | None:
    """The time in which an empty bucket fills, from the time that it still takes to fill what is missing.

    None where that says nothing: a level far below the limit may be all that the bucket ever holds.
    """
    if told.period_s is not None:
        return told.period_s
    missing = limit - (told.remaining or 0.0)
    if not told.reset_s or not 1 <= missing <= limit / 2:
        return None
    # `remaining` is rounded down: up to one less may be missing.
    shortest_s = told.reset_s * limit / missing
    longest_s = told.reset_s * limit / (missing - 1) if missing > 1 else math.inf
    fitting = (one_s for one_s in _PERIODS_S if shortest_s <= (1 + _NEAR) * one_s and longest_s >= (1 - _NEAR) * one_s)
    return next(fitting, _USUAL_S)
