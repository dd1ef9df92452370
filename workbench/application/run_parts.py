"""What a run is sent with, put together from the settings, the workspace and a connection.

`request_parts` is for single requests, `job_parts` for jobs of a Batch API and for files in the user's hands. Every
key of every endpoint has a lane of its own, with its own limits.
"""

import math
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from workbench.application.context import Context
from workbench.application.endpoints import Connection
from workbench.domain.batches import retry_policy
from workbench.domain.endpoints import Endpoint
from workbench.domain.jobs import FILE_ENDPOINT, run_mark
from workbench.domain.messages import Request
from workbench.domain.prices import PriceTable, cost_usd
from workbench.domain.probe_findings import adapted
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import Run
from workbench.errors import EndpointError, UsageError
from workbench.media.sample_media import media_source
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.channels import Channel
from workbench.pipeline.sending.prepared_batch import ExpectedCost
from workbench.pipeline.sending.run_parts import RunParts
from workbench.provider.api_keys import ApiKey
from workbench.provider.client import EndpointClient
from workbench.provider.costs.price_list import load_prices
from workbench.provider.costs.request_estimates import estimate_request
from workbench.provider.jobs.job_files import NO_LIMITS, OPENAI_LIMITS
from workbench.provider.limits.lane import Lane, Limits
from workbench.provider.limits.own_limits import Budget
from workbench.settings import Settings
from workbench.storage.runs.endpoint_history import count_sent_today, load_probe, sent_lately
from workbench.storage.runs.jobs import load_jobs
from workbench.storage.runs.run_control import forget_limits
from workbench.storage.runs.run_records import save_endpoint_record, spent_usd
from workbench.storage.samples import load_dataset
from workbench.storage.workspace.database import Database, open_workspace

_MOST_FILES: Final = 8_192
_OTHER_FILES: Final = 120
"""Left for everything that is no connection."""
_LIMITS: Final = ("rpm", "tpm", "rpd", "concurrency", "budget_usd")


@asynccontextmanager
async def request_parts(context: Context, run: Run, connection: Connection) -> AsyncIterator[RunParts]:
    """What single requests are sent with, its clients open for the time of the block.

    Raises UsageError for a budget where the model's price is not known.
    """
    settings = context.settings
    prices, given = load_prices(settings.prices), _given_limits(settings)
    async with AsyncExitStack() as stack:
        with context.workspace() as db:
            budget = _budget(settings, db, run, prices)
            forget_limits(db, run.id, given)
            channels = [
                await stack.enter_async_context(_channel(context, db, endpoint, key, is_one_of_many=len(one.keys) > 1))
                for one in (connection, *connection.partners)
                for endpoint in [_as_probed(db, run, one.endpoint)]
                for key in one.keys
            ]
            parts = _common_parts(context, db, run, prices, batch_api=False)
        yield replace(parts, channels=channels, budget=budget, given=given)


def job_parts(
    context: Context, run: Run, endpoint: Endpoint, key: ApiKey, *, answered_by: str
) -> tuple[RunParts, JobTarget]:
    """What jobs need that `answered_by` answers. Raises UsageError for a budget where prices are not known."""
    settings = context.settings
    by_provider = answered_by != FILE_ENDPOINT
    prices = load_prices(settings.prices)
    with context.workspace() as db:
        target = JobTarget(
            endpoint=_as_probed(db, run, endpoint),
            answered_by=answered_by,
            key_name=key.name or None,
            key=key,
            limits=OPENAI_LIMITS if by_provider else NO_LIMITS,
            budget_usd=_job_budget_usd(settings, run.spec.model, prices) if by_provider else None,
            folder=job_folder(settings, run),
        )
        parts = _common_parts(context, db, run, prices, batch_api=by_provider)
    return replace(parts, given=_given_limits(settings)), target


def job_folder(settings: Settings, run: Run) -> Path:
    """Where the files of a run's jobs are kept while they are needed."""
    return settings.cache / "jobs" / run_mark(run)


def job_key(context: Context, run: Run, connection: Connection) -> ApiKey:
    """The key of the account that has the run's jobs; the first key where there is no job yet.

    Raises EndpointError where that key is not set.
    """
    with context.workspace() as db:
        names = [job.key_name for job in load_jobs(db, run.id, unfinished=True) if not job.is_file]
    if not names:
        return connection.key
    for key in connection.keys:
        if (key.name or None) == names[0]:
            return key
    raise EndpointError(f"jobs of run {run.name} were made with the key in {names[0]}; set it, so that they are found")


