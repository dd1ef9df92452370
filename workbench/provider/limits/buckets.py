"""A limit that an endpoint reports in its headers, seen as a bucket: requests draw from it, and it fills up again.

The header `remaining` is the level when the endpoint looked: when the request came, or when its answer was sent, maybe
twenty seconds later. Requests overtake each other, so it is unknown which others it counts. Therefore we keep our own
account of the level and correct it only where a reply contradicts it:

    remaining - all that it may not have counted  <=  level now  <=  remaining + 1 + what has flowed in since sending

(+ 1 because `remaining` is rounded down.)

The capacity is the highest level ever reported, since a limit of 1,200 a minute can be enforced as 20 a second. The
rate of filling follows from the limit and its period, and the period from the time to the reset. Fixed windows use the
same headers, but there the time to the reset does not depend on how much is missing. So a period other than a minute is
only assumed where the numbers fit a bucket.
"""

import math
from dataclasses import dataclass
from typing import Final

from workbench.provider.limits.rate_headers import ReportedLimit

_USUAL_S: Final = 60.0
_PERIODS_S: Final = (_USUAL_S, 1.0, 3_600.0, 86_400.0)
"""Usual periods of limits, the likeliest first."""
_NEAR: Final = 0.2
"""By how much a reset may differ from the period that it suggests."""
_AS_GOOD: Final = 0.5
"""Proofs within this factor count as equal. The more is missing, the better the time to fill shows the period."""
_TRUST: Final = 0.995
"""The share of the reported flow that is used."""
_DOUBT: Final = 0.97
_REGAIN: Final = 1.0002
"""After a rejection although the bucket should not be empty, this share of the trust is left; each reply gives a little
of it back. Needed where a bucket holds a single request, so that any delay on the way empties it."""
_LEAST_TRUST: Final = 0.5
_SOON_S: Final = 1.0
"""Endpoints round waits up to a second."""
_LEFT_IN: Final = 0.05
"""The share of the capacity, or one request if that is less, that is left in it: clocks differ."""


@dataclass(slots=True)
class Bucket:
    """One limit of an endpoint. Times are seconds of the lane's clock."""

    per_s: float
    """Flow into the bucket."""
    holds: float
    """The capacity: the highest level seen."""
    limit: float | None
    period_s: float
    level: float
    at: float
    """The time of `level`."""
    made_at: float
    known_since: float = -math.inf
    """Replies to earlier requests say nothing new about the level: the endpoint has reported it empty since."""
    trust: float = _TRUST
    """The share of the flow that is used."""
    proof: float = 0.0
    """How much was missing, as a share of the limit, when the period was inferred."""

    def delay_s(self, amount: float, now: float) -> float:
        """Seconds until `amount` may be drawn."""
        needed = min(amount, self.holds) + min(_LEFT_IN * self.holds, amount)
        short = min(needed, self.holds) - self._level(now)
        return max(short / self.per_s, 0.0)

    def draw(self, amount: float, now: float) -> None:
        """Draw an amount."""
        self.level = self._level(now) - amount
        self.at = now

    def correct(self, reported: ReportedLimit, *, uncounted: float, sent_at: float, now: float) -> None:
        """Learn from the headers of a reply to a request of `sent_at`; they may not have counted `uncounted`."""
        if reported.limit:
            if now > self.at:  # until now it filled at the old rate
                self.level, self.at = self._level(now), now
            self._learn_period(reported, reported.limit)
        if reported.remaining is None or sent_at < self.known_since:
            return
        self.trust = min(self.trust * _REGAIN, _TRUST)
        self.holds = min(max(self.holds, reported.remaining + 1.0), self.limit or math.inf)
        highest = reported.remaining + 1.0 + (now - sent_at) * self.per_s
        self.level = min(max(self._level(now), reported.remaining - uncounted), highest, self.holds)
        self.at = now

    def _learn_period(self, reported: ReportedLimit, limit: float) -> None:
        """Take the period with the better proof, of two equal ones the longer: a window about to open looks quick."""
        proof, period_s = _proof(reported, limit), _period_s(reported, limit)
        if limit != self.limit:
            self.proof = 0.0
        if period_s is not None and proof >= self.proof * _AS_GOOD:
            is_better = proof > self.proof / _AS_GOOD
            self.period_s = period_s if is_better else max(period_s, self.period_s)
            self.proof = max(proof, self.proof)
        self.limit = limit
        self.per_s = self.trust * limit / self.period_s

    def empty(self, sent_at: float, now: float, resumes_at: float) -> None:
        """The endpoint rejected a request of `sent_at`: nothing is left before `resumes_at`.

        Where that is far longer than the time for one request to flow in, it is a window that opens again; the next
        reply will show how far.
        """
        if resumes_at - now > _SOON_S + 2.0 / self.per_s:
            self.level, self.at = 1.0, resumes_at
        else:
            # Rejected requests may have drawn nothing. The endpoint says that one request may be sent by then.
            if sent_at >= max(self.made_at, self.known_since):
                self.trust = max(self.trust * _DOUBT, _LEAST_TRUST)
            level = 1.0 - (resumes_at - now) * self.per_s
            self.level, self.at = max(min(self._level(now), 0.0), level), now
        self.known_since = self.at

    def share_left(self, now: float) -> float:
        """How full it is, from 0 to 1."""
        return max(self._level(now), 0.0) / self.holds if self.holds else 0.0

    def _level(self, now: float) -> float:
        return min(self.level + (now - self.at) * self.per_s, self.holds)


def bucket_from(reported: ReportedLimit, *, uncounted: float, now: float) -> Bucket | None:
    """A bucket from the first headers; None where they do not say enough."""
    if reported.limit is None or reported.limit <= 0 or reported.remaining is None:
        return None
    period_s = _period_s(reported, reported.limit) or _USUAL_S
    return Bucket(
        per_s=_TRUST * reported.limit / period_s,
        holds=min(reported.remaining + 1.0, reported.limit),
        limit=reported.limit,
        period_s=period_s,
        level=reported.remaining - uncounted,
        at=now,
        made_at=now,
        proof=_proof(reported, reported.limit),
    )


def _proof(reported: ReportedLimit, limit: float) -> float:
    """How much is missing, as a share of the limit; 0 where that does not show the period.

    A level far below the limit may be all that the bucket ever holds.
    """
    missing = limit - (reported.remaining or 0.0)
    return missing / limit if reported.reset_s and 1 <= missing <= limit / 2 else 0.0


def _period_s(reported: ReportedLimit, limit: float) -> float | None:
    """The time in which an empty bucket fills, inferred from the time until it is full.

    Where that fits none of the usual periods, it is a window at least as long as the time to its end.
    """
    if reported.period_s is not None:
        return reported.period_s
    if reported.reset_s is None or not _proof(reported, limit):
        return None
    missing = limit - (reported.remaining or 0.0)
    # `remaining` is rounded down, so up to one less may be missing; with a single one missing, anything would fit.
    shortest_s = reported.reset_s * limit / missing
    longest_s = reported.reset_s * limit / max(missing - 1, 1)
    fitting = (one_s for one_s in _PERIODS_S if shortest_s <= (1 + _NEAR) * one_s and longest_s >= (1 - _NEAR) * one_s)
    return next(fitting, next((one_s for one_s in _PERIODS_S if one_s >= reported.reset_s), _PERIODS_S[-1]))
