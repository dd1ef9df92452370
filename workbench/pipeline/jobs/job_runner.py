"""Has what is open of a run answered by an offline Batch API.

In each round, what is open is written into files (`job_writer`), each file is uploaded and made a job, and the jobs are
waited for, fetched and joined (`job_steps`, `answer_joiner`). What is open then, because it was refused, cut short or
left unanswered, is the next round. Each step is stored before the next one is taken, and a job is looked for before it
is created, so that a killed round is resumed where it was and nothing is paid for twice. Whoever stops reading the
events leaves the jobs at the provider, for the same command to fetch.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import Final

from workbench.domain.events import MediaFailed, RunEvent
from workbench.domain.jobs import Job, JobState
from workbench.errors import EndpointError
from workbench.pipeline.jobs.job_steps import JobSteps, jobs_left
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.jobs.job_writer import JobWriter
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.pipeline.sending.run_session import RunSession, rest, run_session
from workbench.provider.jobs.batch_api import BatchApi
from workbench.provider.jobs.job_files import reporting_disk_errors
from workbench.storage.runs.run_records import spent_usd

_MOST_ROUNDS: Final = 40
"""Halving twenty samples down to the one that is refused takes twelve rounds."""
_FIRST_WAIT_S: Final = 5.0
_LONGEST_WAIT_S: Final = 120.0
_GROWTH: Final = 1.5
_FULL: Final = "token_limit_exceeded"
"""The provider holds as many requests of this account as it takes: no reason to pause while other jobs go on."""


async def run_jobs(
    parts: RunParts, target: JobTarget, api: BatchApi, stop: Stop, *, waits: bool = True, cancels: bool = False
) -> AsyncGenerator[RunEvent]:
    """Have all open batches of a run answered by jobs; without `waits`, look once at each job and leave it there.

    With `cancels`, end all jobs of the run instead, keep what they have answered, and give the rest back. Raises
    DatabaseError when another process holds the run or the workspace cannot be written for minutes, DataError when
    files cannot be. At the end the run is done or paused; `stop.reason` says why it paused, unless only jobs are
    waited for.
    """
    async with run_session(parts, stop, is_by_jobs=True) as session:
        runner = _Runner(session, target, api, waits=waits)
        try:
            events = session.counted(runner.ending() if cancels else runner.rounds())
            async with aclosing(events):
                async for event in events:
                    yield event
        except EndpointError as error:
            stop.set(str(error))
        finally:
            runner.tidy_up()


class _Runner:
    def __init__(self, session: RunSession, target: JobTarget, api: BatchApi, *, waits: bool) -> None:
        self._session = session
        self._target = target
        self._steps = JobSteps(session, target, api)
        self._stop = session.stop
        self._waits = waits
        self._stopped = asyncio.Event()
        self._stop.on_set(self._stopped.set)
        self._bad: set[str] = set()
        """Samples with bad media that were reported already: each round meets them again."""

    async def rounds(self) -> AsyncGenerator[RunEvent]:
        await self._make_folder()
        for _ in range(_MOST_ROUNDS):
            self._steps.joined.clear()
            for job in await self._steps.unfinished():
                async for event in self._submit(job):
                    yield event
            async for event in self._plan():
                yield event
            jobs = await self._steps.unfinished()
            async for event in self._collect(jobs):
                yield event
            self._pause_if_useless()
            left = await self._steps.unfinished()
            if self._stop.is_set or left or not self._steps.joined:
                for told in jobs_left(left, self._target.endpoint.host):
                    yield told
                return
        self._stop.set(f"after {_MOST_ROUNDS} rounds of jobs some requests are still open")

    async def ending(self) -> AsyncGenerator[RunEvent]:
        """End all jobs, and keep what they have answered."""
        await self._make_folder()
        for job in await self._steps.unfinished():
            async for event in self._steps.cancel(job):
                yield event
        async for event in self._collect(await self._steps.unfinished()):
            yield event

    def tidy_up(self) -> None:
        """Remove the folder where it is empty."""
        with suppress(OSError):
            self._target.folder.rmdir()

    async def _plan(self) -> AsyncGenerator[RunEvent]:
        """Write what is open into files, and submit each as soon as it is complete."""
        room_usd = await self._room_usd()
        writer = JobWriter(self._session, self._target, self._target.folder, self._steps.path, room_usd)
        async with aclosing(writer.jobs()) as planned:
            async for one in planned:
                if isinstance(one, MediaFailed):
                    if one.sample_id not in self._bad:
                        self._bad.add(one.sample_id)
                        yield one
                    continue
                async for event in self._submit(one):
                    yield event
                if one.id in self._steps.joined:  # rejected, and so would the next ones be
                    break
        if writer.is_budget_used_up and not await self._steps.unfinished():
            limit_usd = self._target.budget_usd or 0.0
            spent = f"${limit_usd - (room_usd or 0.0):,.4f} spent"
            self._stop.set(f"the budget of ${limit_usd:,.2f} is used up ({spent})", is_limit=True)

    async def _submit(self, job: Job) -> AsyncGenerator[RunEvent]:
        if not self._stop.is_set:
            async for event in self._steps.submit(job):
                yield event

    async def _collect(self, jobs: Sequence[Job]) -> AsyncGenerator[RunEvent]:
        """Wait until every job has ended, and join each when it has."""
        waiting = [job for job in jobs if job.state not in (JobState.PLANNED, JobState.UPLOADED)]
        wait_s = _FIRST_WAIT_S
        while waiting and not self._stop.is_set:
            for job in waiting:
                async for event in self._steps.look(job):
                    yield event
            waiting = [job for job in waiting if job.id not in self._steps.joined]
            if not self._waits:
                return
            if waiting:
                await rest(self._stopped, wait_s, self._session.parts.sleep)
                wait_s = min(wait_s * _GROWTH, _LONGEST_WAIT_S)

    def _pause_if_useless(self) -> None:
        """Pause the run where another round would bring no more answers."""
        is_answered = any(lines.answered for _, lines in self._steps.joined.values())
        for job, lines in self._steps.joined.values():
            if lines.stopped is not None and not (is_answered and lines.stopped.startswith(_FULL)):
                return self._stop.set(lines.stopped)
            if not is_answered:
                self._stop.set(f"{job.name} brought no answer: {lines.error}")
        return None

    async def _room_usd(self) -> float | None:
        budget_usd, run_id = self._target.budget_usd, self._session.parts.run.id
        if budget_usd is None:
            return None
        return budget_usd - await self._session.store(lambda db: spent_usd(db, run_id))

    async def _make_folder(self) -> None:
        """Make the run's folder, and remove what a killed process left in it."""
        folder = self._target.folder
        needed = {self._steps.path(job.file_hash).name for job in await self._steps.unfinished()}
        with reporting_disk_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in folder.iterdir():
                if path.name not in needed:
                    path.unlink()
