"""What becomes of a job, and how it is told. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from workbench.domain.events import Held, JobSeen
from workbench.domain.jobs import Job, JobState
from workbench.domain.messages import Fault, Outcome, Reply
from workbench.pipeline.jobs.answer_joiner import AnswerLines
from workbench.provider.jobs.remote_jobs import RemoteJob

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


def seen(job: Job, remote: RemoteJob | None = None) -> JobSeen:
    """How a job stands, as it was just seen."""
    if remote is None:
        return JobSeen(name=job.name, status=job.state, n_requests=job.n_requests)
    return JobSeen(
        name=remote.id,
        status=remote.status,
        n_requests=job.n_requests,
        n_answered=remote.n_answered,
        n_failed=remote.n_failed,
    )


def ended(job: Job, remote: RemoteJob) -> Job:
    """A job of which nothing more will come."""
    state = _ENDS[remote.status]
    error = remote.error or _WHY.get(state)
    return replace(job, state=state, output_file=remote.output_file, error_file=remote.error_file, error=error)


def unanswered(job: Job, lost: str | None) -> Reply:
    """What a request has come to of which the answers say nothing; `lost` is why a file of them could not be had.

    A job that was not taken or was ended is no fault of its requests; one that was worked on may be.
    """
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        return Reply(outcome=Outcome.FAILED, fault=Fault.STOP, error=job.error)
    words = lost or f"{job.name} has come to its end without an answer to it"
    return Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, error=words)


def oddities(name: str, lines: AnswerLines) -> Iterator[Held]:
    """What a file of answers held that answers nothing of ours."""
    for count, what in (
        (lines.unknown, "that answer no request of this run"),
        (lines.repeated, "for requests that have their answer"),
        (lines.broken, "that could not be read"),
    ):
        if count:
            yield Held(f"{name}: left out {count:,} lines {what}")


def staying(jobs: list[Job], host: str) -> Iterator[Held]:
    """What becomes of jobs that nobody waits for."""
    there = [job.name for job in jobs if job.state is not JobState.PLANNED]
    if there:
        yield Held(f"left at {host}, which goes on with it: {', '.join(there)}; the same command fetches it later")
