"""The steps of one job: upload, create, wait, fetch and join. Each is stored before the next one is taken."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workbench.domain.events import JobUpdate, RunEvent, RunNotice
from workbench.domain.jobs import Job, JobState, run_mark
from workbench.domain.messages import Fault, Outcome, Reply
from workbench.errors import EndpointError
from workbench.pipeline.jobs.answer_joiner import AnswerJoiner, AnswerLines
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.run_session import RunSession
from workbench.provider.jobs.batch_api import BatchApi, Rejected, Unreachable
from workbench.provider.jobs.job_files import is_whole
from workbench.provider.jobs.remote_jobs import RemoteJob
from workbench.storage.runs.jobs import load_jobs, save_job

_MOST_SILENT: Final = 30
"""Looks in a row at which the provider did not answer: more than an hour."""


_ENDS: Final = MappingProxyType(
    {
        "completed": JobState.COMPLETED,
        "expired": JobState.EXPIRED,
        "failed": JobState.FAILED,
        "cancelled": JobState.CANCELLED,
    }
)
_WHY: Final = MappingProxyType(
    {
        JobState.EXPIRED: "the provider's time was up",
        JobState.FAILED: "the provider did not take it, and does not say why",
        JobState.CANCELLED: "it was cancelled at the provider",
    }
)


class _Lost(Rejected):
    """The local file of a job is gone."""


class JobSteps:
    """Takes the jobs of a run through their steps at a provider."""

    def __init__(self, session: RunSession, target: JobTarget, api: BatchApi) -> None:
        self._session = session
        self._target = target
        self._parts = session.parts
        self._api = api
        self._last_seen: dict[int, RemoteJob] = {}
        self._n_silent = 0
        self.joined: dict[int, tuple[Job, AnswerLines]] = {}
        """Jobs that were fetched and joined, with what their files held."""

    async def unfinished(self) -> list[Job]:
        """The run's jobs that are not done."""
        run_id = self._parts.run.id
        jobs = await self._session.store(lambda db: load_jobs(db, run_id, unfinished=True))
        return [job for job in jobs if not job.is_file]

    def path(self, file_hash: str) -> Path:
        """The path of the file with this hash, which is kept until the provider has made a job of it."""
        return self._target.folder / f"{file_hash}.jsonl"

    async def submit(self, job: Job) -> AsyncGenerator[RunEvent]:
        """Upload a job's file and create the job. Where the provider rejects it, its requests are open again."""
        was_uploaded = job.state is JobState.UPLOADED
        try:
            if job.state is JobState.PLANNED:
                yield job_update(job)
                name = await self._upload(job)
                self._parts.reached("after upload")
                job = await self._save(replace(job, state=JobState.UPLOADED, input_file=name))
                self._parts.reached("uploaded")
            if job.state is JobState.UPLOADED and job.input_file is not None:
                remote = await self._api.create(job.input_file, self._metadata(job))
                self._parts.reached("after create")
                job = await self._save(replace(job, state=JobState.CREATED, provider_job=remote.id))
                self._parts.reached("created")
                self.path(job.file_hash).unlink(missing_ok=True)
                yield job_update(job, remote)
        except Rejected as error:
            # A file that was lost, here or there, is written anew; a fresh one would be rejected again.
            async for event in self.give_back(job, str(error), is_lost=was_uploaded or isinstance(error, _Lost)):
                yield event

    async def cancel(self, job: Job) -> AsyncGenerator[RunEvent]:
        """Ask the provider to end a job. Where no answers will come of it, its requests are open again at once."""
        why: str | None = None
        try:
            if job.state is JobState.PLANNED:
                why = "cancelled before it was uploaded"
            elif job.state is JobState.UPLOADED and job.input_file is not None:
                remote = await self._api.find(job.input_file, self._metadata(job))
                if remote is None:
                    why = "cancelled before the provider began"
                else:
                    job = await self._save(replace(job, state=JobState.CREATED, provider_job=remote.id))
            if job.state is JobState.CREATED and job.provider_job is not None:
                await self._api.cancel(job.provider_job)
        except Rejected as error:
            why = str(error)
        if why is not None:
            async for event in self.give_back(job, why):
                yield event

    async def give_back(self, job: Job, why: str, *, is_lost: bool = False) -> AsyncGenerator[RunEvent]:
        """Open the requests of a job again that nobody will answer; that counts as no fault of theirs.

        A job that `is_lost` is not among the `joined` ones: its requests may be sent again at once.
        """
        yield RunNotice(f"{job.name}: {why}")
        job = await self._save(replace(job, state=JobState.FAILED, error=why))
        async for event in self._join(job):
            yield event
        if is_lost:
            del self.joined[job.id]

    async def look(self, job: Job) -> AsyncGenerator[RunEvent]:
        """Look at a job, and join it where it has ended. Raises Unreachable when the provider is silent for an hour."""
        if job.state is JobState.CREATED:
            try:
                remote = await self._retrieved(job)
            except Unreachable as error:
                self._n_silent += 1
                if self._n_silent >= _MOST_SILENT:
                    raise
                yield RunNotice(f"no news of {job.name}: {error}")
                return
            self._n_silent = 0
            if remote != self._last_seen.get(job.id):
                self._last_seen[job.id] = remote
                yield job_update(job, remote)
            if not remote.has_ended:
                return
            job = await self._save(ended_job(job, remote))
            self._parts.reached("ended")
            if job.error is not None:
                yield RunNotice(f"{job.name}: {job.error}")
        async for event in self._join(job):
            yield event

    async def _upload(self, job: Job) -> str:
        path = self.path(job.file_hash)
        if not await asyncio.to_thread(is_whole, path, job.file_hash):
            raise _Lost("its file was lost before it was uploaded")
        return await self._api.upload(path, f"emowb-{job.file_hash[:16]}.jsonl")

    async def _retrieved(self, job: Job) -> RemoteJob:
        assert job.provider_job is not None, "a job that was created has a name"
        try:
            return await self._api.retrieve(job.provider_job)
        except Rejected as error:
            raise EndpointError(f"{error}; if it is gone for good, --cancel gives its requests back") from error

    async def _join(self, job: Job) -> AsyncGenerator[RunEvent]:
        """Fetch the answers of a job and store them; its requests without an answer are open again."""
        paths: list[Path] = []
        lost: str | None = None
        for word, name in (("answers", job.output_file), ("errors", job.error_file)):
            if name is not None:
                path = self._target.folder / f"{job.id}-{word}.jsonl"
                try:
                    await self._api.download(name, path)
                    paths.append(path)
                except Rejected as error:
                    lost = f"the {word} of {job.name} are gone at the provider: {error}"
                    yield RunNotice(lost)
        self._parts.reached("fetched")
        joiner = AnswerJoiner(self._session, self._target, [job])
        async for event in joiner.join(paths):
            yield event
        async for event in joiner.give_back(reply_without_answer(job, lost)):
            yield event
        await self._save(replace(job, state=JobState.DONE))
        self._parts.reached("joined")
        self.joined[job.id] = job, joiner.lines
        for notice in left_out_lines(job.name, joiner.lines):
            yield notice
        await self._forget(job, paths)

    async def _forget(self, job: Job, paths: list[Path]) -> None:
        """Delete the files of a job, here and at the provider."""
        for path in (*paths, self.path(job.file_hash)):
            path.unlink(missing_ok=True)
        if job.input_file is not None:
            with suppress(EndpointError):  # it expires by itself
                await self._api.delete(job.input_file)

    async def _save(self, job: Job) -> Job:
        return await self._session.store(lambda db: save_job(db, self._session.lease, job, self._parts.now()))

    def _metadata(self, job: Job) -> dict[str, str]:
        """Stored with a job at the provider, so that it is found again."""
        return {"emowb_run": run_mark(self._parts.run), "emowb_part": str(job.part), "emowb_file": job.file_hash}


