"""Jobs that are files of the user's own: written for a program such as `vllm run-batch`, and read when it is done.

Lines and joining are the same as with a provider. Requests that a file of answers leaves out keep waiting, since the
answers may come in several files; `give_back_files` opens them again.
"""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.domain.events import MediaFailed
from workbench.domain.jobs import Job, JobState
from workbench.domain.messages import Fault, Outcome, Reply
from workbench.errors import DataError, UsageError
from workbench.pipeline.jobs.answer_joiner import AnswerJoiner, AnswerLines
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.jobs.job_writer import JobWriter
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.pipeline.sending.run_session import RunSession, run_session
from workbench.storage.runs.jobs import count_unanswered, load_jobs, save_job
from workbench.storage.workspace.database import Database


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of requests that was written."""

    job: Job | None
    """None: nothing was open."""
    bad: tuple[MediaFailed, ...]


async def write_job_file(parts: RunParts, target: JobTarget, out: Path) -> WrittenFile:
    """Write all that is open of a run into the file `out`; from then on it is not sent elsewhere.

    A file of that name is replaced. Raises DataError where it cannot be written.
    """
    bad, job = [], None
    async with run_session(parts, Stop(), is_by_jobs=True) as session:
        writer = JobWriter(session, target, out.parent, lambda _: out)
        async with aclosing(writer.jobs()) as written:
            async for one in written:
                if isinstance(one, MediaFailed):
                    bad.append(one)
                else:
                    job = one
    return WrittenFile(job, tuple(bad))


async def read_job_files(parts: RunParts, target: JobTarget, paths: Sequence[Path]) -> tuple[AnswerLines, int]:
    """Read files of answers; returns what they held, and how many of the run's requests are still out in files.

    Raises UsageError where the run has no file out, DataError for files that answer nothing of it.
    """
    async with run_session(parts, Stop(), is_by_jobs=True) as session:
        jobs = await _jobs(session)
        if not jobs:
            raise UsageError(f"run {parts.run.name} has written no file; `emowb batch-file write` does that")
        joiner = AnswerJoiner(session, target, jobs)
        async with aclosing(joiner.join(paths)) as saved:
            async for _ in saved:
                pass
        lines = joiner.lines
        if not lines.joined and not lines.repeated:
            raise DataError(
                f"{', '.join(map(str, paths))}: none of {lines.total:,} lines answers a request of run "
                f"{parts.run.name} ({lines.broken:,} are no answers at all); is it the file that the program wrote?"
            )
        return lines, await _close(session, jobs)


async def give_back_files(parts: RunParts, target: JobTarget) -> int:
    """Open all requests again that wait in files; returns how many. Their answers come too late then."""
    async with run_session(parts, Stop(), is_by_jobs=True) as session:
        jobs = await _jobs(session)
        joiner, count = AnswerJoiner(session, target, jobs), 0
        why = Reply(outcome=Outcome.FAILED, fault=Fault.STOP, error="given back: its file was not answered")
        async with aclosing(joiner.give_back(why)) as saved:
            async for _ in saved:
                count += 1
        await _close(session, jobs)
    return count


async def _jobs(session: RunSession) -> list[Job]:
    """The run's files, also those that are done."""
    run_id = session.parts.run.id
    return [job for job in await session.store(lambda db: load_jobs(db, run_id)) if job.is_file]


async def _close(session: RunSession, jobs: Sequence[Job]) -> int:
    """Mark files as done of which no request waits any more; returns how many requests still wait."""
    parts = session.parts

    def work(db: Database) -> int:
        away = count_unanswered(db, parts.run.id)
        for job in jobs:
            if job.id not in away and job.state is not JobState.DONE:
                save_job(db, session.lease, replace(job, state=JobState.DONE), parts.now())
        return sum(away.get(job.id, 0) for job in jobs)

    return await session.store(work)
