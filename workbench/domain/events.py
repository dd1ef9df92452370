"""What a runner tells whoever listens: the command line prints it, the workbench shows it."""

from dataclasses import dataclass

from workbench.domain.batches import Step
from workbench.domain.messages import Fault, Outcome
from workbench.domain.predictions import PredictionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSaved:
    """A reply (or the lack of one) has been stored with all that follows from it."""

    batch_id: int
    number: int
    """The n-th sending of this batch, from 1."""
    samples: int
    """How many samples were asked about."""
    outcome: Outcome
    step: Step
    settled: tuple[tuple[str, PredictionStatus], ...]
    """Samples that have their final status now."""
    fault: Fault | None = None
    error: str | None = None
    cost_usd: float | None = None
    """None: not known."""


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """A sample cannot be shown to a model; the rest of its batch goes on."""

    sample_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """Something that a person may want to know of: a full disk is waited for, a lane is closed, a limit was changed."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeen:
    """A job at a Batch API has come a step further, or was looked at and had moved."""

    name: str
    """The provider's, where it has one."""
    status: str
    """In the provider's words; before that `planned` or `uploaded`."""
    n_requests: int
    n_answered: int = 0
    n_failed: int = 0


RunEvent = AttemptSaved | MediaFailed | Held | JobSeen
"""What is told of a run while it is sent; JobSeen only where its requests travel in jobs."""