def job_update(job: Job, remote: RemoteJob | None = None) -> JobUpdate:
    """How a job stands, as it was just looked at."""
    if remote is None:
        return JobUpdate(name=job.name, status=job.state, n_requests=job.n_requests)
    return JobUpdate(
        name=remote.id,
        status=remote.status,
        n_requests=job.n_requests,
        n_answered=remote.n_answered,
        n_failed=remote.n_failed,
    )


def ended_job(job: Job, remote: RemoteJob) -> Job:
    """A job that has ended at the provider."""
    state = _ENDS[remote.status]
    error = remote.error or _WHY.get(state)
    return replace(job, state=state, output_file=remote.output_file, error_file=remote.error_file, error=error)


def reply_without_answer(job: Job, lost: str | None) -> Reply:
    """The fault that is stored for a request without an answer; `lost` is why a file of answers could not be fetched.

    A job that was rejected or cancelled counts as no fault of its requests.
    """
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        return Reply(outcome=Outcome.FAILED, fault=Fault.STOP, error=job.error)
    words = lost or f"{job.name} has come to its end without an answer to it"
    return Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, error=words)


def left_out_lines(name: str, lines: AnswerLines) -> Iterator[RunNotice]:
    """Lines in files of answers that were not used."""
    for count, what in (
        (lines.unknown, "that answer no request of this run"),
        (lines.repeated, "for requests that have their answer"),
        (lines.broken, "that could not be read"),
    ):
        if count:
            yield RunNotice(f"{name}: left out {count:,} lines {what}")


def jobs_left(jobs: list[Job], host: str) -> Iterator[RunNotice]:
    """What happens to jobs that are not waited for."""
    there = [job.name for job in jobs if job.state is not JobState.PLANNED]
    if there:
        yield RunNotice(f"left at {host}, which goes on with it: {', '.join(there)}; the same command fetches it later")
