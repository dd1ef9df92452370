"""The runner: sends what is still to be asked of a run and stores what comes back.

One sample's way: its batch is read and made ready ahead of its turn (`feed`), a lane lets it through, the attempt's
row is committed, the request leaves, and the reply is read (`reading`) and committed with all that follows from it;
only then does the event reach whoever listens. The runner is an async generator: whoever stops reading stops the run.
It has no opinion about screens. One loop decides what is sent; one task for each request on its way waits for it.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Final

from workbench.domain.batches import RetryPolicy, Step, split_batch
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Modality
from workbench.domain.events import Held, MediaFailed, RunEvent
from workbench.domain.messages import Fault, Outcome, Reply, Request, Usage
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import Run
from workbench.errors import DatabaseError
from workbench.media.sample_media import MediaSource
from workbench.pipeline.sending.batch_prefetcher import BatchPrefetcher
from workbench.pipeline.sending.channels import Channel, ChannelWatch, best_channel
from workbench.pipeline.sending.prepared_batch import ExpectedCost, PreparedBatch
from workbench.pipeline.sending.reply_reader import ReadReply, ReplyRules, read_reply
from workbench.pipeline.sending.retrying_writer import RetryingWriter
from workbench.pipeline.sending.run_steering import LOOK_S, TOLD_EVERY_S, RunSteering, Steered
from workbench.pipeline.sending.send_queue import SendQueue
from workbench.pipeline.stop import Stop
from workbench.provider.limits.lane import Ticket
from workbench.provider.limits.own_limits import Budget
from workbench.storage.runs.attempts import Sending, Settled, save_parts, save_received, save_sent, save_unsent
from workbench.storage.runs.run_control import (
    SIGN_OF_LIFE_S,
    Lease,
    LeaseLost,
    claim_run,
    keep_alive,
    load_control,
    release_run,
)
from workbench.storage.workspace.database import Database
from workbench.storage.workspace.writer import Writer, nothing

_VIDEO_THREADS: Final = 2
"""To decode videos is work for a processor of its own; small pictures only wait for the interpreter's lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerParts:
    """What a runner needs of the house."""

    open_db: Callable[[], Database]
    """Called in the thread that writes."""
    card: DatasetCard
    run: Run
    channels: Sequence[Channel]
    media: MediaSource
    """Called in worker threads."""
    price: Callable[[str | None, Usage | None], float | None]
    expect: Callable[[Request, int], ExpectedCost]
    """What a request about so many samples is expected to take."""
    now: Callable[[], str]
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    budget: Budget | None = None
    clock: Callable[[], float] = time.monotonic
    wall_s: Callable[[], float] = time.time
    """Seconds since 1970, by which headers name points in time."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    reached: Callable[[str], None] = nothing
    """Called at the named points of `storage.writer`."""
    sign_of_life_s: float = SIGN_OF_LIFE_S
    given: GivenLimits = field(default_factory=GivenLimits)
    """Limits of the command line, for whoever looks on."""
    look_s: float = LOOK_S
    """How often it is looked what others want of the run."""
    told_every_s: float = TOLD_EVERY_S
    """How often others are told how it stands, at most."""


async def send_run(parts: RunnerParts, stop: Stop) -> AsyncGenerator[RunEvent]:
    """Send all open batches of a run, in planned order, as many at a time as its lanes let through.

    Raises DatabaseError when another runner holds the run, or when the workspace cannot be written. When it ends, the
    run is done or paused, and `stop.reason` says why it paused.
    """
    started_s = time.monotonic()
    async with Writer(parts.open_db, reached=parts.reached) as writer:
        hold, control = await writer.do(
            lambda db: (claim_run(db, parts.run, parts.now()), load_control(db, parts.run.id))
        )
        runner = _Runner(parts, writer, hold, stop)
        others = [asyncio.create_task(runner.signs_of_life())]
        let_go = writer.do
        try:
            await runner.steering.begin(control)
            others.append(asyncio.create_task(runner.steering.steer()))
            async with aclosing(runner.events()) as events:
                async for event in events:
                    yield event
            let_go = runner.writer.store  # nobody waits for us to end: a lock can be waited for
        except asyncio.CancelledError:
            stop.set("interrupted")
            raise
        except DatabaseError as error:
            stop.set(str(error))
            raise
        finally:
            for other in others:
                other.cancel()
            elapsed_s = time.monotonic() - started_s
            await let_go(lambda db: release_run(db, hold, reason=stop.reason, elapsed_s=elapsed_s, at=parts.now()))


class _Runner:
    def __init__(self, parts: RunnerParts, writer: Writer, hold: Lease, stop: Stop) -> None:
        self._parts = parts
        self._plain_writer = writer
        self._hold = hold
        self._stop = stop
        self._wake = asyncio.Event()
        stop.on_set(self._wake.set)
        self._events: deque[RunEvent] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        self.writer = RetryingWriter(writer, self._tell, parts.sleep)
        self._rules = ReplyRules(card=parts.card, prompt=parts.run.spec.prompt, policy=parts.policy, price=parts.price)
        modality = Modality(parts.run.spec.modality)
        self._feed = BatchPrefetcher(
            self.writer.store,
            parts.card.key,
            parts.run.id,
            parts.media,
            self._wake.set,
            threads=1 if modality is Modality.IMAGE else _VIDEO_THREADS,
        )
        self._line = SendQueue(self._feed)
        self._watch = ChannelWatch(parts.channels, stop, self._tell)
        self._is_dropped = False
        steered = Steered(
            channels=parts.channels,
            budget=parts.budget,
            given=parts.given,
            stop=stop,
            drop=self._drop,
            changed=self._wake.set,
            tell=self._tell,
        )
        self.steering = RunSteering(
            steered,
            writer,
            hold,
            now=parts.now,
            clock=parts.clock,
            look_s=parts.look_s,
            told_every_s=parts.told_every_s,
        )

    async def events(self) -> AsyncGenerator[RunEvent]:
        try:
            while True:
                self._wake.clear()
                delay_s = self._send_what_can_leave()
                while self._events:
                    yield self._events.popleft()
                if self._error is not None:
                    raise self._error
                if self._is_dropped:
                    return
                if self._is_over():
                    if self._feed.error is not None:
                        raise self._feed.error
                    return
                await self._rest(delay_s)
        finally:
            self._feed.close()
            await _cancelled(self._tasks)

    async def signs_of_life(self) -> None:
        while True:
            await asyncio.sleep(self._parts.sign_of_life_s)
            try:
                await self._plain_writer.do(lambda db: keep_alive(db, self._hold, self._parts.now()))
            except LeaseLost as error:  # nothing that comes can be stored
                self._error = error
                return self._wake.set()
            except DatabaseError:
                continue  # a lock or a full disk: whoever has something to store waits and tells

    # ── what leaves, and when ────────────────────────────────────────────────────────────────────────────────────

    def _send_what_can_leave(self) -> float:
        """Start every request that may leave now; returns the seconds until another may, inf for none.

        Nothing leaves while a reply cannot be stored: more of them would be bought and perhaps lost.
        """
        while not self._stop.is_set and not self.writer.is_waiting:
            now = self._parts.clock()
            ready = self._line.next(now)
            if ready is None:
                if self._feed.error is not None:  # what is on its way comes in first
                    self._stop.set(str(self._feed.error))
                return self._line.due_s(now)
            delay_s = self._send(ready, now)
            if delay_s > 0:
                self._line.put_first([ready])
                return min(delay_s, self._line.due_s(now))
        return math.inf

    def _send(self, ready: PreparedBatch, now: float) -> float:
        """Start a request; 0 when it is on its way, else the seconds until it may be."""
        if ready.bad:
            self._start(self._tell_bad(ready))
            return 0.0
        request = ready.request(self._parts.card, self._parts.run.spec)
        if ready.expected is None:
            ready.expected = self._parts.expect(request, len(ready.shown))
        expected = ready.expected
        channel, delay_s = best_channel(self._parts.channels, expected.tokens, now)
        if delay_s > 0 or channel is None:
            return delay_s
        if channel.images_per_request and ready.n_images > channel.images_per_request and len(ready.shown) > 1:
            self._start(self._cut(ready, channel.images_per_request))
            return 0.0
        if not self._can_pay(expected):
            return math.inf
        ticket = channel.lane.take(expected.tokens, now)
        ready.built = None
        self._start(self._ask(ready, request, channel, ticket, expected))
        return 0.0

    def _can_pay(self, expected: ExpectedCost) -> bool:
        """Whether the budget has room for it. Where it has not, and nothing on its way can give any back, stop."""
        budget = self._parts.budget
        if budget is None:
            return True
        cost_usd = expected.cost_usd or 0.0
        if budget.has_room(cost_usd):
            budget.reserve(cost_usd)
            return True
        if not self._tasks:
            used_up = f"the budget of ${budget.limit_usd:,.2f} is used up (${budget.spent_usd:,.4f} spent)"
            self._stop.set(used_up, is_ours=True)
        return False

    def _is_over(self) -> bool:
        if self._tasks or self._events:
            return False
        if self._stop.is_set:
            return True
        if not self._line.is_empty:
            return False
        if self._line.looks_behind():
            self._wake.set()
            return False
        return True

    async def _rest(self, delay_s: float) -> None:
        """Until something happens, or so many seconds have passed."""
        if self._wake.is_set():
            await asyncio.sleep(0)
            return
        if delay_s == math.inf:
            await self._wake.wait()
            return
        woken = asyncio.ensure_future(self._wake.wait())
        rested = asyncio.ensure_future(self._parts.sleep(delay_s))
        try:
            await asyncio.wait((woken, rested), return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            rested.cancel()

    def _drop(self) -> None:
        """Wait for nothing that is in flight."""
        self._is_dropped = True
        self._wake.set()

    def _tell(self, reason: str) -> None:
        """Tell a person; of nothing, only go on."""
        if reason:
            self._events.append(Held(reason))
        self._wake.set()

    # ── one request's way ────────────────────────────────────────────────────────────────────────────────────────

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._error = self._error or task.exception()
        self._wake.set()

    async def _ask(
        self, ready: PreparedBatch, request: Request, channel: Channel, ticket: Ticket, expected: ExpectedCost
    ) -> None:
        by = Sending(channel.endpoint, channel.key_name, expected.cost_usd)
        is_settled = False
        try:
            attempt_id = await self.writer.store(
                lambda db: save_sent(
                    db,
                    self._hold,
                    ready.batch,
                    asked=ready.sample_ids,
                    prompt=request.words,
                    at=self._parts.now(),
                    by=by,
                )
            )
            reply = await channel.source.send(request)
            is_settled = True
        finally:
            if not is_settled:
                channel.lane.abandon(ticket)
        channel.lane.settle(ticket, reply, self._parts.clock(), self._parts.wall_s())
        read = read_reply(self._rules, ready.batch, ready.shown, reply, limited=channel.lane.limited_in_row)
        self._settle_cost(expected, reply, read)
        self._watch.see(channel, reply, self._parts.clock())
        added = await self.writer.store(
            lambda db: save_received(db, self._hold, ready.batch, attempt_id, read.received, self._parts.now())
        )
        self.steering.count(len(read.event.settled))
        self._events.append(read.event)
        if read.asks_again or (read.received.step is Step.STOP and not self._stop.is_set):
            self._again([PreparedBatch(read.batch, ready.shown, expected=expected)], read, reply)
        else:
            self._again([ready.part(batch) for batch in added], read, reply)

    def _settle_cost(self, expected: ExpectedCost, reply: Reply, read: ReadReply) -> None:
        if self._parts.budget is not None:
            came = reply.outcome is not Outcome.FAILED
            self._parts.budget.settle(expected.cost_usd or 0.0, read.received.cost_usd if came else 0.0)

    def _again(self, follow: Sequence[PreparedBatch], read: ReadReply, reply: Reply) -> None:
        """A rate limit is waited for by its lane, not by a batch."""
        if read.wait_s == 0.0 or reply.fault is Fault.RATE_LIMITED:
            self._line.put_first(follow)
        else:
            self._line.put_later(follow, read.wait_s, self._parts.clock())

    async def _tell_bad(self, ready: PreparedBatch) -> None:
        """Settle the samples that cannot be shown; what is left of the batch is asked next."""
        prediction = RankedPrediction(PredictionStatus.BAD_MEDIA)
        settled = [
            Settled(sample_id=name, prediction=prediction, gold_rank=None, failure=prediction.status, note=reason)
            for name, reason in ready.bad.items()
        ]
        await self.writer.store(
            lambda db: save_unsent(db, self._hold, ready.batch, settled, whole=not ready.shown, at=self._parts.now())
        )
        self._events.extend(MediaFailed(name, reason) for name, reason in ready.bad.items())
        if ready.shown:
            self._line.put_first([PreparedBatch(ready.batch, ready.shown)])

    async def _cut(self, ready: PreparedBatch, most_images: int) -> None:
        """Cut a batch that holds more pictures than the endpoint takes."""
        each = max(most_images * len(ready.shown) // ready.n_images, 1)
        parts = split_batch(ready.sample_ids, -(-len(ready.shown) // each))
        added = await self.writer.store(lambda db: save_parts(db, self._hold, ready.batch, parts, self._parts.now()))
        self._line.put_first([ready.part(batch) for batch in added])


async def _cancelled(tasks: set[asyncio.Task[None]]) -> None:
    for task in list(tasks):
        task.cancel()
    for task in list(tasks):
        with suppress(asyncio.CancelledError):
            await task
