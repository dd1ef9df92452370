"""Writes the open batches of a run into files of requests; a file's job and attempts are stored before it is uploaded.

The batches are prepared ahead of their turn as for single requests (`send_queue`), and are written one by one. What
the attempts' rows need is kept in a temporary file until the file of requests is full and its hash is known; then all
of them are stored in one transaction. So memory holds a few batches, however many there are.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import IO, Final

from workbench.domain.batches import Batch
from workbench.domain.events import MediaFailed
from workbench.domain.jobs import Job, JobState, line_id
from workbench.domain.predictions import PredictionStatus
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.prepared_batch import PreparedBatch
from workbench.pipeline.sending.run_session import RunSession
from workbench.pipeline.sending.send_queue import BatchPrefetcher
from workbench.provider.jobs.job_files import JobFile, reporting_disk_errors, request_line
from workbench.provider.request_body import chat_body
from workbench.storage.runs.jobs import PlannedLine, save_planned
from workbench.storage.workspace.database import Database

_TOO_LARGE: Final = "its request is larger than a file of requests may be"


class JobWriter:
    """Writes what is open of a run into as many files as it takes."""

    def __init__(
        self,
        session: RunSession,
        target: JobTarget,
        folder: Path,
        place: Callable[[str], Path],
        room_usd: float | None = None,
    ) -> None:
        """`place` gives the path in `folder` for a file by its hash; `room_usd` is what all requests may cost."""
        self._session = session
        self._parts = session.parts
        self._target = target
        self._folder = folder
        self._place = place
        self._room_usd = room_usd
        self._file: _OpenFile | None = None
        self.is_budget_used_up = False
        """Whether batches were left out because they would cost more than `room_usd`."""

    async def jobs(self) -> AsyncGenerator[Job | MediaFailed]:
        """Yields every job, once its file is complete and its attempts are stored, and samples with bad media.

        When the session is asked to stop, the file that is being written is thrown away. Raises DataError where files
        cannot be written.
        """
        wake = asyncio.Event()
        parts, stop = self._parts, self._session.stop
        prefetcher = BatchPrefetcher(self._session.store, parts.card.key, parts.run.id, parts.media, wake.set)
        try:
            while not (stop.is_set or self.is_budget_used_up):
                prepared = await _next(prefetcher, wake)
                if prepared is None:
                    break
                pieces = await self._pieces(prepared)
                for name, reason in prepared.bad.items():
                    yield MediaFailed(name, reason)
                for one in pieces:
                    async for job in self._add(one):
                        yield job
            if self._file is not None and not stop.is_set:
                yield await self._finish(self._file)
        finally:
            prefetcher.close()
            if self._file is not None:
                self._file.discard()

    async def _pieces(self, prepared: PreparedBatch) -> list[PreparedBatch]:
        """A batch as its endpoint takes it: without bad media, and without too many pictures."""
        if prepared.bad:
            status, whole = PredictionStatus.BAD_MEDIA, not prepared.shown
            await self._session.settle_unsent(prepared.batch, prepared.bad, status, whole=whole)
            prepared = PreparedBatch(prepared.batch, prepared.shown)
        if (n_parts := prepared.n_parts(self._target.endpoint.images_per_request)) > 1:
            return await self._session.split(prepared, n_parts)
        return [prepared] if prepared.shown else []

    async def _add(self, prepared: PreparedBatch) -> AsyncGenerator[Job]:
        """Write a batch into the file; yields a job for each file that is full then."""
        parts, batch = self._parts, prepared.batch
        request = prepared.request(parts.card, parts.run.spec)
        expected = parts.expect(request, len(prepared.shown))
        if not self._can_pay(expected.cost_usd):
            return
        line = request_line(line_id(parts.run, batch.id, batch.attempts + 1), chat_body(request, self._target.endpoint))
        if len(line) > self._target.limits.n_bytes:
            for half in await self._halves(prepared):
                async for job in self._add(half):
                    yield job
            return
        if self._file is not None and not self._file.requests.has_room(line):
            yield await self._finish(self._file)
        self._file = self._file or _OpenFile(self._folder, JobFile(self._folder, self._target.limits))
        notes = {one.sample.id: one.media.note for one in prepared.shown if one.media.note}
        self._file.add(line, PlannedLine(batch, prepared.sample_ids, request.words, expected.cost_usd, notes))
        if self._room_usd is not None:
            self._room_usd -= expected.cost_usd or 0.0

    def _can_pay(self, cost_usd: float | None) -> bool:
        if self._room_usd is not None and (cost_usd or 0.0) > self._room_usd:
            self.is_budget_used_up = True  # also for smaller ones that follow: the planned order is kept
        return not self.is_budget_used_up

    async def _finish(self, file: "_OpenFile") -> Job:
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

    def _save(self, db: Database, file: "_OpenFile", path: Path) -> Job:
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

    async def _halves(self, prepared: PreparedBatch) -> list[PreparedBatch]:
        if len(prepared.shown) > 1:
            return await self._session.split(prepared, 2)
        reasons = {prepared.sample_ids[0]: _TOO_LARGE}
        await self._session.settle_unsent(prepared.batch, reasons, PredictionStatus.FAILED, whole=True)
        return []


class _OpenFile:
    """A file that is being written, and what the rows of its attempts will need."""

    def __init__(self, folder: Path, requests: JobFile) -> None:
        self.requests = requests
        with reporting_disk_errors(folder):
            self._rows: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (`discard` closes it)
        self._folder = folder

    def add(self, line: bytes, planned: PlannedLine) -> None:
        self.requests.add(line)
        batch = planned.batch
        row = [batch.id, batch.attempts, planned.asked, planned.prompt, planned.estimated_usd, planned.notes]
        with reporting_disk_errors(self._folder):
            self._rows.write(json.dumps(row).encode() + b"\n")

    def lines(self) -> Iterator[PlannedLine]:
        """All lines from the first; may be called again."""
        self._rows.seek(0)
        for line in self._rows:
            batch_id, attempts, asked, prompt, estimated_usd, notes = json.loads(line)
            yield PlannedLine(Batch(batch_id, (), attempts), asked, prompt, estimated_usd, notes)

    def discard(self) -> None:
        """Remove everything but a file that was kept."""
        self.requests.discard()
        self._rows.close()


async def _next(prefetcher: BatchPrefetcher, wake: asyncio.Event) -> PreparedBatch | None:
    """The next batch, once it is prepared; None where none is left."""
    while True:
        wake.clear()
        if prefetcher.error is not None:
            raise prefetcher.error
        prepared = prefetcher.take()
        if prepared is not None or prefetcher.is_done:
            return prepared
        await wake.wait()
