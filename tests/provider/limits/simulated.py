"""A client that asks simulated endpoints through lanes, in a simulated time: a number, and no clock."""

import heapq
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.provider.limits.limiters import Shape
from workbench.domain.messages import Fault, Outcome, Reply, Usage
from workbench.provider.limits.lane import Lane, Limits, Ticket

WALL_S = 1_800_000_000.0
"""Seconds since 1970 when the simulated time is 0."""
_REJECTING_TAKES_S = 0.002


@dataclass(frozen=True, kw_only=True)
class World:
    """What lies between the lane and the limiter."""

    latency_s: float = 0.2
    jitter: float = 0.05
    """Answers take up to this share longer."""
    way_jitter_s: float = 0.004
    """Requests take up to so long to arrive, one more, another less."""
    tells: bool = True
    tells_late: bool = False
    """Whether the headers are made when the answer leaves, not when the request comes."""
    retry_after: bool = True
    slots: int | None = None
    """So many are worked on at once; the others wait. None: all of them."""
    tokens: int = 1_000
    """Of a request, as the client expects."""
    used: float = 1.0
    """Of the tokens expected, what a reply says that it took."""


@dataclass
class Outcomes:
    """What became of the requests of one lane."""

    lane: Lane
    answered: int = 0
    rejected: int = 0
    ended_s: float = 0.0
    """When the last of all requests, of any lane, was answered."""
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


@dataclass
class Road:
    """One lane with an endpoint at its end."""

    shape: Shape
    limits: Limits = field(default_factory=Limits)
    world: World = field(default_factory=World)
    sent_last_day: Sequence[tuple[float, int]] = ()


def simulate(
    shape: Shape,
    wanted: int,
    limits: Limits | None = None,
    world: World | None = None,
    sent_last_day: Sequence[tuple[float, int]] = (),
) -> Outcomes:
    """Ask one endpoint until `wanted` requests are answered. Rejected ones are asked again."""
    (outcomes,) = simulate_roads([Road(shape, limits or Limits(), world or World(), sent_last_day)], wanted)
    return outcomes


def simulate_roads(roads: Iterable[Road], wanted: int) -> list[Outcomes]:
    """Ask several until `wanted` requests are answered in all; each goes where it may leave first."""
    return _Simulation(list(roads), wanted).run()


class _Simulation:
    def __init__(self, roads: Sequence[Road], wanted: int) -> None:
        self._to_send = wanted
        self._wanted = wanted
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._n = 0
        self._random = random.Random(7)
        self._ends = [_End(road, self) for road in roads]

    def run(self) -> list[Outcomes]:
        now = 0.0
        steps = 0
        while self._answered() < self._wanted:
            steps += 1
            assert steps < 400 * self._wanted + 10_000, f"no progress: {[end.seen for end in self._ends]}"
            self._send(now)
            if self._events:
                now, _, happen = heapq.heappop(self._events)
                happen(now)
        for end in self._ends:
            end.seen.ended_s = now
        return [end.seen for end in self._ends]

    def later(self, at: float, happen: Callable[[float], None]) -> None:
        self._n += 1
        heapq.heappush(self._events, (at, self._n, happen))

    def share(self) -> float:
        """Any number from 0 to 1."""
        return self._random.random()

    def send_again(self) -> None:
        self._to_send += 1

    def _answered(self) -> int:
        return sum(end.seen.answered for end in self._ends)

    def _send(self, now: float) -> None:
        while self._to_send:
            delay_s, end = min(((end.delay_s(now), end) for end in self._ends), key=lambda pair: pair[0])
            if delay_s > 0:
                if delay_s < 1e9 and (not self._events or now + delay_s < self._events[0][0]):
                    self.later(now + delay_s, lambda _: None)
                return
            self._to_send -= 1
            end.send(now)


class _End:
    """The endpoint at the end of one lane."""

    def __init__(self, road: Road, simulation: _Simulation) -> None:
        self._shape = road.shape
        self._world = road.world
        self._simulation = simulation
        self._lane = Lane("simulated", road.limits, 0.0, sent_last_day=road.sent_last_day)
        self._busy: list[float] = []
        self.seen = Outcomes(self._lane)

    def delay_s(self, now: float) -> float:
        return self._lane.delay_s(self._world.tokens, now)

    def send(self, now: float) -> None:
        ticket = self._lane.take(self._world.tokens, now)
        self.seen.most_in_flight = max(self.seen.most_in_flight, self._lane.n_in_flight)
        way_s = 0.001 + self._world.way_jitter_s * self._simulation.share()
        self._simulation.later(now + way_s, lambda at: self._arrive(at, ticket))

    def _arrive(self, now: float, ticket: Ticket) -> None:
        self.seen.arrivals.append(now)
        admitted = self._shape.admit(now, self._world.tokens)
        early = self._shape.headers(now)
        if not admitted:
            retry_after_s = self._shape.retry_after_s(now) if self._world.retry_after else None
            back = now + _REJECTING_TAKES_S
            self._simulation.later(back, lambda at: self._reject(at, ticket, early, retry_after_s))
            return
        self._simulation.later(self._done_at(now), lambda at: self._answer(at, ticket, early))

    def _done_at(self, now: float) -> float:
        takes_s = self._world.latency_s * (1 + self._world.jitter * self._simulation.share())
        if self._world.slots is None:
            return now + takes_s
        starts = now
        if len(self._busy) >= self._world.slots:
            starts = max(now, heapq.heappop(self._busy))
        heapq.heappush(self._busy, starts + takes_s)
        return starts + takes_s

    def _reject(self, now: float, ticket: Ticket, early: dict[str, str], retry_after_s: float | None) -> None:
        self.seen.rejected += 1
        self._simulation.send_again()
        reply = Reply(
            outcome=Outcome.FAILED,
            fault=Fault.RATE_LIMITED,
            status_code=429,
            headers=self._told(now, early),
            retry_after_s=retry_after_s,
            latency_s=now - ticket.sent_at,
        )
        self._lane.settle(ticket, reply, now, WALL_S + now)

    def _answer(self, now: float, ticket: Ticket, early: dict[str, str]) -> None:
        self.seen.answered += 1
        reply = Reply(
            outcome=Outcome.ANSWERED,
            text="{}",
            status_code=200,
            headers=self._told(now, early),
            usage=Usage(round(self._world.tokens * self._world.used), 0),
            latency_s=now - ticket.sent_at,
        )
        self._lane.settle(ticket, reply, now, WALL_S + now)

    def _told(self, now: float, early: dict[str, str]) -> dict[str, str]:
        if not self._world.tells:
            return {}
        return self._shape.headers(now) if self._world.tells_late else early
