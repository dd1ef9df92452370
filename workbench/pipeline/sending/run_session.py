"""The time for which this process holds a run in order to have it answered, by single requests or by jobs.

A session claims the run, so that nobody else sends it; gives signs of life; looks at what others want of the run; and
releases the run at its end. A workspace that is locked or full for a while ends no session: what is to be stored
waits, and a person is told.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeVar

from workbench.domain.batches import Batch, split_batch
from workbench.domain.events import RunEvent, RunNotice
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.errors import DatabaseError
from workbench.pipeline.sending.prepared_batch import PreparedBatch
from workbench.pipeline.sending.reply_reader import ReplyRules
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.pipeline.sending.run_steering import RunSteering
from workbench.storage.runs.attempts import Settled, save_parts, save_unsent
from workbench.storage.runs.plans import count_open_samples, has_answers
from workbench.storage.runs.run_control import Lease, LeaseLost, claim_run, load_control, release_run, renew_lease
from workbench.storage.workspace.database import Database
from workbench.storage.workspace.writer import Writer

T = TypeVar("T")

RETRY_WAITS_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Waits between tries to store what the workspace does not take."""


class RetryingWriter:
    """Stores with patience: a lock goes away and a disk can be cleared, but a reply is not had twice."""

    def __init__(self, writer: Writer, tell: Callable[[str], None], sleep: Callable[[float], Awaitable[None]]) -> None:
        """`tell` is called with what is waited for, and with "" when a wait is over."""
        self._writer = writer
        self._tell = tell
        self._sleep = sleep
        self._n_waiting = 0

    @property
    def is_waiting(self) -> bool:
        """Whether something could not be stored yet."""
        return self._n_waiting > 0

    async def store(self, work: Callable[[Database], T]) -> T:
        """Do `work` in a transaction; returns when it is committed.

        Raises LeaseLost at once, another DatabaseError when two minutes of trying were not enough.
        """
        try:
            return await self._writer.do(work)
        except LeaseLost:
            raise
        except DatabaseError as error:
            tells = self._n_waiting == 0  # many may wait for the same thing, and one line about it is enough
            self._n_waiting += 1
            try:
                return await self._store_later(work, error, tells=tells)
            finally:
                self._n_waiting -= 1
                self._tell("")

    async def _store_later(self, work: Callable[[Database], T], error: DatabaseError, *, tells: bool) -> T:
        for wait_s in RETRY_WAITS_S:
            if tells:
                self._tell(f"waiting {wait_s:.0f} s for the workspace: {error}")
            await self._sleep(wait_s)
            try:
                return await self._writer.do(work)
            except LeaseLost:
                raise
            except DatabaseError as latest:
                error = latest
        raise error


