"""What has happened in one session of a run, counted from its events: what a progress display shows."""

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

from workbench.domain.batches import Step
from workbench.domain.events import AttemptSaved, MediaFailed, RunEvent
from workbench.domain.messages import Fault, Outcome
from workbench.domain.predictions import PredictionStatus

_LOOK_S: Final = 120.0
"""The time left follows from what was settled lately."""
_FEWEST_S: Final = 2.0


@dataclass(slots=True)
class Tally:
    """Counts of a session."""

    to_do: int
    """Samples that were still to be settled when it began."""
    settled: int = 0
    by_status: Counter[PredictionStatus] = field(default_factory=Counter)
    requests: int = 0
    again: int = 0
    """Requests whose samples had to be asked about again, in part or in whole."""
    refused: int = 0
    """Requests that were refused."""
    limited: int = 0
    faults: int = 0
    cost_usd: float = 0.0
    is_cost_known: bool = True
    last_trouble: str | None = None
    """What went wrong last, in the endpoint's words."""
    _lately: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, event: RunEvent, now: float) -> None:
        """Count an event."""
        if isinstance(event, AttemptSaved):
            self._add_attempt(event)
            self._add_settled([status for _, status in event.settled], now)
        elif isinstance(event, MediaFailed):
            self._add_settled([PredictionStatus.BAD_MEDIA], now)

    def left_s(self, now: float) -> float | None:
        """About how long the rest takes; None while nobody can tell."""
        self._forget(now)
        if not self._lately:
            return None
        span_s = now - self._lately[0][0]
        done = sum(n for _, n in self._lately)
        if span_s < _FEWEST_S or not done:
            return None
        return math.ceil(max(self.to_do - self.settled, 0) * span_s / done)

    def _add_attempt(self, event: AttemptSaved) -> None:
        self.requests += 1
        self.again += event.step in (Step.REPEAT, Step.SPLIT)
        self.refused += event.outcome in (Outcome.REFUSED, Outcome.FILTERED)
        self.limited += event.fault is Fault.RATE_LIMITED
        self.faults += event.outcome is Outcome.FAILED and event.fault is not Fault.RATE_LIMITED
        if event.outcome is not Outcome.FAILED:
            self.is_cost_known = self.is_cost_known and event.cost_usd is not None
        self.cost_usd += event.cost_usd or 0.0
        if event.error is not None:
            self.last_trouble = event.error

    def _add_settled(self, statuses: list[PredictionStatus], now: float) -> None:
        self.settled += len(statuses)
        self.by_status.update(statuses)
        self._lately.append((now, len(statuses)))
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._lately and self._lately[0][0] < now - _LOOK_S:
            self._lately.popleft()
