"""What whoever works on jobs works with, and the hold on the run while they do.

Jobs take a day. The run is held while files are written, fetched and joined or a job is waited for, and let go of when
the work is left to the provider: what travels is known by its rows, not by a process.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from workbench.domain.batches import RetryPolicy
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.endpoints import Endpoint
from workbench.domain.jobs import FILE_ENDPOINT
from workbench.domain.messages import Request, Usage
from workbench.domain.runs import Run
from workbench.errors import DatabaseError
from workbench.media.sample_media import MediaSource
from workbench.pipeline.sending.prepared_batch import ExpectedCost
from workbench.pipeline.sending.reply_reader import ReplyRules
from workbench.pipeline.sending.run_steering import RunSteering, Steered
from workbench.pipeline.stop import Stop
from workbench.provider.jobs.job_files import OPENAI_LIMITS, FileLimits
from workbench.storage.runs.run_control import SIGN_OF_LIFE_S, Lease, claim_run, keep_alive, release_run
from workbench.storage.workspace.database import Database
from workbench.storage.workspace.writer import Writer, nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class JobParts:
    """What jobs need of the house, whoever answers them."""

    open_db: Callable[[], Database]
    """Opens a connection that any thread may use."""
    card: DatasetCard
    run: Run
    endpoint: Endpoint
    """In whose dialect requests are written."""
    answered_by: str
    """The endpoint's name as jobs and attempts keep it; `FILE_ENDPOINT` for a file of the user's own."""
    key_name: str | None = None
    media: MediaSource
    """Called in worker threads."""
    price: Callable[[str | None, Usage | None], float | None]
    expect: Callable[[Request, int], ExpectedCost]
    """What a request about so many samples is expected to take."""
    now: Callable[[], str]
    masked: Callable[[str], str]
    """Takes keys out of error texts."""
    limits: FileLimits = OPENAI_LIMITS
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    budget_usd: float | None = None
    """What the run may cost in all its sessions together; None: whatever it costs."""
    folder: Path
    """Where files are kept while they are needed; made when first needed, and its owner's alone."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    reached: Callable[[str], None] = nothing
    """Called at named points: planned, after upload, uploaded, after create, created, ended, fetched, joining,
    joined; and at those of `storage.writer`."""

    @property
    def is_file(self) -> bool:
        """Whether the user has somebody else's program answer, from a file and into a file."""
        return self.answered_by == FILE_ENDPOINT


@dataclass(frozen=True, slots=True)
class Session:
    """The time for which somebody holds a run to work on its jobs."""

    parts: JobParts
    writer: Writer
    hold: Lease

    @property
    def rules(self) -> ReplyRules:
        """What replies are read by."""
        parts = self.parts
        return ReplyRules(card=parts.card, prompt=parts.run.spec.prompt, policy=parts.policy, price=parts.price)


@asynccontextmanager
async def job_session(parts: JobParts, stop: Stop) -> AsyncIterator[Session]:
    """Hold the run. Raises DatabaseError when another runner does, or when the workspace cannot be written."""
    started_s = time.monotonic()
    async with Writer(parts.open_db, reached=parts.reached) as writer:
        hold = await writer.do(lambda db: claim_run(db, parts.run, parts.now()))
        steered = Steered(stop=stop, is_by_jobs=True)
        steering = RunSteering(steered, writer, hold, now=parts.now, clock=time.monotonic)
        others = [
            asyncio.create_task(_signs_of_life(parts, writer, hold, stop)),
            asyncio.create_task(steering.steer()),
        ]
        try:
            yield Session(parts, writer, hold)
        except asyncio.CancelledError:
            stop.set("interrupted")
            raise
        finally:
            for other in others:
                other.cancel()
            elapsed_s = time.monotonic() - started_s
            await writer.do(lambda db: release_run(db, hold, reason=stop.reason, elapsed_s=elapsed_s, at=parts.now()))


async def _signs_of_life(parts: JobParts, writer: Writer, hold: Lease, stop: Stop) -> None:
    while True:
        await asyncio.sleep(SIGN_OF_LIFE_S)
        try:
            await writer.do(lambda db: keep_alive(db, hold, parts.now()))
        except DatabaseError as error:
            return stop.set(str(error))