class RunSession:
    """A run that is held; made by `run_session`."""

    def __init__(
        self, parts: RunParts, stop: Stop, writer: Writer, lease: Lease, *, is_by_jobs: bool, has_answer: bool = False
    ) -> None:
        self.parts = parts
        self.stop = stop
        self.lease = lease
        self.has_answer = has_answer
        """Whether an answer could be read in an earlier session."""
        self.wake = asyncio.Event()
        """Set when something has changed: a notice, a stop, other limits, a lost lease."""
        self.events: deque[RunEvent] = deque()
        """What has happened, until whoever runs the session yields it."""
        self.is_dropped = False
        """Whether somebody wants that requests on their way are not waited for."""
        self.error: LeaseLost | None = None
        """Set when another process has taken the run over: nothing can be stored any more."""
        self.rules = ReplyRules(card=parts.card, prompt=parts.run.spec.prompt, policy=parts.policy, price=parts.price)
        self._plain_writer = writer
        self._writer = RetryingWriter(writer, self.tell, parts.sleep)
        self.steering = RunSteering(
            parts,
            stop,
            writer,
            lease,
            drop=self._drop,
            changed=self.wake.set,
            tell=self.tell,
            is_by_jobs=is_by_jobs,
        )
        stop.on_set(self.wake.set)

    @property
    def is_waiting(self) -> bool:
        """Whether something could not be stored yet."""
        return self._writer.is_waiting

    async def store(self, work: Callable[[Database], T]) -> T:
        """Do `work` in a transaction, with patience; see `RetryingWriter.store`."""
        return await self._writer.store(work)

    async def settle_unsent(
        self, batch: Batch, reasons: Mapping[str, str], status: PredictionStatus, *, whole: bool
    ) -> None:
        """Give samples that cannot be sent their final status, with the reason as a note.

        With `whole`, nothing else is left of the batch.
        """
        settled = [
            Settled(sample_id=one, prediction=RankedPrediction(status), gold_rank=None, failure=status, note=reason)
            for one, reason in reasons.items()
        ]
        await self.store(lambda db: save_unsent(db, self.lease, batch, settled, whole=whole, at=self.parts.now()))

    async def split(self, prepared: PreparedBatch, n_parts: int) -> list[PreparedBatch]:
        """Split a batch before it is sent; returns its parts."""
        parts = split_batch(prepared.sample_ids, n_parts)
        added = await self.store(lambda db: save_parts(db, self.lease, prepared.batch, parts, self.parts.now()))
        return [prepared.part(batch) for batch in added]

    def tell(self, notice: str) -> None:
        """Tell a person; an empty notice only wakes whoever yields the events."""
        if notice:
            self.events.append(RunNotice(notice))
        self.wake.set()

    def announce(self, event: RunEvent) -> None:
        """Count an event, and have it yielded."""
        self.steering.count(event)
        self.events.append(event)

    async def counted(self, events: AsyncGenerator[RunEvent]) -> AsyncGenerator[RunEvent]:
        """The events of jobs, counted, and between them at once what the session itself has to tell."""
        coming: asyncio.Future[RunEvent | None] | None = None
        try:
            while True:
                self.wake.clear()
                while self.events:
                    yield self.events.popleft()
                coming = coming or asyncio.ensure_future(anext(events, None))
                woken = asyncio.ensure_future(self.wake.wait())
                await asyncio.wait((coming, woken), return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
                if coming.done():
                    event, coming = coming.result(), None
                    if event is None:
                        return
                    self.steering.count(event)
                    yield event
        finally:
            if coming is not None:
                coming.cancel()
                with suppress(asyncio.CancelledError):
                    await coming
            await events.aclose()

    async def give_signs_of_life(self) -> None:
        """Until cancelled, or until the run is lost to another process."""
        while True:
            await asyncio.sleep(self.parts.sign_of_life_s)
            try:
                await self._plain_writer.do(lambda db: renew_lease(db, self.lease, self.parts.now()))
            except LeaseLost as error:
                self.error = error
                self.stop.set(str(error))
                return self.wake.set()
            except DatabaseError:
                continue  # a lock or a full disk: whoever has something to store waits and tells

    def _drop(self) -> None:
        self.is_dropped = True
        self.wake.set()


@asynccontextmanager
async def run_session(parts: RunParts, stop: Stop, *, is_by_jobs: bool = False) -> AsyncIterator[RunSession]:
    """Hold a run for the time of the block. At its end the run is done or paused; `stop.reason` says why.

    Raises DatabaseError when another process holds the run, or when the workspace cannot be written for minutes.
    """
    started_s = time.monotonic()
    async with Writer(parts.open_db, reached=parts.reached) as writer:
        run_id = parts.run.id
        lease, control, open_samples, has_answer = await writer.do(
            lambda db: (
                claim_run(db, parts.run, parts.now()),
                load_control(db, run_id),
                count_open_samples(db, run_id, in_jobs=is_by_jobs),
                has_answers(db, run_id),
            )
        )
        session = RunSession(parts, stop, writer, lease, is_by_jobs=is_by_jobs, has_answer=has_answer)
        tasks = [asyncio.create_task(session.give_signs_of_life())]
        release = writer.do
        try:
            await session.steering.begin(control, open_samples)
            tasks.append(asyncio.create_task(session.steering.steer()))
            yield session
            if session.error is not None:
                raise session.error
            release = session.store  # nobody is waiting for this process to end, so a lock can be waited for
        except asyncio.CancelledError:
            stop.set("interrupted")
            raise
        except DatabaseError as error:
            stop.set(str(error))
            raise
        finally:
            for task in tasks:
                task.cancel()
            elapsed_s = time.monotonic() - started_s
            await release(lambda db: release_run(db, lease, reason=stop.reason, elapsed_s=elapsed_s, at=parts.now()))


async def rest(event: asyncio.Event, wait_s: float, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Wait so many seconds (inf: without end), or until the event is set."""
    if event.is_set():
        await asyncio.sleep(0)
        return
    if wait_s == math.inf:
        await event.wait()
        return
    waits = asyncio.ensure_future(event.wait()), asyncio.ensure_future(sleep(wait_s))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
