"""An endpoint's own limit, as its headers let us see it: a bucket that is drawn from and fills up again.

`remaining` is the bucket's level at the time when the endpoint looked, which may have been when the request came or
when its answer left, twenty seconds later. Requests overtake each other on their way, so nobody can say which of the
others it counts. So the level is kept by our own books and corrected only where a reply contradicts them:

    remaining - all that it may not have counted  <=  level now  <=  remaining + 1 + what has flowed in since it left

The one more is there because it is told rounded down.

How much the bucket holds is the most that was ever seen in it, since a limit of 1,200 a minute can be enforced as 20
a second. How fast it fills follows from the limit and its period; the period follows from how long the reset takes.
Windows that open all at once speak through the same headers: there the time to the reset has nothing to do with how
much is missing, and only what fits a bucket's arithmetic on both sides is taken for another period than a minute.
"""

import math
from dataclasses import dataclass
from typing import Final

from workbench.provider.limits.rate_headers import ReportedLimit

_USUAL_S: Final = 60.0
_PERIODS_S: Final = (_USUAL_S, 1.0, 3_600.0, 86_400.0)
"""Those that limits are given for, the likeliest first."""
_NEAR: Final = 0.2
"""How far a reset may be off the period that it points to."""
_AS_GOOD: Final = 0.5
"""The more is missing, the better the time to fill it tells the period."""
_TRUST: Final = 0.995
"""Of what flows in by the endpoint's word is counted on."""
_DOUBT: Final = 0.97
_REGAIN: Final = 1.0002
"""Turned away though something should have been there, we count on so much less, and on a little more again with each
reply: a bucket that holds a single request bears no delay on the way."""
_LEAST_TRUST: Final = 0.5
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
    made_at: float
    told_from: float = -math.inf
    """What was sent before tells nothing new of the level: the endpoint has said since that it is empty."""
    trust: float = _TRUST
    """What share of that flow is counted on."""
    proof: float = 0.0
    """How much was missing, as a share of the limit, when its period was found out."""

    def delay_s(self, amount: float, now: float) -> float:
        """Seconds until `amount` may be drawn."""
        needed = min(amount, self.holds) + min(_LEFT_IN * self.holds, amount)
        short = min(needed, self.holds) - self._level(now)
        return max(short / self.per_s, 0.0)

    def draw(self, amount: float, now: float) -> None:
        """Draw it."""
        self.level = self._level(now) - amount
        self.at = now

    def correct(self, told: ReportedLimit, *, uncounted: float, sent_at: float, now: float) -> None:
        """Learn from the headers of a reply to a request of `sent_at`, which may not have counted so much."""
        if told.limit:
            if now > self.at:  # until now it filled as fast as was thought then
                self.level, self.at = self._level(now), now
            self._learn_period(told, told.limit)
        if told.remaining is None or sent_at < self.told_from:
            return
        self.trust = min(self.trust * _REGAIN, _TRUST)
        self.holds = min(max(self.holds, told.remaining + 1.0), self.limit or math.inf)
        highest = told.remaining + 1.0 + (now - sent_at) * self.per_s
        self.level = min(max(self._level(now), told.remaining - uncounted), highest, self.holds)
        self.at = now

    def _learn_period(self, told: ReportedLimit, limit: float) -> None:
        """By the better proof; of two that are about as good, the longer one: a window about to open looks quick."""
        proof, period_s = _proof(told, limit), _period_s(told, limit)
        if limit != self.limit:
            self.proof = 0.0
        if period_s is not None and proof >= self.proof * _AS_GOOD:
            is_better = proof > self.proof / _AS_GOOD
            self.period_s = period_s if is_better else max(period_s, self.period_s)
            self.proof = max(proof, self.proof)
        self.limit = limit
        self.per_s = self.trust * limit / self.period_s

    def empty(self, sent_at: float, now: float, resumes_at: float) -> None:
        """The endpoint says, to a request of `sent_at`, that nothing is left before `resumes_at`.

        Where that is far longer than one request takes to flow in, it is no bucket but a window that opens again:
        how far, the next reply will tell.
        """
        if resumes_at - now > _SOON_S + 2.0 / self.per_s:
            self.level, self.at = 1.0, resumes_at
        else:
            # Those that were turned away may have drawn nothing: by its own word, one request will be there by then.
            if sent_at >= max(self.made_at, self.told_from):
                self.trust = max(self.trust * _DOUBT, _LEAST_TRUST)
            told = 1.0 - (resumes_at - now) * self.per_s
            self.level, self.at = max(min(self._level(now), 0.0), told), now
        self.told_from = self.at

    def share_left(self, now: float) -> float:
        """How full it is, from 0 to 1."""
        return max(self._level(now), 0.0) / self.holds if self.holds else 0.0

    def _level(self, now: float) -> float:
        return min(self.level + (now - self.at) * self.per_s, self.holds)


def bucket_from(told: ReportedLimit, *, uncounted: float, now: float) -> Bucket | None:
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
        made_at=now,
        proof=_proof(told, told.limit),
    )


def _proof(told: ReportedLimit, limit: float) -> float:
    """How much is missing, as a share of the limit; 0 where that says nothing of the period.

    A level far below the limit may be all that the bucket ever holds.
    """
    missing = limit - (told.remaining or 0.0)
    return missing / limit if told.reset_s and 1 <= missing <= limit / 2 else 0.0


def _period_s(told: ReportedLimit, limit: float) -> float | None:
    """The time in which an empty bucket fills, from the time that it still takes to fill what is missing.

    Where that fits none of the usual ones, it is a window, and no shorter than the time to its end.
    """
    if told.period_s is not None:
        return told.period_s
    if told.reset_s is None or not _proof(told, limit):
        return None
    missing = limit - (told.remaining or 0.0)
    # `remaining` is rounded down, so up to one less may be missing. Of a single one, that would fit anything.
    shortest_s = told.reset_s * limit / missing
    longest_s = told.reset_s * limit / max(missing - 1, 1)
    fitting = (one_s for one_s in _PERIODS_S if shortest_s <= (1 + _NEAR) * one_s and longest_s >= (1 - _NEAR) * one_s)
    return next(fitting, next((one_s for one_s in _PERIODS_S if one_s >= told.reset_s), _PERIODS_S[-1]))
