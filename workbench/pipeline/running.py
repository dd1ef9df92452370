"""The runner: sends what is still to be asked of a run and stores what comes back.

One sample's way: its batch is taken from the queue, its frames are prepared off the event loop, the request waits
for its turn, the attempt's row is committed, the request leaves, and the reply is parsed and committed with the
next step, all inside one task; only then does the event reach whoever listens. The runner is an async generator:
whoever stops reading stops the run. It has no opinion about screens.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from workbench.domain.batches import Batch, Decision, History, RetryPolicy, Step, next_step, split_batch
from workbench.domain.datasets import DatasetCard
from workbench.domain.judging import judge
from workbench.domain.parsing import MatchBy, Parsed, parse_reply
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.prompts import PAPER, AskedSample, build_request, refs
from workbench.domain.replies import Fault, Outcome, Reply, ReplySource, Usage
from workbench.domain.runs import Run
from workbench.domain.samples import Frame, Sample
from workbench.domain.tasks import Modality
from workbench.errors import DatabaseError
from workbench.media.frames import BadMedia
from workbench.pipeline.events import AttemptSaved, MediaFailed, RunEvent
from workbench.pipeline.stopping import Stop
from workbench.provider.limits import Limiter
from workbench.storage.attempts import Received, Settled, open_batches, save_received, save_sent, save_unsent
from workbench.storage.database import Database
from workbench.storage.leases import SIGN_OF_LIFE_S, Hold, claim_run, keep_alive, release_run
from workbench.storage.samples import load_named_samples

_FEWEST_FAULTS_TO_STOP: Final = 12
"""So many faults in a row, over all batches, mean that the endpoint is gone, not that a batch is bad."""
_JITTER: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerParts:
    """What a runner needs of the house."""

    db: Database
    card: DatasetCard
    run: Run
    source: ReplySource
    frames: Callable[[Sample], tuple[Frame, ...]]
    """Blocking; raises BadMedia. Called in worker threads."""
    limiter: Limiter
    price: Callable[[str | None, Usage | None], float | None]
    now: Callable[[], str]
    concurrency: int
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def send_run(parts: RunnerParts, stop: Stop) -> AsyncGenerator[RunEvent]:
    """Send all open batches of a run, in planned order, several at a time.

    Raises DatabaseError when another runner holds the run. When it ends, the run is done or paused, and
    `stop.reason` says why it paused.
    """
    started_s = time.monotonic()
    hold = claim_run(parts.db, parts.run, parts.now())
    runner = _Runner(parts, hold, stop)
    sign = asyncio.create_task(runner.signs_of_life())
    try:
        async with aclosing(runner.events()) as events:
            async for event in events:
                yield event
    except asyncio.CancelledError:
        stop.set("interrupted")
        raise
    finally:
        sign.cancel()
        elapsed_s = time.monotonic() - started_s
        release_run(parts.db, hold, reason=stop.reason, elapsed_s=elapsed_s, at=parts.now())


@dataclass(frozen=True, slots=True)
class _Done:
    """What one task leaves behind."""

    events: tuple[RunEvent, ...] = ()
    follow: tuple[Batch, ...] = ()
    """Batches to be sent next, before others: they finish what was begun."""
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A sample of a request, by its place in it."""

    sample: Sample
    note: str | None
    """What had to be done otherwise to show it."""


