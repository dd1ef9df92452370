"""Limits in the shapes in which providers enforce them. Pure: the clock is an argument.

The same 1,200 a minute can mean 20 in any second, 1,200 at once and then 20 a second, or 1,200 in any minute;
a client that paces well for one shape breaks, or wastes, another.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

WINDOW_S: Final = 60.0
_ROUNDING: Final = 1e-9
"""Of a request: who waits exactly as long as told is not turned away for the last bit of a float."""


class Kind(StrEnum):
    """How a limit is enforced."""

    NONE = "none"
    BUCKET = "bucket"
    """Refilled evenly. A capacity of one second's worth enforces per second; a whole minute's allows a burst."""
    SLIDING = "sliding"
    """So many in any 60 seconds."""
    FIXED = "fixed"
    """So many in each minute, counted from the limiter's making."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a server is told to enforce, per key."""

    kind: Kind = Kind.NONE
    per_minute: int = 1200
    capacity: int | None = None
    """Of a bucket; None: a minute's worth."""
    tokens_per_minute: int | None = None
    """A bucket of its own beside that of the requests, full at the start."""
    charge_rejected: bool = False
    """Whether a call that is turned away counts as well."""


class Limiter(Protocol):
    """One limit."""

    limit: int
    """What the provider says that it is, per minute."""

    def wait_s(self, cost: int) -> float:
        """Seconds until so much fits; 0.0 where it fits now, infinity where it never will."""
        ...

    def take(self, cost: int) -> None:
        """Count it, whether it fits or not."""
        ...

    def remaining(self) -> int:
        """How much would fit now."""
        ...

    def full_in_s(self) -> float:
        """Seconds until nothing counts any more."""
        ...


class Bucket:
    """Starts full and is refilled evenly."""

    def __init__(self, per_minute: int, capacity: int, clock: Callable[[], float]) -> None:
        self.limit = per_minute
        self._per_s = per_minute / WINDOW_S
        self._capacity = capacity
        self._clock = clock
        self._level = float(capacity)
        self._at_s = clock()

    def wait_s(self, cost: int) -> float:
        """Seconds until the level is there."""
        if cost > self._capacity:
            return math.inf
        lacking = cost - self._refilled()
        return lacking / self._per_s if lacking > _ROUNDING else 0.0

    def take(self, cost: int) -> None:
        """What does not fit takes what is left: a level is never below 0."""
        self._level = max(0.0, self._refilled() - cost)

    def remaining(self) -> int:
        """The level, in whole requests."""
        return int(self._refilled() + _ROUNDING)

    def full_in_s(self) -> float:
        """Seconds until the level is at the capacity."""
        return (self._capacity - self._refilled()) / self._per_s

    def _refilled(self) -> float:
        now_s = self._clock()
        self._level = min(float(self._capacity), self._level + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        return self._level


class SlidingWindow:
    """So many in any 60 seconds."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self.limit = per_minute
        self._clock = clock
        self._taken: deque[tuple[float, int]] = deque()
        self._used = 0

    def wait_s(self, cost: int) -> float:
        """Seconds until enough of the old has left the window."""
        if cost > self.limit:
            return math.inf
        excess = self._counted() + cost - self.limit
        if excess <= 0:
            return 0.0
        for at_s, taken in self._taken:
            excess -= taken
            if excess <= 0:
                return at_s + WINDOW_S - self._clock()
        raise AssertionError("what is used is the sum of what was taken")

    def take(self, cost: int) -> None:
        """Count it from now on for a window."""
        self._counted()
        self._taken.append((self._clock(), cost))
        self._used += cost

    def remaining(self) -> int:
        """What the window leaves."""
        return max(0, self.limit - self._counted())

    def full_in_s(self) -> float:
        """Seconds until the newest has left the window."""
        return self._taken[-1][0] + WINDOW_S - self._clock() if self._counted() else 0.0

    def _counted(self) -> int:
        left_s = self._clock() - WINDOW_S
        while self._taken and self._taken[0][0] <= left_s:
            self._used -= self._taken.popleft()[1]
        return self._used


class FixedWindow:
    """So many in each minute from the start."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self.limit = per_minute
        self._clock = clock
        self._ends_s = clock() + WINDOW_S
        self._used = 0

    def wait_s(self, cost: int) -> float:
        """Seconds until the next minute begins, where this one is used up."""
        if cost > self.limit:
            return math.inf
        return self.full_in_s() if self._counted() + cost > self.limit else 0.0

    def take(self, cost: int) -> None:
        """Count it in this minute."""
        self._used = self._counted() + cost

    def remaining(self) -> int:
        """What this minute leaves."""
        return max(0, self.limit - self._counted())

    def full_in_s(self) -> float:
        """Seconds until the next minute begins."""
        return self._ends_s - self._clock() if self._counted() else 0.0

    def _counted(self) -> int:
        late_s = self._clock() - self._ends_s
        if late_s >= 0:
            self._ends_s += WINDOW_S * (1 + late_s // WINDOW_S)
            self._used = 0
        return self._used


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of one key."""

    requests: Limiter | None
    tokens: Limiter | None
    charge_rejected: bool

    def admit(self, tokens: int) -> float:
        """Count a request; 0.0 where it passes, else the seconds after which it would."""
        costs: Sequence[tuple[Limiter, int]] = [
            (limiter, cost) for limiter, cost in ((self.requests, 1), (self.tokens, tokens)) if limiter is not None
        ]
        wait_s = max((limiter.wait_s(cost) for limiter, cost in costs), default=0.0)
        if wait_s == 0.0 or self.charge_rejected:
            for limiter, cost in costs:
                limiter.take(cost)
        if wait_s and self.charge_rejected:  # its own cost is in the way of its next try as well
            wait_s = max(limiter.wait_s(cost) for limiter, cost in costs)
        return wait_s


def limits_of(shape: Shape, clock: Callable[[], float]) -> Limits:
    """Fresh limits of that shape."""
    tokens = shape.tokens_per_minute
    return Limits(
        requests=_requests(shape, clock),
        tokens=Bucket(tokens, tokens, clock) if tokens else None,
        charge_rejected=shape.charge_rejected,
    )


def _requests(shape: Shape, clock: Callable[[], float]) -> Limiter | None:
    match shape.kind:
        case Kind.NONE:
            return None
        case Kind.BUCKET:
            return Bucket(shape.per_minute, shape.capacity or shape.per_minute, clock)
        case Kind.SLIDING:
            return SlidingWindow(shape.per_minute, clock)
        case Kind.FIXED:
            return FixedWindow(shape.per_minute, clock)
