"""Endpoints with limits of every shape, and a client that asks them through a lane, in a simulated time."""

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from workbench.domain.replies import Fault, Outcome, Reply, Usage
from workbench.provider.lanes import Lane, Limits

WALL_S = 1_800_000_000.0
"""Seconds since 1970 when the simulated time is 0."""


class Shape(Protocol):
    """Says whether a request that comes now is answered."""

    def admit(self, now: float) -> bool:
        """Whether it is; the limiter counts it."""
        ...

    def headers(self, now: float) -> dict[str, str]:
        """What the endpoint tells of its limit."""
        ...

    def retry_after_s(self, now: float) -> float:
        """When the next one would be answered."""
        ...


@dataclass
class TokenBucket:
    """`per_minute`, saved up to `capacity`; starts full."""

    per_minute: float
    capacity: float
    charges_rejected: bool = False
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.capacity

    def _fill(self, now: float) -> None:
        self.level = min(self.capacity, self.level + (now - self.at) * self.per_minute / 60)
        self.at = now

    def admit(self, now: float) -> bool:
        self._fill(now)
        admitted = self.level >= 1.0
        if admitted or self.charges_rejected:
            self.level -= 1.0
        return admitted

    def retry_after_s(self, now: float) -> float:
        self._fill(now)
        return max(1.0 - self.level, 0.0) * 60 / self.per_minute

    def headers(self, now: float) -> dict[str, str]:
        self._fill(now)
        reset_s = (self.capacity - self.level) * 60 / self.per_minute
        return {
            "x-ratelimit-limit-requests": f"{self.per_minute:g}",
            "x-ratelimit-remaining-requests": str(max(int(self.level), 0)),
            "x-ratelimit-reset-requests": f"{int(reset_s * 1000)}ms",
        }


@dataclass
class SlidingWindow:
    """At most `most` in any `span_s`."""

    most: int
    span_s: float = 60.0
    taken: deque[float] = field(default_factory=deque)

    def _expire(self, now: float) -> None:
        while self.taken and self.taken[0] <= now - self.span_s:
            self.taken.popleft()

    def admit(self, now: float) -> bool:
        self._expire(now)
        if len(self.taken) >= self.most:
            return False
        self.taken.append(now)
        return True

    def retry_after_s(self, now: float) -> float:
        self._expire(now)
        return self.taken[0] + self.span_s - now if len(self.taken) >= self.most else 0.0

    def headers(self, now: float) -> dict[str, str]:
        self._expire(now)
        reset_s = self.taken[0] + self.span_s - now if self.taken else 0.0
        return {
            "x-ratelimit-limit-requests": str(self.most),
            "x-ratelimit-remaining-requests": str(self.most - len(self.taken)),
            "x-ratelimit-reset-requests": f"{reset_s:.3f}s",
        }