class _Runner:
    def __init__(self, parts: RunnerParts, hold: Hold, stop: Stop) -> None:
        self._parts = parts
        self._hold = hold
        self._stop = stop
        self._queue = deque((batch, 0.0) for batch in open_batches(parts.db, parts.run.id))
        self._faults_in_row = 0
        self._limited_in_row = 0

    async def events(self) -> AsyncGenerator[RunEvent]:
        tasks: set[asyncio.Task[_Done]] = set()
        try:
            while tasks or (self._queue and not self._stop.is_set):
                while self._queue and not self._stop.is_set and len(tasks) < self._parts.concurrency:
                    tasks.add(asyncio.create_task(self._ask(*self._queue.popleft())))
                finished, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for done in [task.result() for task in finished]:
                    self._queue.extendleft((batch, done.wait_s) for batch in reversed(done.follow))
                    for event in done.events:
                        yield event
        finally:
            await _cancelled(tasks)

    async def signs_of_life(self) -> None:
        while True:
            await asyncio.sleep(SIGN_OF_LIFE_S)
            try:
                keep_alive(self._parts.db, self._hold, self._parts.now())
            except DatabaseError as error:
                return self._stop.set(str(error))

    async def _ask(self, batch: Batch, wait_s: float) -> _Done:
        if wait_s and not await self._stop.unless(self._parts.sleep(wait_s)):
            return _Done()
        samples = load_named_samples(self._parts.db, self._parts.card.key, batch.sample_ids)
        shown, bad = await self._prepared(samples)
        events = self._without_bad_media(batch, bad, whole=not shown)
        if not shown or not await self._stop.unless(self._parts.limiter.wait()):
            return _Done(events)
        request = build_request(self._parts.card, self._parts.run.spec, list(shown.values()))
        attempt_id = save_sent(
            self._parts.db, self._hold, batch, asked=list(shown), prompt=request.words, at=self._parts.now()
        )
        reply = await self._parts.source.send(request)
        asked = [_Asked(sample, _note(shown[sample.id])) for sample in samples if sample.id in shown]
        done = self._received(batch, attempt_id, reply, asked)
        return replace(done, events=(*events, *done.events))

    async def _prepared(self, samples: list[Sample]) -> tuple[dict[str, AskedSample], dict[str, str]]:
        """The samples as they are asked, and why others cannot be shown."""
        made = await asyncio.gather(*(asyncio.to_thread(self._frames_of, sample) for sample in samples))
        bad = {sample.id: frames for sample, frames in zip(samples, made, strict=True) if isinstance(frames, str)}
        good = [(sample, frames) for sample, frames in zip(samples, made, strict=True) if not isinstance(frames, str)]
        has_text = Modality(self._parts.run.spec.modality).has_text
        return {
            sample.id: AskedSample(ref, frames, (sample.text or "") if has_text else None)
            for ref, (sample, frames) in zip(refs(len(good)), good, strict=True)
        }, bad

    def _frames_of(self, sample: Sample) -> tuple[Frame, ...] | str:
        if not Modality(self._parts.run.spec.modality).has_pictures:
            return ()
        try:
            return self._parts.frames(sample)
        except BadMedia as error:
            return str(error)

    def _without_bad_media(self, batch: Batch, bad: dict[str, str], *, whole: bool) -> tuple[RunEvent, ...]:
        if bad:
            prediction = RankedPrediction(PredictionStatus.BAD_MEDIA)
            settled = [
                Settled(sample_id=name, prediction=prediction, gold_rank=None, failure=prediction.status, note=reason)
                for name, reason in bad.items()
            ]
            save_unsent(self._parts.db, self._hold, batch, settled, whole=whole, at=self._parts.now())
        return tuple(MediaFailed(name, reason) for name, reason in bad.items())

    def _received(self, batch: Batch, attempt_id: int, reply: Reply, asked: list[_Asked]) -> _Done:
        """Read a reply, decide, and store both."""
        parts = self._parts
        match = MatchBy.POSITION if parts.run.spec.prompt == PAPER else MatchBy.ID
        parsed = parse_reply(reply, refs(len(asked)), parts.card.labels, match)
        said = dict(zip((one.sample.id for one in asked), parsed.predictions, strict=True))
        batch = self._counted(batch, reply)
        decision, left = self._decided(batch, reply, parsed, said)
        follow = _follow(decision.step, left, whole=len(left) == len(asked))
        counts = reply.outcome is not Outcome.FAILED or decision.step is Step.GIVE_UP
        received = Received(
            reply=reply,
            outcome=parsed.outcome,
            cost_usd=parts.price(reply.model, reply.usage),
            step=decision.step,
            said={name: prediction.status for name, prediction in said.items()} if counts else {},
            settled=self._settled(asked, said, left if decision.step is not Step.GIVE_UP else []),
            follow=follow,
        )
        added = save_received(parts.db, self._hold, batch, attempt_id, received, parts.now())
        again = decision.step is Step.REPEAT and not follow
        event = AttemptSaved(
            batch_id=batch.id,
            number=batch.attempts,
            samples=len(asked),
            outcome=parsed.outcome,
            step=decision.step,
            settled=tuple((one.sample_id, one.prediction.status) for one in received.settled),
            wait_s=decision.wait_s,
            error=reply.error,
        )
        return _Done((event,), (batch,) if again else tuple(added), decision.wait_s)

    def _counted(self, batch: Batch, reply: Reply) -> Batch:
        """The batch with this attempt in its history; the runner's own counts of trouble in a row."""
        failed = reply.outcome is Outcome.FAILED
        limited = reply.fault is Fault.RATE_LIMITED
        self._limited_in_row = self._limited_in_row + 1 if limited else 0
        self._faults_in_row = self._faults_in_row + 1 if reply.fault is Fault.TRANSIENT else 0
        return replace(
            batch,
            attempts=batch.attempts + 1,
            answers_tried=batch.answers_tried + (not failed),
            faults=batch.faults + (failed and not limited),
        )

    def _decided(
        self, batch: Batch, reply: Reply, parsed: Parsed, said: dict[str, RankedPrediction]
    ) -> tuple[Decision, list[str]]:
        left = [name for name, prediction in said.items() if not prediction.status.is_answer]
        history = History(
            left=len(left),
            settled=len(said) - len(left),
            answers_tried=batch.answers_tried,
            faults=batch.faults,
            limited=self._limited_in_row,
        )
        decision = next_step(
            parsed.outcome, reply.fault, history, self._parts.policy, retry_after_s=reply.retry_after_s
        )
        if decision.wait_s:
            jitter = 1.0 + _JITTER * random.random()  # noqa: S311 (spreads requests, hides nothing)
            decision = replace(decision, wait_s=decision.wait_s * jitter)
        if reply.fault is Fault.RATE_LIMITED:
            self._parts.limiter.pause(decision.wait_s)
        if decision.step is Step.STOP:
            self._stop.set(reply.error or "the endpoint turns every request away")
        elif self._faults_in_row >= max(_FEWEST_FAULTS_TO_STOP, 2 * self._parts.concurrency):
            self._stop.set(f"the endpoint does not answer: {reply.error}")
        return decision, left

    def _settled(self, asked: list[_Asked], said: dict[str, RankedPrediction], left: list[str]) -> list[Settled]:
        settled = []
        for place, one in enumerate(asked):
            name = one.sample.id
            if name not in left:
                judgement = judge(self._parts.card, one.sample.gold, said[name])
                settled.append(
                    Settled(
                        sample_id=name,
                        prediction=said[name],
                        gold_rank=judgement.gold_rank,
                        failure=judgement.failure,
                        place=place,
                        note=one.note,
                    )
                )
        return settled


def _note(asked: AskedSample) -> str | None:
    return next((frame.note for frame in asked.frames if frame.note), None)


def _follow(step: Step, left: list[str], *, whole: bool) -> list[tuple[str, ...]]:
    """The batches that take over; none where the batch itself is asked again or is settled."""
    if step is Step.SPLIT:
        return list(split_batch(left))
    if step is Step.REPEAT and not whole:
        return [tuple(left)]
    return []


async def _cancelled(tasks: set[asyncio.Task[_Done]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
