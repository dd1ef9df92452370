"""From open batches to files of requests: each file, its job and its attempts are there before anything leaves.

The batches are made ready ahead of their turn as for requests (`feed`), and go into the file one by one. What the
attempts' rows need is laid aside on the disk until the file is full and its hash is known: then all of them are one
transaction. So memory holds a few batches, however many there are.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import IO, Final

from workbench.domain.batches import Batch, split_batch
from workbench.domain.events import MediaFailed
from workbench.domain.jobs import Job, JobState, line_id
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.prepared_batch import PreparedBatch
from workbench.pipeline.sending.run_session import RunSession
from workbench.pipeline.sending.send_queue import BatchPrefetcher
from workbench.provider.jobs.job_files import JobFile, reporting_disk_errors, request_line
from workbench.provider.request_body import chat_body
from workbench.storage.runs.attempts import Settled, save_parts, save_unsent
from workbench.storage.runs.jobs import PlannedLine, save_planned
from workbench.storage.workspace.database import Database

_TOO_LARGE: Final = "its request is larger than a file of requests may be"


class JobWriter:
    """Writes what is open of a run into files, as many as it takes."""

    def __init__(
        self,
        session: RunSession,
        target: JobTarget,
        folder: Path,
        place: Callable[[str], Path],
        room_usd: float | None = None,
    ) -> None:
        """`place` says which file of `folder` has a hash's content; `room_usd` is what the requests may cost."""
        self._session = session
        self._parts = session.parts
        self._target = target
        self._folder = folder
        self._place = place
        self._room_usd = room_usd
        self._file: _Filling | None = None
        self.has_run_dry = False
        """Something was left because `room_usd` is used up."""

    async def jobs(self) -> AsyncGenerator[Job | MediaFailed]:
        """Every job, once its file has its name and its attempts are committed; samples that cannot be shown.

        Asked to stop, it leaves the file that it is at. Raises DataError where files cannot be written.
        """
        wake = asyncio.Event()
        parts, stop = self._parts, self._session.stop
        feed = BatchPrefetcher(self._session.store, parts.card.key, parts.run.id, parts.media, wake.set)
        try:
            while not (stop.is_set or self.has_run_dry):
                ready = await _next(feed, wake)
                if ready is None:
                    break
                pieces = await self._pieces(ready)
                for name, reason in ready.bad.items():
                    yield MediaFailed(name, reason)
                for one in pieces:
                    async for job in self._add(one):
                        yield job
            if self._file is not None and not stop.is_set:
                yield await self._finish(self._file)
        finally:
            feed.close()
            if self._file is not None:
                self._file.discard()

    async def _pieces(self, ready: PreparedBatch) -> list[PreparedBatch]:
        """A batch as its endpoint takes it: without what cannot be shown, and without too many pictures."""
        if ready.bad:
            await self._settle(ready.batch, ready.bad, PredictionStatus.BAD_MEDIA, whole=not ready.shown)
            ready = PreparedBatch(ready.batch, ready.shown)
        most = self._target.endpoint.images_per_request
        if most and ready.n_images > most and len(ready.shown) > 1:
            each = max(most * len(ready.shown) // ready.n_images, 1)
            return await self._split(ready, -(-len(ready.shown) // each))
        return [ready] if ready.shown else []

    async def _add(self, ready: PreparedBatch) -> AsyncGenerator[Job]:
        """Write a batch into the file; yields a job for each file that became full by it."""
        parts, batch = self._parts, ready.batch
        request = ready.request(parts.card, parts.run.spec)
        expected = parts.expect(request, len(ready.shown))
        if not self._can_pay(expected.cost_usd):
            return
        line = request_line(line_id(parts.run, batch.id, batch.attempts + 1), chat_body(request, self._target.endpoint))
        if len(line) > self._target.limits.n_bytes:
            for half in await self._halves(ready):
                async for job in self._add(half):
                    yield job
            return
        if self._file is not None and not self._file.requests.has_room(line):
            yield await self._finish(self._file)
        self._file = self._file or _Filling(self._folder, JobFile(self._folder, self._target.limits))
        notes = {one.sample.id: one.media.note for one in ready.shown if one.media.note}
        self._file.add(line, PlannedLine(batch, ready.sample_ids, request.words, expected.cost_usd, notes))
        if self._room_usd is not None:
            self._room_usd -= expected.cost_usd or 0.0

    def _can_pay(self, cost_usd: float | None) -> bool:
        if self._room_usd is not None and (cost_usd or 0.0) > self._room_usd:
            self.has_run_dry = True  # also for a smaller one behind it: the plan's order is kept
        return not self.has_run_dry

    async def _finish(self, file: "_Filling") -> Job:
        path = self._place(file.requests.hash)
        file.requests.keep(path)
        try:
            job = await self._session.store(lambda db: self._save(db, file, path))
        except Exception:
            path.unlink(missing_ok=True)
            raise
        finally:
            file.discard()
            self._file = None
        self._parts.reached("planned")
        return job

    def _save(self, db: Database, file: "_Filling", path: Path) -> Job:
        parts = self._parts
        return save_planned(
            db,
            self._session.lease,
            file.lines(),
            endpoint=self._target.answered_by,
            key_name=self._target.key_name,
            file_hash=file.requests.hash,
            n_requests=file.requests.n_lines,
            n_bytes=file.requests.n_bytes,
            state=JobState.CREATED if self._target.is_file else JobState.PLANNED,
            input_file=str(path) if self._target.is_file else None,
            at=parts.now(),
        )

    async def _halves(self, ready: PreparedBatch) -> list[PreparedBatch]:
        if len(ready.shown) > 1:
            return await self._split(ready, 2)
        await self._settle(ready.batch, {ready.sample_ids[0]: _TOO_LARGE}, PredictionStatus.FAILED, whole=True)
        return []

    async def _split(self, ready: PreparedBatch, n_parts: int) -> list[PreparedBatch]:
        session, names = self._session, split_batch(ready.sample_ids, n_parts)
        added = await session.store(lambda db: save_parts(db, session.lease, ready.batch, names, self._parts.now()))
        return [ready.part(batch) for batch in added]

    async def _settle(self, batch: Batch, why: dict[str, str], status: PredictionStatus, *, whole: bool) -> None:
        session = self._session
        settled = [
            Settled(sample_id=name, prediction=RankedPrediction(status), gold_rank=None, failure=status, note=reason)
            for name, reason in why.items()
        ]
        await session.store(
            lambda db: save_unsent(db, session.lease, batch, settled, whole=whole, at=self._parts.now())
        )


class _Filling:
    """A file that is being filled, and what its attempts' rows will need."""

    def __init__(self, folder: Path, requests: JobFile) -> None:
        self.requests = requests
        with reporting_disk_errors(folder):
            self._aside: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (`discard` closes it)
        self._folder = folder

    def add(self, line: bytes, planned: PlannedLine) -> None:
        self.requests.add(line)
        batch = planned.batch
        row = [batch.id, batch.attempts, planned.asked, planned.prompt, planned.estimated_usd, planned.notes]
        with reporting_disk_errors(self._folder):
            self._aside.write(json.dumps(row).encode() + b"\n")

    def lines(self) -> Iterator[PlannedLine]:
        """All of them, from the first; may be asked for again."""
        self._aside.seek(0)
        for line in self._aside:
            batch_id, attempts, asked, prompt, estimated_usd, notes = json.loads(line)
            yield PlannedLine(Batch(batch_id, (), attempts), asked, prompt, estimated_usd, notes)

    def discard(self) -> None:
        """Leave nothing but a file that was kept."""
        self.requests.discard()
        self._aside.close()


async def _next(feed: BatchPrefetcher, wake: asyncio.Event) -> PreparedBatch | None:
    """The next batch that is ready; None when there is none any more."""
    while True:
        wake.clear()
        if feed.error is not None:
            raise feed.error
        ready = feed.take()
        if ready is not None or feed.is_done:
            return ready
        await wake.wait()
