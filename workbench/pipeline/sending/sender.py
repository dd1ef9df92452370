"""Sends what is open of a run as single requests, and stores the replies.

The way of one batch: it is read and prepared ahead of its turn (`send_queue`), a lane lets it through (`channels`), the
attempt's row is committed, the request is sent, and the reply is read (`reply_reader`) and committed with all that
follows from it. Only then is its event yielded. One loop decides what is sent; one task per request waits for its
reply. Whoever stops reading the events stops the run.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing, suppress
from typing import Final

from workbench.domain.batches import Step
from workbench.domain.datasets.tasks import Modality
from workbench.domain.dialects import LearnedDialect
from workbench.domain.events import MediaFailed, RunEvent
from workbench.domain.messages import Outcome, Reply, Request
from workbench.domain.predictions import PredictionStatus
from workbench.pipeline.sending.channels import Channel, ChannelWatch, best_channel
from workbench.pipeline.sending.prepared_batch import ExpectedCost, PreparedBatch
from workbench.pipeline.sending.reply_reader import ReadReply, read_reply
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.pipeline.sending.run_session import RunSession, rest, run_session
from workbench.pipeline.sending.sample_trouble import SampleTrouble
from workbench.pipeline.sending.send_queue import BatchPrefetcher, SendQueue
from workbench.provider.limits.lane import Ticket
from workbench.storage.runs.attempts import Sending, save_received, save_sent
from workbench.storage.runs.endpoint_history import save_learned

_VIDEO_THREADS: Final = 2
"""Decoding videos keeps a second processor busy; small pictures would only wait for the interpreter's lock."""


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
        self._learned: set[str] = set()
        modality = Modality(parts.run.spec.modality)
        self._prefetcher = BatchPrefetcher(
            session.store,
            parts.card.key,
            parts.run.id,
            parts.media,
            self._wake.set,
            threads=1 if modality is Modality.IMAGE else _VIDEO_THREADS,
        )
        self._queue = SendQueue(self._prefetcher, session.steering.add_open)
        self._watch = ChannelWatch(parts.channels, self._stop.set, session.tell, has_answer=session.has_answer)
        self._trouble = SampleTrouble(has_answer=session.has_answer)

    async def events(self) -> AsyncGenerator[RunEvent]:
        try:
            while True:
                self._wake.clear()
                delay_s = self._send_all_that_may_leave()
                while self._session.events:
                    yield self._session.events.popleft()
                if (error := self._error or self._session.error) is not None:
                    raise error
                if self._session.is_dropped:
                    return
                if self._is_over():
                    if self._prefetcher.error is not None:
                        raise self._prefetcher.error
                    return
                await rest(self._wake, delay_s, self._parts.sleep)
        finally:
            self._prefetcher.close()
            await _cancelled(self._tasks)

    # ── which requests are sent, and when ────────────────────────────────────────────────────────────────────────

    def _send_all_that_may_leave(self) -> float:
        """Start every request that may be sent now; returns the seconds until another may, inf for none.

        Nothing is sent while a reply cannot be stored: its reply would be paid for and perhaps lost.
        """
        while not self._stop.is_set and not self._session.is_waiting:
            now = self._parts.clock()
            prepared = self._queue.next(now)
            if prepared is None:
                if self._prefetcher.error is not None:  # requests in flight come in first
                    self._stop.set(str(self._prefetcher.error))
                return self._queue.due_s(now)
            delay_s = self._send(prepared, now)
            if delay_s > 0:
                self._queue.put_first([prepared])
                return min(delay_s, self._queue.due_s(now))
        return math.inf

    def _send(self, prepared: PreparedBatch, now: float) -> float:
        """Start a request; returns 0 where that is done, else the seconds until it may be sent."""
        if prepared.bad:
            self._start(self._settle_bad_media(prepared))
            return 0.0
        request = prepared.request(self._parts.card, self._parts.run.spec)
        if prepared.expected is None:
            prepared.expected = self._parts.expect(request, len(prepared.shown))
        expected = prepared.expected
        channel, delay_s = best_channel(self._parts.channels, expected.tokens, now)
        if delay_s > 0 or channel is None:
            return delay_s
        if (n_parts := prepared.n_parts(channel.images_per_request)) > 1:
            self._start(self._split(prepared, n_parts))
            return 0.0
        if not self._can_pay(expected):
            return math.inf
        ticket = channel.lane.take(expected.tokens, now)
        prepared.built = None
        self._start(self._send_request(prepared, request, channel, ticket, expected))
        return 0.0

    def _can_pay(self, expected: ExpectedCost) -> bool:
        """Whether the budget has room for it. Where it has not, and no request in flight can give any back, stop."""
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
        if not self._queue.is_empty:
            return False
        if self._queue.looks_behind():
            self._wake.set()
            return False
        return True

    # ── one request ──────────────────────────────────────────────────────────────────────────────────────────────

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._error = self._error or task.exception()
        self._wake.set()

    async def _send_request(
        self, prepared: PreparedBatch, request: Request, channel: Channel, ticket: Ticket, expected: ExpectedCost
    ) -> None:
        by = Sending(channel.endpoint, channel.key_name, expected.cost_usd)
        is_settled = False
        try:
            attempt_id = await self._session.store(
                lambda db: save_sent(
                    db,
                    self._lease,
                    prepared.batch,
                    asked=prepared.sample_ids,
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
        reply = self._trouble.judged(prepared, reply, channel.lane.n_in_flight)
        read = read_reply(self._session.rules, prepared.batch, prepared.shown, reply)
        self._settle_cost(expected, reply, read)
        self._watch.see(channel, reply, read, prepared, self._parts.clock())
        added = await self._session.store(
            lambda db: save_received(db, self._lease, prepared.batch, attempt_id, read.received, self._parts.now())
        )
        self._session.announce(read.event)
        if reply.learned is not None:
            await self._remember(reply.learned)
        if read.asks_again or (read.received.step is Step.STOP and not self._stop.is_set):
            self._requeue([PreparedBatch(read.batch, prepared.shown, expected=expected, failed=prepared.failed)], read)
        else:
            self._requeue([prepared.part(batch) for batch in added], read)

    async def _remember(self, learned: LearnedDialect) -> None:
        """Say once what was learned of an endpoint, and keep it for the next run. Each key learns it anew."""
        if learned.says in self._learned:
            return
        self._learned.add(learned.says)
        self._session.tell(learned.says)
        model, at = self._parts.run.spec.model, self._parts.now()
        await self._session.store(lambda db: save_learned(db, learned, model=model, at=at))

    def _settle_cost(self, expected: ExpectedCost, reply: Reply, read: ReadReply) -> None:
        if self._parts.budget is not None:
            came = reply.outcome is not Outcome.FAILED
            self._parts.budget.settle(expected.cost_usd or 0.0, read.received.cost_usd if came else 0.0)

    def _requeue(self, follow: Sequence[PreparedBatch], read: ReadReply) -> None:
        if read.wait_s == 0.0:
            self._queue.put_first(follow)
        else:
            self._queue.put_later(follow, read.wait_s, self._parts.clock())

    async def _settle_bad_media(self, prepared: PreparedBatch) -> None:
        """Settle the samples that cannot be decoded; the rest of the batch is sent next."""
        status, whole = PredictionStatus.BAD_MEDIA, not prepared.shown
        await self._session.settle_unsent(prepared.batch, prepared.bad, status, whole=whole)
        for sample_id, reason in prepared.bad.items():
            self._session.announce(MediaFailed(sample_id, reason))
        if prepared.shown:
            self._queue.put_first([PreparedBatch(prepared.batch, prepared.shown)])

    async def _split(self, prepared: PreparedBatch, n_parts: int) -> None:
        """Split a batch that holds more pictures than the endpoint takes."""
        self._queue.put_first(await self._session.split(prepared, n_parts))


async def _cancelled(tasks: set[asyncio.Task[None]]) -> None:
    for task in list(tasks):
        task.cancel()
    for task in list(tasks):
        with suppress(asyncio.CancelledError):
            await task
