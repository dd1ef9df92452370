"""Having a run answered: by single requests or by jobs, one handle for both."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Collection, Generator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workbench.application.context import Context
from workbench.application.endpoints import Connection, connected
from workbench.application.run_parts import job_key, job_parts, request_parts
from workbench.application.runs import run_snapshot
from workbench.domain.endpoints import Endpoint
from workbench.domain.events import RunEvent
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import RunSnapshot
from workbench.domain.runs import Run, RunSpec
from workbench.errors import EndpointError, UsageError
from workbench.pipeline import planning
from workbench.pipeline.jobs.job_runner import run_jobs
from workbench.pipeline.sending.run_parts import Stop
from workbench.pipeline.sending.sender import send_run
from workbench.provider.jobs.batch_api import BatchApi
from workbench.storage.runs.run_records import spent_usd

__all__ = [
    "REQUESTS",
    "RunHandle",
    "SendOptions",
    "Stop",
    "Via",
    "open_run",
    "plan_retry",
    "retry_samples",
    "start_run",
]

_NO_DOLLARS = 1e-9
"""A budget that is used up: the run pauses before its first request and says so."""


class Via(StrEnum):
    """The two ways in which a run's requests travel."""

    REQUESTS = "requests"
    BATCH = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOptions:
    """How a run is sent."""

    via: Via = Via.REQUESTS
    waits: bool = True
    """Whether jobs are waited for."""
    cancels: bool = False
    """Whether jobs are ended instead."""

    @property
    def by_jobs(self) -> bool:
        """Whether by jobs of a Batch API."""
        return self.via is Via.BATCH

    def check(self, endpoint: Endpoint, dataset: str) -> None:
        """Raises UsageError where the endpoint cannot do it, or where the options contradict each other."""
        if not self.by_jobs:
            if self.cancels or not self.waits:
                raise UsageError("--no-wait and --cancel are about jobs; add --via batch")
            return
        if not endpoint.batch_api:
            raise UsageError(
                f"endpoint {endpoint.name} has no Batch API that emowb knows of; leave out --via batch, or have a "
                f"file answered by vllm run-batch: `emowb batch-file write {dataset} --out requests.jsonl` "
                f"(if it has one, put batch_api = true under [endpoints.{endpoint.name}] in emowb.toml)"
            )


REQUESTS = SendOptions()


@dataclass(frozen=True, slots=True)
class RunHandle:
    """A run that is about to be sent, or is being sent: read its events to the end."""

    context: Context
    run: Run
    connection: Connection
    options: SendOptions
    stop: Stop = field(default_factory=Stop)
    """Asks the run to stop; says afterwards why it stopped."""

    async def events(self) -> AsyncGenerator[RunEvent]:
        """Have what is open answered; yields each thing that happens, once it is stored.

        Whoever stops reading stops the run. Ends when the run is done, or paused for `stop.reason`. Raises UsageError
        for a budget that cannot be kept, DatabaseError when another process sends the run.
        """
        ways = self._by_jobs() if self.options.by_jobs else self._by_requests()
        async with aclosing(ways) as events:
            async for event in events:
                yield event

    def snapshot(self) -> RunSnapshot:
        """How the run stands now. Blocking; any thread may call it."""
        return run_snapshot(self.context, self.run)

    async def _by_requests(self) -> AsyncGenerator[RunEvent]:
        async with request_parts(self.context, self.run, self.connection) as parts:
            with _rare_collections():
                async with aclosing(send_run(parts, self.stop)) as events:
                    async for event in events:
                        yield event

    async def _by_jobs(self) -> AsyncGenerator[RunEvent]:
        endpoint, options = self.connection.endpoint, self.options
        key = job_key(self.context, self.run, self.connection)
        parts, target = job_parts(self.context, self.run, endpoint, key, answered_by=endpoint.name)
        async with BatchApi(endpoint, key, timeout_s=self.context.settings.timeout_s) as api:
            jobs = run_jobs(parts, target, api, self.stop, waits=options.waits, cancels=options.cancels)
            async with aclosing(jobs) as events:
                async for event in events:
                    yield event


def start_run(
    context: Context,
    run: Run,
    connection: Connection,
    options: SendOptions = REQUESTS,
    *,
    paid_before: Sequence[Run] = (),
) -> RunHandle:
    """A handle on what is open of a run; nothing is sent before its events are read.

    `paid_before` are runs that share the budget of the settings and have spent a part of it.
    """
    settings = context.settings
    if settings.budget_usd is not None and paid_before:
        with context.workspace() as db:
            left_usd = settings.budget_usd - sum(spent_usd(db, other.id) for other in paid_before)
        context = replace(context, settings=replace(settings, budget_usd=max(left_usd, _NO_DOLLARS)))
    return RunHandle(context, run, connection, options)


def open_run(context: Context, name: str, spec: RunSpec) -> tuple[Run, bool]:
    """The run of that name, made where there is none; and whether it was there before.

    Raises UsageError with the difference where the name stands for another spec, DataError where the data set has not
    been imported or holds nothing.
    """
    with context.workspace() as db:
        return planning.open_run(db, name, spec)


def require_names(context: Context, plans: Sequence[tuple[str, RunSpec]]) -> None:
    """Raises UsageError where one of these names stands for a run of another spec already."""
    with context.workspace() as db:
        for name, spec in plans:
            planning.stored_run(db, name, spec)


def plan_retry(
    context: Context, run: Run, statuses: Collection[PredictionStatus], sample_ids: Sequence[str] = ()
) -> int:
    """Plan to ask again about samples of these statuses, and about these samples; returns how many are planned.

    Raises UsageError for a sample that has an answer, DataError for one that the run does not hold.
    """
    with context.workspace() as db:
        return planning.plan_again(db, run, [*planning.samples_with(db, run, statuses), *sample_ids])


def retry_samples(context: Context, run: Run, sample_ids: Sequence[str]) -> Generator[RunEvent]:
    """Ask again about samples, in the thread that iterates; yields each thing that happens, once it is stored.

    Raises EndpointError where something stops the run, and whatever `plan_retry` and `RunHandle.events` raise.
    """
    with connected(context, run.spec.endpoint) as connection:
        plan_retry(context, run, (), sample_ids)
        handle = start_run(context, run, connection)
        yield from _in_this_thread(handle.events())
        if handle.stop.reason is not None:
            raise EndpointError(handle.stop.reason)


def _in_this_thread(events: AsyncGenerator[RunEvent]) -> Generator[RunEvent]:
    """An asynchronous generator, one step at a time, for a thread without an event loop."""

    async def step() -> RunEvent | None:
        return await anext(events, None)

    async def close() -> None:
        await events.aclose()

    with asyncio.Runner() as runner:
        try:
            while (event := runner.run(step())) is not None:
                yield event
        finally:
            runner.run(close())


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for garbage in cycles less often: a run makes little of it, and to look costs a tenth of its time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