@dataclass
class FixedWindow:
    """At most `most` between two full minutes of its clock."""

    most: int
    phase_s: float = 17.0
    window: int = -1
    taken: int = 0

    def _turn(self, now: float) -> None:
        window = int((now + self.phase_s) // 60)
        if window != self.window:
            self.window, self.taken = window, 0

    def admit(self, now: float) -> bool:
        self._turn(now)
        admitted = self.taken < self.most
        self.taken += admitted
        return admitted

    def retry_after_s(self, now: float) -> float:
        return (self.window + 1) * 60 - now - self.phase_s

    def headers(self, now: float) -> dict[str, str]:
        self._turn(now)
        reset_s = (self.window + 1) * 60 - now - self.phase_s
        return {
            "x-ratelimit-limit-requests": str(self.most),
            "x-ratelimit-remaining-requests": str(self.most - self.taken),
            "x-ratelimit-reset-requests": f"{reset_s:.3f}s",
        }


@dataclass
class Unlimited:
    """Answers everything and tells nothing."""

    def admit(self, now: float) -> bool:
        del now
        return True

    def headers(self, now: float) -> dict[str, str]:
        del now
        return {}

    def retry_after_s(self, now: float) -> float:
        del now
        return 0.0


@dataclass(frozen=True, kw_only=True)
class World:
    """What lies between the lane and the limiter."""

    latency_s: float = 0.2
    jitter: float = 0.05
    tells: bool = True
    tells_late: bool = False
    """Whether the headers are made when the answer leaves, not when the request comes."""
    retry_after: bool = True
    slots: int | None = None
    """So many are worked on at once; the others wait. None: all of them."""
    tokens: int = 1_000


@dataclass
class Outcomes:
    """What became of the requests."""

    answered: int = 0
    rejected: int = 0
    ended_s: float = 0.0
    most_in_flight: int = 0
    arrivals: list[float] = field(default_factory=list)

    def most_in(self, span_s: float) -> int:
        """The most arrivals in any window of that length."""
        most, first = 0, 0
        for last, at in enumerate(self.arrivals):
            while self.arrivals[first] <= at - span_s:
                first += 1
            most = max(most, last - first + 1)
        return most


def simulate(
    shape: Shape, wanted: int, limits: Limits | None = None, world: World | None = None, **more: object
) -> Outcomes:
    """Ask until `wanted` requests are answered. Rejected ones are asked again."""
    world = world or World()
    lane = Lane("simulated", limits or Limits(), 0.0)
    return _Simulation(shape, wanted, lane, world).run()


class _Simulation:
    def __init__(self, shape: Shape, wanted: int, lane: Lane, world: World) -> None:
        self._shape, self._lane, self._world = shape, lane, world
        self._to_send = wanted
        self._wanted = wanted
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._n = 0
        self._random = random.Random(7)
        self._busy: list[float] = []
        self.seen = Outcomes()

    def run(self) -> Outcomes:
        now = 0.0
        steps = 0
        while self.seen.answered < self._wanted:
            steps += 1
            assert steps < 400 * self._wanted + 10_000, (
                f"no progress: {self.seen.answered} answered, {self.seen.rejected} rejected"
            )
            now = self._send(now)
            if self._events:
                now, _, happen = heapq.heappop(self._events)
                happen(now)
        self.seen.ended_s = now
        return self.seen

    def _send(self, now: float) -> float:
        while self._to_send:
            delay_s = self._lane.delay_s(self._world.tokens, now)
            if delay_s > 0:
                if delay_s < 1e9 and (not self._events or now + delay_s < self._events[0][0]):
                    self._later(now + delay_s, lambda _: None)
                return now
            self._to_send -= 1
            ticket = self._lane.take(self._world.tokens, now)
            self.seen.most_in_flight = max(self.seen.most_in_flight, self._lane.n_in_flight)
            way_s = 0.001 + 0.004 * self._random.random()
            self._later(now + way_s, lambda at, ticket=ticket: self._arrive(at, ticket))  # type: ignore[misc]
        return now

    def _arrive(self, now: float, ticket: object) -> None:
        self.seen.arrivals.append(now)
        admitted = self._shape.admit(now)
        early = self._shape.headers(now)
        if not admitted:
            self._retry_after_s = self._shape.retry_after_s(now)
            self._later(now + 0.002, lambda at: self._come_back(at, ticket, early, limited=True))
            return
        done = self._done_at(now)
        self._later(done, lambda at: self._come_back(at, ticket, early, limited=False))

    def _done_at(self, now: float) -> float:
        takes_s = self._world.latency_s * (1 + self._world.jitter * self._random.random())
        if self._world.slots is None:
            return now + takes_s
        starts = now
        if len(self._busy) >= self._world.slots:
            starts = max(now, heapq.heappop(self._busy))
        heapq.heappush(self._busy, starts + takes_s)
        return starts + takes_s

    def _come_back(self, now: float, ticket: object, early: dict[str, str], *, limited: bool) -> None:
        headers = (self._shape.headers(now) if self._world.tells_late else early) if self._world.tells else {}
        sent_at: float = ticket.sent_at  # type: ignore[attr-defined]
        if limited:
            self.seen.rejected += 1
            self._to_send += 1
            reply = Reply(
                outcome=Outcome.FAILED,
                fault=Fault.RATE_LIMITED,
                status_code=429,
                headers=headers,
                retry_after_s=self._retry_after_s if self._world.retry_after else None,
                latency_s=now - sent_at,
            )
        else:
            self.seen.answered += 1
            reply = Reply(
                outcome=Outcome.ANSWERED,
                text="{}",
                status_code=200,
                headers=headers,
                usage=Usage(self._world.tokens, 0),
                latency_s=now - sent_at,
            )
        self._lane.settle(ticket, reply, now, WALL_S + now)  # type: ignore[arg-type]

    def _later(self, at: float, happen: Callable[[float], None]) -> None:
        self._n += 1
        heapq.heappush(self._events, (at, self._n, happen))
