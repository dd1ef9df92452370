"""Limits that the settings give: an amount in any window of time, an even pace, and a budget of dollars.

Nothing here reads a clock: `now` is an argument, in seconds of a clock that only goes forward.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_SLACK: Final = 1.01
"""Windows are made longer by this factor: requests that were sent evenly arrive a little closer together."""


@dataclass(slots=True)
class Taken:
    """One amount in a window; `settle` may change it."""

    at: float
    amount: float


class Window:
    """At most `most` in any `span_s` seconds."""

    def __init__(self, most: float, span_s: float, taken: Iterable[tuple[float, float]] = ()) -> None:
        """`taken`: earlier amounts, as (time, amount), the oldest first."""
        self._most = most
        self._span_s = span_s * _SLACK
        self._taken = deque(Taken(at, amount) for at, amount in taken)
        self._sum = sum(one.amount for one in self._taken)

    def delay_s(self, amount: float, now: float) -> float:
        """Seconds until `amount` may be taken. An amount above the limit may be taken when the window is empty."""
        self._expire(now)
        excess = self._sum + amount - self._most
        freed_at = now
        for one in self._taken:
            if excess <= 0:
                break
            excess -= one.amount
            freed_at = one.at + self._span_s
        return max(freed_at - now, 0.0)

    def take(self, amount: float, now: float) -> Taken:
        """Count an amount from now on."""
        taken = Taken(now, amount)
        self._taken.append(taken)
        self._sum += amount
        return taken

    def settle(self, taken: Taken, amount: float) -> None:
        """Correct an amount that was taken."""
        if self._taken and taken.at >= self._taken[0].at:
            self._sum += amount - taken.amount
        taken.amount = amount

    def change(self, most: float) -> None:
        """Set another limit; it also holds for what was taken before."""
        self._most = most

    def used(self, now: float) -> float:
        """The sum of amounts in the window that ends now."""
        self._expire(now)
        return self._sum

    def _expire(self, now: float) -> None:
        while self._taken and self._taken[0].at <= now - self._span_s:
            self._sum -= self._taken.popleft().amount
        if not self._taken:
            self._sum = 0.0  # rounding does not add up over days


class EvenPace:
    """An even pace: `per_s` a second, with at most `burst` saved up."""

    def __init__(self, per_s: float, burst: float, now: float) -> None:
        self.per_s = per_s
        self.burst = burst
        self._level = burst
        self._at = now

    def delay_s(self, amount: float, now: float) -> float:
        """Seconds until `amount` may be taken."""
        self._fill(now)
        return max(min(amount, self.burst) - self._level, 0.0) / self.per_s

    def take(self, amount: float, now: float) -> None:
        """Take an amount; it may be more than is saved up."""
        self._fill(now)
        self._level -= amount

    def change(self, per_s: float, now: float, burst: float | None = None) -> None:
        """Set another pace; burst None: unchanged."""
        self._fill(now)
        self.per_s = per_s
        self.burst = self.burst if burst is None else burst

    def empty(self, now: float) -> None:
        """Take everything that is saved up."""
        self._fill(now)
        self._level = min(self._level, 0.0)

    def _fill(self, now: float) -> None:
        self._level = min(self.burst, self._level + (now - self._at) * self.per_s)
        self._at = now


class Budget:
    """The budget of one run in US dollars, over all its sessions.

    The expected cost of a request in flight counts as spent until its reply reports the real cost.
    """

    def __init__(self, limit_usd: float, spent_usd: float) -> None:
        self.limit_usd = limit_usd
        self.spent_usd = spent_usd
        self.reserved_usd = 0.0

    def has_room(self, expected_usd: float) -> bool:
        """Whether a request with this expected cost may be sent."""
        return self.spent_usd + self.reserved_usd + expected_usd <= self.limit_usd

    def reserve(self, expected_usd: float) -> None:
        """Count the expected cost of a request that is sent."""
        self.reserved_usd += expected_usd

    def settle(self, expected_usd: float, cost_usd: float | None) -> None:
        """Replace the expected cost by the real one; None (not reported) keeps the expected cost. No reply costs 0."""
        self.reserved_usd = max(self.reserved_usd - expected_usd, 0.0)
        self.spent_usd += expected_usd if cost_usd is None else cost_usd
