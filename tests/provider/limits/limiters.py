"""Limits as endpoints enforce them, in every shape, in a simulated time."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol


class Shape(Protocol):
    """Says whether a request that comes now is answered."""

    def admit(self, now: float, tokens: float) -> bool:
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

    def admit(self, now: float, tokens: float) -> bool:
        del tokens
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
class TokensPerMinute:
    """A full bucket of so many tokens, from which each request draws what it is expected to use."""

    per_minute: float
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.per_minute

    def _fill(self, now: float) -> None:
        self.level = min(self.per_minute, self.level + (now - self.at) * self.per_minute / 60)
        self.at = now

    def admit(self, now: float, tokens: float) -> bool:
        self._fill(now)
        admitted = self.level >= tokens
        self.level -= tokens if admitted else 0.0
        return admitted

    def retry_after_s(self, now: float) -> float:
        self._fill(now)
        return 0.5

    def headers(self, now: float) -> dict[str, str]:
        self._fill(now)
        return {
            "x-ratelimit-limit-tokens": f"{self.per_minute:g}",
            "x-ratelimit-remaining-tokens": str(max(int(self.level), 0)),
            "x-ratelimit-reset-tokens": f"{(self.per_minute - self.level) * 60 / self.per_minute:.3f}s",
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

    def admit(self, now: float, tokens: float) -> bool:
        del tokens
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
    """So long ago its minute began when the simulated time is 0."""
    window: int = -1
    taken: int = 0

    def _turn(self, now: float) -> None:
        window = int((now + self.phase_s) // 60)
        if window != self.window:
            self.window, self.taken = window, 0

    def admit(self, now: float, tokens: float) -> bool:
        del tokens
        self._turn(now)
        admitted = self.taken < self.most
        self.taken += admitted
        return admitted

    def retry_after_s(self, now: float) -> float:
        return (self.window + 1) * 60 - now - self.phase_s

    def headers(self, now: float) -> dict[str, str]:
        self._turn(now)
        return {
            "x-ratelimit-limit-requests": str(self.most),
            "x-ratelimit-remaining-requests": str(self.most - self.taken),
            "x-ratelimit-reset-requests": f"{self.retry_after_s(now):.3f}s",
        }


@dataclass
class Unlimited:
    """Answers everything and tells nothing."""

    def admit(self, now: float, tokens: float) -> bool:
        del now, tokens
        return True

    def headers(self, now: float) -> dict[str, str]:
        del now
        return {}

    def retry_after_s(self, now: float) -> float:
        del now
        return 0.0
