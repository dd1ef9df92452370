"""The pace at an endpoint that tells nothing: found by being turned away, and tried anew little by little."""

from collections import deque
from typing import Final

from workbench.provider.limits.windows import EvenPace

_LOOK_S: Final = 60.0
_FIRST_FALL: Final = 0.95
_FALL: Final = 0.9
_FIRST_RISE_PER_S: Final = 0.1
_RISE_PER_S: Final = 0.01
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
        self._rise_per_s = _FIRST_RISE_PER_S
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
            self.pace = EvenPace(max(_FIRST_FALL * self._accepted_per_s(now), _LEAST_PER_S), 1.0, now)
        elif sent_at < self._changed_at or not self._has_passed:
            self.pace.empty(resumes_at)
            self._risen_at = max(self._risen_at, resumes_at)
            return
        else:
            self.pace.change(max(_FALL * self.pace.per_s, _LEAST_PER_S), now)
            self._rise_per_s = _RISE_PER_S
        self.pace.empty(resumes_at)
        self._changed_at = self._risen_at = resumes_at
        self._has_passed = False

    def _accepted_per_s(self, now: float) -> float:
        lately = [at for at in self._taken_at if at > now - _LOOK_S]
        return len(lately) / max(now - min(lately), 1.0) if lately else 1.0
