"""How a run's requests get to a model: one by one, or by jobs of the endpoint's Batch API."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from workbench.cli.output import say, show_table
from workbench.cli.run_display import EVERY_S
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.application.endpoints import Connection
    from workbench.domain.endpoints import Endpoint
    from workbench.domain.events import JobEvent, JobSeen
    from workbench.domain.runs import Run
    from workbench.pipeline.sending.run_parts import Stop
    from workbench.settings import Settings
    from workbench.storage.workspace.database import Database

_JOBS_TOLD_EVERY_S: Final = 600.0
"""A job takes hours."""


class Via(StrEnum):
    """The two ways."""

    REQUESTS = "requests"
    BATCH = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One of the two ways, and what was asked of it."""

    via: Via = Via.REQUESTS
    waits: bool = True
    """Whether jobs are waited for."""
    cancels: bool = False
    """Whether jobs are ended instead."""

    @property
    def is_batch(self) -> bool:
        """Whether by jobs."""
        return self.via is Via.BATCH

    @property
    def flags(self) -> str:
        """What the same command needs to go on in the same way."""
        return " --via batch" if self.is_batch else ""

    @property
    def told_every_s(self) -> float:
        """Between two plain lines about how it stands."""
        return _JOBS_TOLD_EVERY_S if self.is_batch else EVERY_S

    def check(self, endpoint: "Endpoint", dataset: str) -> None:
        """Raises UsageError where the endpoint cannot do it, or the flags say nothing together."""
        if not self.is_batch:
            if self.cancels or not self.waits:
                raise UsageError("--no-wait and --cancel are about jobs; add --via batch")
            return
        if not endpoint.batch_api:
            raise UsageError(
                f"endpoint {endpoint.name} has no Batch API that emowb knows of; leave out --via batch, or have a "
                f"file answered by vllm run-batch: `emowb batch-file write {dataset} --out requests.jsonl` "
                f"(if it has one, put batch_api = true under [endpoints.{endpoint.name}] in emowb.toml)"
            )

    async def events(
        self, settings: "Settings", db: "Database", run: "Run", connection: "Connection", stop: "Stop"
    ) -> "AsyncGenerator[JobEvent]":
        """Have what is open of a run answered."""
        from contextlib import aclosing

        from workbench.application.send_run import run_events

        events: AsyncGenerator[JobEvent]
        if self.is_batch:
            from workbench.application.batch_jobs import job_events

            events = job_events(settings, db, run, connection, stop, waits=self.waits, cancels=self.cancels)
        else:
            events = run_events(settings, db, run, connection, stop)
        async with aclosing(events):
            async for event in events:
                yield event


REQUESTS: Final = Way()


def say_what_travels(db: "Database", run: "Run", way: Way) -> None:
    """Say what is not asked by requests, since it is asked already."""
    from workbench.storage.runs.jobs import count_unanswered, load_jobs

    away = count_unanswered(db, run.id)
    for job in load_jobs(db, run.id, unfinished=True):
        if job.id not in away or (way.is_batch and not job.is_file):
            continue
        if job.is_file:
            how = f"`emowb batch-file read {run.dataset} --run {run.name} ANSWERS` reads its answers"
            say(f"{away[job.id]:,} requests are out in the file {job.input_file} and are not asked: {how}")
        else:
            how = f"`emowb run {run.dataset} --name {run.name} --via batch` fetches them"
            say(f"{away[job.id]:,} requests are at {job.endpoint} in job {job.name} and are not asked twice: {how}")


def job_line(event: "JobSeen") -> str:
    """How a job stands, for people."""
    counts = f", {event.n_answered:,} answered" if event.n_answered or event.n_failed else ""
    failed = f", {event.n_failed:,} failed" if event.n_failed else ""
    return f"job {event.name}: {event.status}, {event.n_requests:,} requests{counts}{failed}"


def jobs_json(db: "Database", run: "Run") -> list[dict[str, Any]]:
    """The jobs of a run in the shape of `--json`; `out` is how many of their requests are without an answer."""
    from workbench.storage.runs.jobs import count_unanswered, load_jobs

    away = count_unanswered(db, run.id)
    return [
        {
            "job": job.input_file if job.is_file else job.name,
            "endpoint": job.endpoint,
            "state": job.state,
            "requests": job.n_requests,
            "out": away.get(job.id, 0),
            "bytes": job.n_bytes,
            "created_at": job.created_at,
            "error": job.error,
        }
        for job in load_jobs(db, run.id)
    ]


def show_jobs(jobs: Sequence[Mapping[str, Any]]) -> None:
    """Jobs as a table; nothing where there is none."""
    if jobs:
        show_table(
            ("job", "at", "state", "#requests", "#out", "#MB", "made", "error"),
            (
                (
                    *(job["job"], job["endpoint"], job["state"], f"{job['requests']:,}", f"{job['out']:,}"),
                    *(f"{job['bytes'] / 1e6:.1f}", job["created_at"][:16].replace("T", " "), job["error"]),
                )
                for job in jobs
            ),
        )