def lane_limits(settings: Settings, endpoint: Endpoint, most_in_flight: int | None = None) -> Limits:
    """The limits of one key of an endpoint.

    A limit of a flag or variable wins over the endpoint's own, which wins over that of the general settings.
    """

    def limit(name: str, general: int | None, own: int | None) -> int | None:
        source = settings.source_of(name)
        return general if source == "command line" or source.startswith("$") else own or general

    return Limits(
        rpm=limit("rpm", settings.rpm, endpoint.rpm),
        tpm=limit("tpm", settings.tpm, endpoint.tpm),
        rpd=limit("rpd", settings.rpd, endpoint.rpd),
        concurrency=limit("concurrency", settings.concurrency, endpoint.concurrency),
        most_in_flight=most_in_flight,
    )


def _common_parts(context: Context, db: Database, run: Run, prices: PriceTable, *, batch_api: bool) -> RunParts:
    settings, spec, dataset = context.settings, run.spec, load_dataset(db, run.dataset)

    def expect(request: Request, samples: int) -> ExpectedCost:
        about = estimate_request(request, samples=samples, labels=spec.labels, prices=prices, batch=batch_api)
        return ExpectedCost(about.tokens, about.cost_usd)

    return RunParts(
        open_db=lambda: open_workspace(settings.db, any_thread=True),
        card=dataset.card,
        run=run,
        media=media_source(dataset.root, spec, settings.cache / "frames"),
        price=lambda model, usage: cost_usd(model, usage, prices, asked=spec.model, batch=batch_api),
        expect=expect,
        now=context.now,
        policy=retry_policy(spec.retry, spec.batch_size),
    )


@asynccontextmanager
async def _channel(
    context: Context, db: Database, endpoint: Endpoint, key: ApiKey, *, is_one_of_many: bool
) -> AsyncIterator[Channel]:
    """A lane and its client; the lane knows what was sent today and in the last minute."""
    settings, key_name, now = context.settings, key.name or None, datetime.now(UTC)
    limits = lane_limits(settings, endpoint, _most_connections())
    lane = Lane(
        f"{endpoint.name}/{key.name}" if is_one_of_many else endpoint.name,
        limits,
        time.monotonic(),
        sent_last_day=count_sent_today(db, endpoint.name, key_name, now) if limits.rpd else (),
        sent_last_minute=sent_lately(db, endpoint.name, key_name, now),
        patience_s=settings.patience_s,
    )
    async with EndpointClient(endpoint, key, timeout_s=settings.timeout_s) as client:
        yield Channel(lane, client, endpoint.name, key_name, endpoint.images_per_request)


def _as_probed(db: Database, run: Run, endpoint: Endpoint) -> Endpoint:
    """The endpoint as a probe found it to be, if there was one; what it found is kept with the run."""
    record = load_probe(db, endpoint.name, run.spec.model)
    if record is None or record.get("base_url") != endpoint.base_url:
        return endpoint
    if endpoint.name == run.spec.endpoint:
        save_endpoint_record(db, run.id, record)
    return adapted(endpoint, record)


def _given_limits(settings: Settings) -> GivenLimits:
    """The limits of the command line."""
    return GivenLimits(
        **{name: getattr(settings, name) for name in _LIMITS if settings.source_of(name) == "command line"}
    )


def _most_connections() -> int:
    """How many connections this process may hold, after asking for as many files as it is allowed."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(max(soft, wanted) - _OTHER_FILES, 8)


def _budget(settings: Settings, db: Database, run: Run, prices: PriceTable) -> Budget | None:
    """What the run may still cost: without end where nothing is said, since a budget can be given later.

    None where nobody could tell what it costs. Raises UsageError where a budget is to be kept all the same.
    """
    if settings.budget_usd is not None:
        prices.require(run.spec.model)
    elif prices.price_of(run.spec.model) is None:
        return None
    limit_usd = math.inf if settings.budget_usd is None else settings.budget_usd
    return Budget(limit_usd, spent_usd(db, run.id))


def _job_budget_usd(settings: Settings, model: str, prices: PriceTable) -> float | None:
    price = prices.price_of(model)
    if settings.budget_usd is not None and (price is None or price.batch_factor is None):
        raise UsageError(
            f"--budget needs the price of {model} for jobs; put it under "
            f'[prices."{model}"] in emowb.toml as input_usd, output_usd and batch_factor (0.5: half the price)'
        )
    return settings.budget_usd
