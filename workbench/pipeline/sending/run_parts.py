"""What it takes to have a run answered, whichever way its requests travel, and how it is asked to stop."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from workbench.domain.batches import RetryPolicy
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.messages import Request, Usage
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import Run
from workbench.media.sample_media import MediaSource
from workbench.pipeline.sending.channels import Channel
from workbench.pipeline.sending.prepared_batch import ExpectedCost
from workbench.provider.limits.own_limits import Budget
from workbench.storage.runs.run_control import LEASE_RENEWAL_S
from workbench.storage.workspace.database import Database
from workbench.storage.workspace.writer import nothing

LOOK_S: Final = 0.5
METER_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunParts:
    """Everything a run is sent with. Clocks and sleeps are arguments, so that tests need not wait."""

    open_db: Callable[[], Database]
    """Opens a connection that any thread may use."""
    card: DatasetCard
    run: Run
    media: MediaSource
    """Called in worker threads."""
    price: Callable[[str | None, Usage | None], float | None]
    """Cost of a reply in US dollars, by the model that answered and the tokens it used."""
    expect: Callable[[Request, int], ExpectedCost]
    """What a request about so many samples is expected to take."""
    now: Callable[[], str]
    """The time as UTC ISO 8601 text."""
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    channels: Sequence[Channel] = ()
    """Where single requests go; empty where the requests travel in jobs."""
    budget: Budget | None = None
    """Of single requests. None: their cost is not known, and no budget can be kept."""
    given: GivenLimits = field(default_factory=GivenLimits)
    """The limits of the command line, told to whoever watches the run."""
    clock: Callable[[], float] = time.monotonic
    wall_s: Callable[[], float] = time.time
    """Seconds since 1970, by which headers name points in time."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    reached: Callable[[str], None] = nothing
    """Called at named points, for tests of crashes: those of `storage.writer`, and by jobs planned, after upload,
    uploaded, after create, created, ended, fetched, joining and joined."""
    sign_of_life_s: float = LEASE_RENEWAL_S
    look_s: float = LOOK_S
    """Time between two looks at what others want of the run."""
    meter_s: float = METER_S
    """Least time between two reports of how the run stands."""


class Stop:
    """Asks a run to stop: requests that are on their way come in, and nothing new is sent."""

    def __init__(self) -> None:
        self.reason: str | None = None
        """None: nobody has asked."""
        self.is_limit = False
        """Whether the reason is a limit of the user's own, so that nothing went wrong."""
        self.is_asked = False
        """Whether a person asked for it from another process or screen."""
        self._listeners: list[Callable[[], None]] = []

    def set(self, reason: str, *, is_limit: bool = False, is_asked: bool = False) -> None:
        """Ask, once: a later reason does not replace the first."""
        if self.reason is None:
            self.reason, self.is_limit, self.is_asked = reason, is_limit, is_asked
            for listener in self._listeners:
                listener()

    @property
    def is_set(self) -> bool:
        """Whether somebody has asked."""
        return self.reason is not None

    def on_set(self, listener: Callable[[], None]) -> None:
        """Call `listener` when somebody asks."""
        self._listeners.append(listener)
