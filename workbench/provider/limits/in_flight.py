"""How many requests may be on their way at once, found out while running, so that nobody must guess it.

It doubles with every round trip as long as answers come as quickly as before, like the slow start of TCP, and falls
back when an endpoint is overloaded or when more requests only wait longer (the idea of TCP Vegas: Brakmo and
Peterson, 1995). Where a rate is known, the rate holds the requests back and the number in flight is what it takes.
"""

from collections import deque
from statistics import quantiles
from typing import Final

START: Final = 20
"""Before anything is known; more would be turned away where 1,200 a minute are enforced by the second."""
_FALL: Final = 0.7
_QUEUES: Final = 2.5
"""Answers that take so many times as long as the quicker ones of the quickest round have waited in a queue."""
_ROUND: Final = 4
_LOOK: Final = 20
"""Latencies that are looked at."""


class InFlight:
    """Counts requests on their way and says whether one more may join them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.n = 0
        self.limit = float(min(START, most))
        self._feels = True
        self._proofs = 0
        """So many of those on their way left when the limit was reached: what comes of them says something of it."""
        self._is_free = False
        self._latencies_s: deque[float] = deque(maxlen=_LOOK)
        self._since_look = 0
        self._quickest_s = float("inf")
        self._fell_at = float("-inf")

    @property
    def has_room(self) -> bool:
        """Whether one more may leave."""
        return self.n < int(self.limit)

    def start(self) -> None:
        """One more is on its way."""
        self.n += 1
        if not self.has_room:
            self._proofs = self.n

    def change(self, most: int) -> None:
        """Another number at most. What is on its way comes in; nothing more joins it until there is room."""
        self.most = most
        if self._feels:
            self.limit = max(self.limit, float(most if self._is_free else START))
        self.limit = min(self.limit, float(most))

    def free(self) -> None:
        """A rate is known that holds requests back: no more need to feel the way."""
        if not self._is_free and self._feels:
            self.limit = float(self.most)
        self._is_free = True

    def end(self, *, latency_s: float, is_answer: bool, is_overloaded: bool, now: float) -> None:
        """One has come back: answered, turned away, or from an endpoint that had too many."""
        proves = self._proofs > 0
        self._proofs = max(self._proofs - 1, 0)
        self.n -= 1
        if is_overloaded:
            self._fall(_FALL * (self.n + 1), latency_s, now)
        if is_overloaded or not is_answer:
            return  # how long a no takes says nothing of how long answers take
        self._latencies_s.append(latency_s)
        if proves and not self._is_queueing(latency_s, now):
            self.limit = min(self.limit + (1.0 if self._feels else 1.0 / self.limit), float(self.most))

    def abandon(self) -> None:
        """One is on its way no more and tells nothing."""
        self.n -= 1

    def _is_queueing(self, latency_s: float, now: float) -> bool:
        """Look at every few latencies whether they have grown out of proportion, and fall back then."""
        self._since_look += 1
        if self._is_free or self._since_look < _ROUND or len(self._latencies_s) < _ROUND:
            return False
        self._since_look = 0
        quick_s, typical_s, _ = quantiles(self._latencies_s, n=4)
        self._quickest_s = min(self._quickest_s, quick_s)  # a quarter: a few short answers are no measure of the others
        if typical_s <= _QUEUES * self._quickest_s:
            return False
        self._fall(self.limit * _QUEUES * self._quickest_s / typical_s, latency_s, now)
        return True

    def _fall(self, limit: float, latency_s: float, now: float) -> None:
        """At most once in a round trip: what is on its way was sent under the old limit."""
        self._feels = False
        if now - self._fell_at >= max(latency_s, 0.05):
            self.limit = min(max(limit, 1.0), self.limit)
            self._fell_at = now
