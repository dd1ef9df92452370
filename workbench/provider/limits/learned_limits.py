"""The pace at an endpoint that tells nothing: found by being turned away, and tried anew little by little."""

from collections import deque
from statistics import quantiles
from typing import Final

from workbench.provider.limits.own_limits import EvenPace

_LOOK_S: Final = 60.0
_FIRST_PACE_FALL: Final = 0.95
_PACE_FALL: Final = 0.9
_FIRST_PACE_RISE_PER_S: Final = 0.1
_PACE_RISE_PER_S: Final = 0.01
"""By this share of itself the pace rises in a second without being turned away: first boldly, since it was measured
in a moment, then with care."""
_LONGEST_RISE_S: Final = 5.0
"""One answer proves no more than this, however long nothing came before it."""
_LEAST_PER_S: Final = 1 / 60


class LearnedPace:
    """No pace until the endpoint turns a request away; then a little less than it has taken lately."""

    def __init__(self) -> None:
        self.pace: EvenPace | None = None
        self._taken_at: deque[float] = deque(maxlen=2_000)
        self._changed_at = float("-inf")
        """Since when the pace holds; what was sent before says nothing of it."""
        self._risen_at = 0.0
        self._rise_per_s = _FIRST_PACE_RISE_PER_S
        self._has_passed = False
        """Whether anything was accepted since."""
        self._held_back = False
        """Whether a request had to wait for the pace since it last rose: where nobody does, it proves nothing that the
        endpoint takes them all, and the pace would rise without end."""

    def delay_s(self, now: float) -> float:
        """Seconds until a request may leave."""
        delay_s = 0.0 if self.pace is None else self.pace.delay_s(1.0, now)
        self._held_back = self._held_back or delay_s > 0
        return delay_s

    def take(self, now: float) -> None:
        """One leaves."""
        if self.pace is not None:
            self.pace.take(1.0, now)

    def accepted(self, sent_at: float, now: float) -> None:
        """The endpoint has taken one."""
        self._taken_at.append(sent_at)
        if self.pace is not None and sent_at >= self._changed_at:
            self._has_passed = True
            if self._held_back:
                rise_s = min(max(now - self._risen_at, 0.0), _LONGEST_RISE_S)
                self.pace.change(self.pace.per_s * (1.0 + self._rise_per_s) ** rise_s, now)
            self._held_back = False
            self._risen_at = max(self._risen_at, now)

    def rejected(self, sent_at: float, now: float, resumes_at: float) -> None:
        """The endpoint has turned one away; nothing leaves before `resumes_at`.

        The pace falls once for all that was sent under it, and not where nothing has passed since it fell: then it is
        a window that is used up, and waiting is what helps.
        """
        if self.pace is None:
            self.pace = EvenPace(max(_FIRST_PACE_FALL * self._accepted_per_s(now), _LEAST_PER_S), 1.0, now)
        elif sent_at < self._changed_at or not self._has_passed:
            self.pace.empty(resumes_at)
            self._risen_at = max(self._risen_at, resumes_at)
            return
        else:
            self.pace.change(max(_PACE_FALL * self.pace.per_s, _LEAST_PER_S), now)
            self._rise_per_s = _PACE_RISE_PER_S
        self.pace.empty(resumes_at)
        self._changed_at = self._risen_at = resumes_at
        self._has_passed = False

    def _accepted_per_s(self, now: float) -> float:
        lately = [at for at in self._taken_at if at > now - _LOOK_S]
        return len(lately) / max(now - min(lately), 1.0) if lately else 1.0


START: Final = 20
"""Before anything is known; more would be turned away where 1,200 a minute are enforced by the second."""
_IN_FLIGHT_FALL: Final = 0.7
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
            self._fall(_IN_FLIGHT_FALL * (self.n + 1), latency_s, now)
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
