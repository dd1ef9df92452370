"""What happens while a run is sent: the command line prints these events, the screens show them."""

from dataclasses import dataclass

from workbench.domain.batches import Step
from workbench.domain.messages import Fault, Outcome
from workbench.domain.predictions import PredictionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSaved:
    """A reply, or a fault instead of one, has been stored with all that follows from it."""

    batch_id: int
    number: int
    """Which sending of the batch it was, from 1."""
    samples: int
    """Number of samples asked about."""
    outcome: Outcome
    step: Step
    settled: tuple[tuple[str, PredictionStatus], ...]
    """Samples that have their final status now, by id."""
    fault: Fault | None = None
    error: str | None = None
    cost_usd: float | None = None
    """None: not known."""


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """A sample cannot be decoded; the rest of its batch is sent."""

    sample_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunNotice:
    """Something that a person may want to know: a wait for a full disk, a closed lane, a changed limit."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobUpdate:
    """A job at a Batch API has another status, or other counts, than when it was last looked at."""

    name: str
    """The provider's name of it, where it has one."""
    status: str
    """As the provider calls it; before that `planned` or `uploaded`."""
    n_requests: int
    n_answered: int = 0
    n_failed: int = 0


RunEvent = AttemptSaved | MediaFailed | RunNotice | JobUpdate
"""What is told of a run while it is sent; JobUpdate only where its requests travel in jobs."""
