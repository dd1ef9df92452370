"""The runner: sends what is still to be asked of a run and stores what comes back.

One sample's way: its batch is read and made ready ahead of its turn (`feed`), a lane lets it through, the attempt's
row is committed, the request leaves, and the reply is read (`reading`) and committed with all that follows from it;
only then does the event reach whoever listens. The runner is an async generator: whoever stops reading stops the run.
It has no opinion about screens. One loop decides what is sent; one task for each request on its way waits for it.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing, suppress
from typing import Final

from workbench.domain.batches import Step, split_batch
from workbench.domain.datasets.tasks import Modality
from workbench.domain.events import MediaFailed, RunEvent
from workbench.domain.messages import Outcome, Reply, Request
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.pipeline.sending.channels import Channel, ChannelWatch, best_channel
from workbench.pipeline.sending.prepared_batch import ExpectedCost, PreparedBatch
from workbench.pipeline.sending.reply_reader import ReadReply, read_reply
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.pipeline.sending.run_session import RunSession, rest, run_session
from workbench.pipeline.sending.send_queue import BatchPrefetcher, SendQueue
from workbench.provider.limits.lane import Ticket
from workbench.storage.runs.attempts import Sending, Settled, save_parts, save_received, save_sent, save_unsent

_VIDEO_THREADS: Final = 2
"""To decode videos is work for a processor of its own; small pictures only wait for the interpreter's lock."""


async def send_run(parts: RunParts, stop: Stop) -> AsyncGenerator[RunEvent]:
    """Send all open batches of a run, in planned order, as many at a time as its lanes let through.

    Raises DatabaseError when another process holds the run, or when the workspace cannot be written for minutes. At
    the end the run is done or paused, and `stop.reason` says why it paused.
    """
    async with run_session(parts, stop) as session, aclosing(_Sender(session).events()) as events:
        async for event in events:
            yield event


class _Sender:
    def __init__(self, session: RunSession) -> None:
        self._session = session
        self._parts = parts = session.parts
        self._stop = session.stop
        self._lease = session.lease
        self._wake = session.wake
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        modality = Modality(parts.run.spec.modality)
        self._feed = BatchPrefetcher(
            session.store,
            parts.card.key,
            parts.run.id,
            parts.media,
            self._wake.set,
            threads=1 if modality is Modality.IMAGE else _VIDEO_THREADS,
        )
        self._line = SendQueue(self._feed)
        self._watch = ChannelWatch(parts.channels, self._stop.set, session.tell)

    async def events(self) -> AsyncGenerator[RunEvent]:
        try:
            while True:
                self._wake.clear()
                delay_s = self._send_what_can_leave()
                while self._session.events:
                    yield self._session.events.popleft()
                if (error := self._error or self._session.error) is not None:
                    raise error
                if self._session.is_dropped:
                    return
                if self._is_over():
                    if self._feed.error is not None:
                        raise self._feed.error
                    return
                await rest(self._wake, delay_s, self._parts.sleep)
        finally:
            self._feed.close()
            await _cancelled(self._tasks)

    # ── what leaves, and when ────────────────────────────────────────────────────────────────────────────────────

    def _send_what_can_leave(self) -> float:
        """Start every request that may leave now; returns the seconds until another may, inf for none.

        Nothing leaves while a reply cannot be stored: more of them would be bought and perhaps lost.
        """
        while not self._stop.is_set and not self._session.is_waiting:
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
            self._stop.set(used_up, is_limit=True)
        return False

    def _is_over(self) -> bool:
        if self._tasks or self._session.events:
            return False
        if self._stop.is_set:
            return True
        if not self._line.is_empty:
            return False
        if self._line.looks_behind():
            self._wake.set()
            return False
        return True

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
            attempt_id = await self._session.store(
                lambda db: save_sent(
                    db,
                    self._lease,
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
        read = read_reply(self._session.rules, ready.batch, ready.shown, reply)
        self._settle_cost(expected, reply, read)
        self._watch.see(channel, reply, self._parts.clock())
        added = await self._session.store(
            lambda db: save_received(db, self._lease, ready.batch, attempt_id, read.received, self._parts.now())
        )
        self._session.announce(read.event)
        if read.asks_again or (read.received.step is Step.STOP and not self._stop.is_set):
            self._again([PreparedBatch(read.batch, ready.shown, expected=expected)], read)
        else:
            self._again([ready.part(batch) for batch in added], read)

    def _settle_cost(self, expected: ExpectedCost, reply: Reply, read: ReadReply) -> None:
        if self._parts.budget is not None:
            came = reply.outcome is not Outcome.FAILED
            self._parts.budget.settle(expected.cost_usd or 0.0, read.received.cost_usd if came else 0.0)

    def _again(self, follow: Sequence[PreparedBatch], read: ReadReply) -> None:
        if read.wait_s == 0.0:
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
        await self._session.store(
            lambda db: save_unsent(db, self._lease, ready.batch, settled, whole=not ready.shown, at=self._parts.now())
        )
        for name, reason in ready.bad.items():
            self._session.announce(MediaFailed(name, reason))
        if ready.shown:
            self._line.put_first([PreparedBatch(ready.batch, ready.shown)])

    async def _cut(self, ready: PreparedBatch, most_images: int) -> None:
        """Cut a batch that holds more pictures than the endpoint takes."""
        each = max(most_images * len(ready.shown) // ready.n_images, 1)
        parts = split_batch(ready.sample_ids, -(-len(ready.shown) // each))
        added = await self._session.store(lambda db: save_parts(db, self._lease, ready.batch, parts, self._parts.now()))
        self._line.put_first([ready.part(batch) for batch in added])


async def _cancelled(tasks: set[asyncio.Task[None]]) -> None:
    for task in list(tasks):
        task.cancel()
    for task in list(tasks):
        with suppress(asyncio.CancelledError):
            await task
