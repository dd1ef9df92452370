"""Where the parts of jobs are put together: for a provider's Batch API, and for files in the user's hands."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from workbench.application.endpoints import Connection
from workbench.application.run_lanes import as_probed
from workbench.application.send_run import run_parts
from workbench.domain.endpoints import EMBEDDED, Endpoint
from workbench.domain.events import JobEvent
from workbench.domain.jobs import FILE_ENDPOINT, run_mark
from workbench.domain.prices import PriceTable
from workbench.domain.runs import Run
from workbench.errors import EndpointError, UsageError
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.provider.api_keys import NO_KEY, ApiKey
from workbench.provider.costs.price_list import load_prices
from workbench.provider.jobs.job_files import NO_LIMITS, OPENAI_LIMITS
from workbench.settings import Settings, endpoint_named
from workbench.storage.runs.jobs import load_jobs
from workbench.storage.workspace.database import Database


async def job_events(
    settings: Settings,
    db: Database,
    run: Run,
    connection: Connection,
    stop: Stop,
    *,
    waits: bool = True,
    cancels: bool = False,
) -> AsyncGenerator[JobEvent]:
    """Have what is open of a run answered by the endpoint's Batch API; see `run_jobs`.

    Raises UsageError for a budget where the price of jobs is not known, EndpointError where the key is missing with
    which a job of the run was made.
    """
    from workbench.pipeline.jobs.job_runner import run_jobs  # brings the openai client along, which files do without
    from workbench.provider.jobs.batch_api import BatchApi

    key = _key(db, run, connection)
    endpoint = connection.endpoint
    parts, target = job_parts(settings, db, run, endpoint, answered_by=endpoint.name, key=key)
    async with (
        BatchApi(endpoint, key, timeout_s=settings.timeout_s) as api,
        aclosing(run_jobs(parts, target, api, stop, waits=waits, cancels=cancels)) as events,
    ):
        async for event in events:
            yield event


def file_parts(settings: Settings, db: Database, run: Run) -> tuple[RunParts, JobTarget]:
    """What is needed to write and read files of a run for a program of the user's own."""
    endpoint = file_endpoint(settings, run.spec.endpoint)
    return job_parts(settings, db, run, endpoint, answered_by=FILE_ENDPOINT, key=NO_KEY)


def file_endpoint(settings: Settings, name: str) -> Endpoint:
    """The endpoint in whose dialect files are written. Raises UsageError for one that no file can be meant for."""
    if name == EMBEDDED:
        raise UsageError("the embedded endpoint reads no files; choose a run of another endpoint")
    return endpoint_named(settings, name)


def job_parts(
    settings: Settings, db: Database, run: Run, endpoint: Endpoint, *, answered_by: str, key: ApiKey
) -> tuple[RunParts, JobTarget]:
    """What jobs need that `answered_by` answers. Raises UsageError for a budget where prices are not known."""
    by_provider = answered_by != FILE_ENDPOINT
    prices = load_prices(settings.prices)
    target = JobTarget(
        endpoint=as_probed(db, run, endpoint),
        answered_by=answered_by,
        key_name=key.name or None,
        masked=key.masked,
        limits=OPENAI_LIMITS if by_provider else NO_LIMITS,
        budget_usd=_budget_usd(settings, run.spec.model, prices) if by_provider else None,
        folder=job_folder(settings, run),
    )
    return run_parts(settings, db, run, prices, batch_api=by_provider), target


def job_folder(settings: Settings, run: Run) -> Path:
    """Where the files of a run's jobs are kept while they are needed."""
    return settings.cache / "jobs" / run_mark(run)


def _key(db: Database, run: Run, connection: Connection) -> ApiKey:
    """The key of the account that has the run's jobs; the first one where there is none yet."""
    names = [job.key_name for job in load_jobs(db, run.id, unfinished=True) if not job.is_file]
    if not names:
        return connection.key
    for key in connection.keys:
        if (key.name or None) == names[0]:
            return key
    raise EndpointError(f"jobs of run {run.name} were made with the key in {names[0]}; set it, so that they are found")


def _budget_usd(settings: Settings, model: str, prices: PriceTable) -> float | None:
    price = prices.price_of(model)
    if settings.budget_usd is not None and (price is None or price.batch_factor is None):
        raise UsageError(
            f"--budget needs the price of {model} for jobs; put it under "
            f'[prices."{model}"] in emowb.toml as input_usd, output_usd and batch_factor (0.5: half the price)'
        )
    return settings.budget_usd
