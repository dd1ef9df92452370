"""A lane: one endpoint with one key, and everything that decides when its next request may be sent.

Three kinds of limits apply: those in the settings (windows that are never exceeded), those that the endpoint reports in
its headers (buckets that requests draw from), and, where it reports none, the pace at which it accepted requests before
it rejected one. One rejected request pauses the whole lane. Nothing here sleeps or reads a clock: `now` is an argument,
in seconds of a clock that only goes forward.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from workbench.domain.messages import Fault, Outcome, Reply
from workbench.domain.run_status import LaneMeter
from workbench.provider.limits.buckets import Bucket, bucket_from
from workbench.provider.limits.learned_limits import InFlight, LearnedPace
from workbench.provider.limits.own_limits import EvenPace, Taken, Window
from workbench.provider.limits.rate_headers import Resource, reported_limits

_MINUTE_S: Final = 60.0
_DAY_S: Final = 86_400.0
_PACED: Final = 0.99
"""The share of a limit in the settings that is used while the endpoint reports none of its own."""
_MOST_IN_FLIGHT: Final = 4_000
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_PLENTY: Final = 0.25
"""If every known bucket is at least this full, a rejection is about the number of requests in flight."""
_LEARNING: Final = 0.1
"""The weight of the last reply in the ratio of used to expected tokens."""
_SHUT_OUT_AFTER: Final = 5
PATIENCE_S: Final = 900.0
"""After so many rejections in a row, and so long without an answer, the limit is not one per minute."""
_NOTHING_S: Final = 1e-6
"""A shorter wait is a rounding error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits in the settings for one lane; None: no limit. rpm, tpm: per minute; rpd: per day."""

    rpm: int | None = None
    tpm: int | None = None
    rpd: int | None = None
    concurrency: int | None = None
    most_in_flight: int | None = None
    """Connections that this machine can hold open; None: thousands."""


@dataclass(slots=True)
class Ticket:
    """One request that was sent, until its reply settles it."""

    sent_at: float
    tokens: float
    """Expected tokens."""
    amounts: dict[Resource, float]
    """What the request draws from buckets."""
    counted: dict[Resource, float]
    """What the lane had drawn before, without requests still in flight: the endpoint has counted this much."""
    in_minute: Taken


class Lane:
    """Decides when a request may be sent, and learns from every reply."""

    def __init__(
        self,
        name: str,
        limits: Limits,
        now: float,
        *,
        sent_last_day: Iterable[tuple[float, int]] = (),
        sent_last_minute: Iterable[tuple[float, float]] = (),
        patience_s: float = PATIENCE_S,
    ) -> None:
        """The last arguments are requests of earlier sessions, the oldest first.

        `sent_last_day`: as (seconds ago, number of requests); `sent_last_minute`: as (seconds ago, tokens).
        """
        self.name = name
        self.patience_s: Final = patience_s
        """How long a busy endpoint is waited for; no single wait is longer."""
        self.closed: str | None = None
        self.limited_in_row = 0
        self.limited = 0
        self.n_taken = 0
        """Requests that were sent in all."""
        self._limits = limits
        self._in_flight = InFlight(_most_in_flight(limits))
        lately = [(now - ago_s, tokens) for ago_s, tokens in sent_last_minute]
        # Counted without a limit too: one can be set at any time, and then holds for the minute before.
        self._requests = Window(limits.rpm or math.inf, _MINUTE_S, [(at, 1.0) for at, _ in lately])
        self._tokens = Window(limits.tpm or math.inf, _MINUTE_S, lately)
        self._day = _day(limits.rpd, sent_last_day, now)
        self._pace = _pace(limits.rpm, now)
        self._token_pace = _pace(limits.tpm, now)
        self._learned = LearnedPace()
        self._buckets: dict[tuple[Resource, float | None], Bucket] = {}
        self._drawn = dict.fromkeys(Resource, 0.0)
        self._unsettled = dict.fromkeys(Resource, 0.0)
        self._resumes_at = now
        self._limited_since = now
        self._limited_at = -math.inf
        self._busy_in_row = 0
        self._busy_at = -math.inf
        self._ratio = 1.0
        self._lately: deque[tuple[float, float]] = deque()
        if limits.rpm or limits.tpm:
            self._in_flight.free()

    @property
    def limits(self) -> Limits:
        """The present limits."""
        return self._limits

    def change(self, limits: Limits, now: float, *, sent_last_day: Iterable[tuple[float, int]] = ()) -> None:
        """Set other limits. What was sent under the old limits counts under the new ones.

        `sent_last_day`, as in the constructor, is needed where a limit per day is new.
        """
        self._requests.change(limits.rpm or math.inf)
        self._tokens.change(limits.tpm or math.inf)
        if self._day is None or not limits.rpd:
            self._day = _day(limits.rpd, sent_last_day, now)
        else:
            self._day.change(limits.rpd)
        self._pace = _changed_pace(self._pace, limits.rpm, now)
        self._token_pace = _changed_pace(self._token_pace, limits.tpm, now)
        self._in_flight.change(_most_in_flight(limits))
        if limits.rpm or limits.tpm:
            self._in_flight.free()
        self._limits = limits

    @property
    def n_in_flight(self) -> int:
        """The number of requests in flight."""
        return self._in_flight.n

    def delay_s(self, tokens: float, now: float) -> float:
        """Seconds until a request with so many expected tokens may be sent; inf: not before a reply comes."""
        if self.closed is not None or not self._in_flight.has_room:
            return math.inf
        expected = tokens * self._ratio
        delays = [self._resumes_at - now, self._learned.delay_s(now)]
        for window, amount in ((self._requests, 1.0), (self._tokens, expected), (self._day, 1.0)):
            if window is not None:
                delays.append(window.delay_s(amount, now))
        for pace, resource, amount in (
            (self._pace, Resource.REQUESTS, 1.0),
            (self._token_pace, Resource.TOKENS, expected),
        ):
            if pace is not None and not self._is_reported(resource):
                delays.append(pace.delay_s(amount, now))
        delays += [
            bucket.delay_s(1.0 if resource is Resource.REQUESTS else expected, now)
            for (resource, _), bucket in self._buckets.items()
        ]
        delay_s = max(delays)
        return delay_s if delay_s > _NOTHING_S else 0.0

    def take(self, tokens: float, now: float) -> Ticket:
        """Count a request as sent."""
        expected = tokens * self._ratio
        self._in_flight.start()
        self._learned.take(now)
        amounts = {Resource.REQUESTS: 1.0, Resource.TOKENS: expected}
        for resource, amount in amounts.items():
            self._drawn[resource] += amount
            self._unsettled[resource] += amount
        for (resource, _), bucket in self._buckets.items():
            bucket.draw(amounts[resource], now)
        self.n_taken += 1
        self._requests.take(1.0, now)
        if self._day is not None:
            self._day.take(1.0, now)
        if self._pace is not None:
            self._pace.take(1.0, now)
        if self._token_pace is not None:
            self._token_pace.take(expected, now)
        self._lately.append((now, expected))
        self._forget(now)
        in_minute = self._tokens.take(expected, now)
        counted = {resource: self._drawn[resource] - self._unsettled[resource] for resource in Resource}
        return Ticket(now, tokens, amounts, counted, in_minute)

    def abandon(self, ticket: Ticket) -> None:
        """The request was not sent, or its reply is no longer awaited. What it drew stays drawn."""
        self._settle_amounts(ticket)
        self._in_flight.abandon()

    def settle(self, ticket: Ticket, reply: Reply, now: float, wall_s: float) -> None:
        """Learn from a reply. `wall_s` is the time in seconds since 1970, which headers use for points in time."""
        limited = reply.fault is Fault.RATE_LIMITED
        self._settle_amounts(ticket)
        self._read_headers(ticket, reply, now, wall_s)
        self._settle_tokens(ticket, reply)
        crowded = limited and bool(self._buckets) and self._has_plenty(now)
        overloaded = crowded or reply.is_busy or (reply.fault is Fault.TRANSIENT and reply.status_code is None)
        is_answer = reply.outcome is not Outcome.FAILED
        self._in_flight.end(latency_s=reply.latency_s, is_answer=is_answer, is_overloaded=overloaded, now=now)
        if not limited:
            if is_answer:
                self._learned.accepted(ticket.sent_at, now)
                self.limited_in_row = 0
                self._busy_in_row = 0
            if reply.is_busy:
                self._rest(ticket, reply, now)
            return
        self._count_limited(ticket, now)
        self._pause(self._wait_s(reply, now), now)
        if self._buckets and not crowded:
            for bucket in self._buckets.values():
                if bucket.share_left(now) <= _PLENTY:
                    bucket.empty(ticket.sent_at, now, self._resumes_at)
        elif not self._buckets:
            self._learned.rejected(ticket.sent_at, now, self._resumes_at)

    def is_shut_out(self, now: float) -> bool:
        """Whether the endpoint has rejected everything for so long that waiting is of no use."""
        return self.limited_in_row >= _SHUT_OUT_AFTER and now - self._limited_since > self.patience_s

    def paused_s(self, now: float) -> float:
        """Seconds for which the endpoint has asked to be left alone."""
        return max(self._resumes_at - now, 0.0)

    def meter(self, now: float, at: datetime | None = None) -> LaneMeter:
        """The present state for displays. `at` is the time of day at `now`; with it `waits_until` is filled."""
        last_minute, tokens = self._last_minute(now)
        paused_s, waits_until = self.paused_s(now), None
        if at is not None and paused_s >= 1:
            waits_until = (at + timedelta(seconds=paused_s)).isoformat(timespec="seconds")
        return LaneMeter(
            name=self.name,
            in_flight=self._in_flight.n,
            most_in_flight=int(self._in_flight.limit),
            last_minute=last_minute,
            rpm=self._known(Resource.REQUESTS, self._limits.rpm),
            tokens_last_minute=round(tokens),
            tpm=self._known(Resource.TOKENS, self._limits.tpm),
            today=int(self._day.used(now)) if self._day is not None else None,
            rpd=self._limits.rpd,
            waits_until=waits_until,
            limited=self.limited,
            closed=self.closed,
        )

    def _rest(self, ticket: Ticket, reply: Reply, now: float) -> None:
        """Leave a busy endpoint alone, longer each time. Requests sent before the last pause count with the first."""
        if ticket.sent_at > self._busy_at:
            self._busy_in_row += 1
            self._busy_at = now
        backoff_s = min(_FIRST_WAIT_S * 2.0 ** min(max(self._busy_in_row, 1) - 1, 16), _LONGEST_WAIT_S)
        self._pause(reply.retry_after_s or backoff_s, now)

    def _count_limited(self, ticket: Ticket, now: float) -> None:
        """Count a rejection. Requests sent before the first rejection count as one in the row, with the first."""
        self.limited += 1
        if self.limited_in_row and ticket.sent_at <= self._limited_at:
            return
        self.limited_in_row += 1
        self._limited_at = now
        if self.limited_in_row == 1:
            self._limited_since = now

    def _read_headers(self, ticket: Ticket, reply: Reply, now: float, wall_s: float) -> None:
        for reported in reported_limits(reply.headers, wall_s):
            resource = reported.resource
            # Requests in flight at the same time may have been counted before this one, or after.
            uncounted = self._drawn[resource] - ticket.counted[resource] - ticket.amounts[resource]
            if (bucket := self._buckets.get((resource, reported.period_s))) is not None:
                bucket.correct(reported, uncounted=uncounted, sent_at=ticket.sent_at, now=now)
            elif made := bucket_from(reported, uncounted=uncounted, now=now):
                self._buckets[resource, reported.period_s] = made
                self._in_flight.free()

    def _settle_amounts(self, ticket: Ticket) -> None:
        for resource, amount in ticket.amounts.items():
            self._unsettled[resource] -= amount

    def _settle_tokens(self, ticket: Ticket, reply: Reply) -> None:
        if reply.usage is None:
            return
        used = float(reply.usage.prompt_tokens + reply.usage.completion_tokens)
        self._tokens.settle(ticket.in_minute, used)
        if ticket.tokens > 0 and used > 0:
            self._ratio += _LEARNING * (used / ticket.tokens - self._ratio)

    def _is_reported(self, resource: Resource) -> bool:
        return any(reported is resource for reported, _ in self._buckets)

    def _has_plenty(self, now: float) -> bool:
        return all(bucket.share_left(now) > _PLENTY for bucket in self._buckets.values())

    def _wait_s(self, reply: Reply, now: float) -> float:
        if reply.retry_after_s is not None and reply.retry_after_s > 0:
            return reply.retry_after_s
        backoff_s = min(_FIRST_WAIT_S * 2.0 ** min(max(self.limited_in_row, 1) - 1, 16), _LONGEST_WAIT_S)
        if self.limited_in_row > 1:
            return backoff_s
        # What the buckets owe by our account may not have been drawn: the endpoint has rejected some requests.
        known = [min(bucket.delay_s(1.0, now), 1 / bucket.per_s) for bucket in self._buckets.values()]
        return max(known, default=0.0) or backoff_s

    def _pause(self, wait_s: float, now: float) -> None:
        self._resumes_at = max(self._resumes_at, now + min(wait_s, self.patience_s))

    def _last_minute(self, now: float) -> tuple[int, float]:
        """Requests of the last minute, and their tokens."""
        self._forget(now)
        return len(self._lately), sum(tokens for _, tokens in self._lately)

    def _forget(self, now: float) -> None:
        while self._lately and self._lately[0][0] <= now - _MINUTE_S:
            self._lately.popleft()

    def _known(self, resource: Resource, ours: int | None) -> float | None:
        reported = [
            _MINUTE_S * bucket.limit / bucket.period_s
            for (one, _), bucket in self._buckets.items()
            if one is resource and bucket.limit
        ]
        return min([*reported, *([float(ours)] if ours else [])], default=None)


def _most_in_flight(limits: Limits) -> int:
    return limits.concurrency or min(limits.most_in_flight or _MOST_IN_FLIGHT, _MOST_IN_FLIGHT)


def _day(rpd: int | None, sent_last_day: Iterable[tuple[float, int]], now: float) -> Window | None:
    """None without a limit: a day's requests are too many to remember without need."""
    if not rpd:
        return None
    return Window(rpd, _DAY_S, [(now - ago_s, float(n)) for ago_s, n in sent_last_day])


def _changed_pace(pace: EvenPace | None, per_minute: int | None, now: float) -> EvenPace | None:
    fresh = _pace(per_minute, now)
    if pace is None or fresh is None:
        return fresh
    pace.change(fresh.per_s, now, fresh.burst)
    return pace


def _pace(per_minute: int | None, now: float) -> EvenPace | None:
    """An even pace over the minute with at most one second's worth saved up: some endpoints count by the second."""
    if per_minute is None:
        return None
    per_s = per_minute / _MINUTE_S
    return EvenPace(_PACED * per_s, max(per_s, 1.0), now)
