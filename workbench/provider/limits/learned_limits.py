"""Limits that are learned while running: the pace at an endpoint that reports no limit, and the number in flight."""

from collections import deque
from statistics import quantiles
from typing import Final

from workbench.provider.limits.own_limits import EvenPace

_LOOK_S: Final = 60.0
_FIRST_PACE_FALL: Final = 0.95
_PACE_FALL: Final = 0.9
_FIRST_PACE_RISE_PER_S: Final = 0.1
_PACE_RISE_PER_S: Final = 0.01
"""The share by which the pace rises in a second without a rejection: fast at first, since the pace was measured within
a moment, then slowly."""
_LONGEST_RISE_S: Final = 5.0
"""The longest time for which one answer raises the pace."""
_LEAST_PER_S: Final = 1 / 60

START: Final = 20
"""The limit at first; more would be rejected where 1,200 a minute are enforced by the second."""
_IN_FLIGHT_FALL: Final = 0.7
_QUEUES: Final = 2.5
"""Answers that take so many times as long as the quick ones of the quickest round have waited in a queue."""
_ROUND: Final = 4
"""Answers between two looks at the latencies."""
_LOOK: Final = 20
"""The number of latencies that are looked at."""


class LearnedPace:
    """No pace until the endpoint rejects a request; then a little less than it accepted lately, slowly rising."""

    def __init__(self) -> None:
        self.pace: EvenPace | None = None
        self._taken_at: deque[float] = deque(maxlen=2_000)
        self._changed_at = float("-inf")
        """Since when the pace holds. Replies to earlier requests say nothing about it."""
        self._risen_at = 0.0
        self._rise_per_s = _FIRST_PACE_RISE_PER_S
        self._has_passed = False
        """Whether a request was accepted since then."""
        self._held_back = False
        """Whether a request had to wait for the pace since it last rose. Without waiting requests, accepted ones prove
        nothing, and the pace would rise without end."""

    def delay_s(self, now: float) -> float:
        """Seconds until a request may be sent."""
        delay_s = 0.0 if self.pace is None else self.pace.delay_s(1.0, now)
        self._held_back = self._held_back or delay_s > 0
        return delay_s

    def take(self, now: float) -> None:
        """Count a request as sent."""
        if self.pace is not None:
            self.pace.take(1.0, now)

    def accepted(self, sent_at: float, now: float) -> None:
        """The endpoint accepted a request."""
        self._taken_at.append(sent_at)
        if self.pace is not None and sent_at >= self._changed_at:
            self._has_passed = True
            if self._held_back:
                rise_s = min(max(now - self._risen_at, 0.0), _LONGEST_RISE_S)
                self.pace.change(self.pace.per_s * (1.0 + self._rise_per_s) ** rise_s, now)
            self._held_back = False
            self._risen_at = max(self._risen_at, now)

    def rejected(self, sent_at: float, now: float, resumes_at: float) -> None:
        """The endpoint rejected a request; nothing is sent before `resumes_at`.

        The pace falls once for all requests that were sent under it. It does not fall where nothing was accepted since
        its last fall: then a window is used up, and only waiting helps.
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


class InFlight:
    """Counts requests in flight and learns how many there may be, so that nobody must guess it.

    The limit doubles with every round trip as long as answers come as quickly as before, like the slow start of TCP. It
    falls when the endpoint is overloaded, or when more requests only wait longer (the idea of TCP Vegas: Brakmo and
    Peterson, 1995). Where a rate is known, it holds requests back, and the number in flight is not limited further.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.n = 0
        self.limit = float(min(START, most))
        self._doubles = True
        self._proofs = 0
        """Requests in flight that were sent when the limit was reached: only their replies say something about it."""
        self._is_free = False
        self._latencies_s: deque[float] = deque(maxlen=_LOOK)
        self._since_look = 0
        self._quickest_s = float("inf")
        self._fell_at = float("-inf")

    @property
    def has_room(self) -> bool:
        """Whether one more request may be sent."""
        return self.n < int(self.limit)

    def start(self) -> None:
        """Count a request as sent."""
        self.n += 1
        if not self.has_room:
            self._proofs = self.n

    def change(self, most: int) -> None:
        """Set another upper bound. Requests in flight are not affected; no more are sent until there is room."""
        self.most = most
        if self._doubles:
            self.limit = max(self.limit, float(most if self._is_free else START))
        self.limit = min(self.limit, float(most))

    def free(self) -> None:
        """Stop learning: a known rate holds requests back."""
        if not self._is_free and self._doubles:
            self.limit = float(self.most)
        self._is_free = True

    def end(self, *, latency_s: float, is_answer: bool, is_overloaded: bool, now: float) -> None:
        """A request ended: answered, rejected, or sent to an overloaded endpoint."""
        proves = self._proofs > 0
        self._proofs = max(self._proofs - 1, 0)
        self.n -= 1
        if is_overloaded:
            self._fall(_IN_FLIGHT_FALL * (self.n + 1), latency_s, now)
        if is_overloaded or not is_answer:
            return  # the latency of a rejection says nothing about answers
        self._latencies_s.append(latency_s)
        if proves and not self._is_queueing(latency_s, now):
            self.limit = min(self.limit + (1.0 if self._doubles else 1.0 / self.limit), float(self.most))

    def abandon(self) -> None:
        """A request ended without telling anything."""
        self.n -= 1

    def _is_queueing(self, latency_s: float, now: float) -> bool:
        """Every few answers, check whether latencies have grown too much; if so, lower the limit."""
        self._since_look += 1
        if self._is_free or self._since_look < _ROUND or len(self._latencies_s) < _ROUND:
            return False
        self._since_look = 0
        quick_s, typical_s, _ = quantiles(self._latencies_s, n=4)
        self._quickest_s = min(
            self._quickest_s, quick_s
        )  # a quartile: a few short answers are no measure of the others
        if typical_s <= _QUEUES * self._quickest_s:
            return False
        self._fall(self.limit * _QUEUES * self._quickest_s / typical_s, latency_s, now)
        return True

    def _fall(self, limit: float, latency_s: float, now: float) -> None:
        """Lower the limit, at most once in a round trip: requests in flight were sent under the old limit."""
        self._doubles = False
        if now - self._fell_at >= max(latency_s, 0.05):
            self.limit = min(max(limit, 1.0), self.limit)
            self._fell_at = now
