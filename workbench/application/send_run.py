"""Where the parts of a runner are put together."""

import asyncio
import gc
import math
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.application.endpoints import Connection, connected
from workbench.application.run_lanes import channels_of, given_limits
from workbench.domain.events import RunEvent
from workbench.domain.messages import Request
from workbench.domain.runs import Run
from workbench.errors import EndpointError, UsageError
from workbench.media.sample_media import media_source
from workbench.pipeline.planning import plan_again, utc_now
from workbench.pipeline.sending.run_parts import Stop
from workbench.settings import Settings
from workbench.storage.samples import load_dataset
from workbench.storage.workspace.database import Database, open_workspace

if TYPE_CHECKING:
    from workbench.domain.prices import PriceTable
    from workbench.pipeline.sending.run_parts import RunParts
    from workbench.provider.limits.own_limits import Budget


async def run_events(
    settings: Settings, db: Database, run: Run, connection: Connection, stop: Stop
) -> AsyncGenerator[RunEvent]:
    """Send what is open of a run over a connection, until it is done or `stop` is set.

    Raises UsageError for a budget where the model's price is not known.
    """
    from workbench.pipeline.sending.sender import send_run
    from workbench.provider.costs.price_list import load_prices
    from workbench.storage.runs.run_control import forget_limits

    prices, given = load_prices(settings.prices), given_limits(settings)
    budget = _budget(settings, db, run, prices)
    async with AsyncExitStack() as stack:
        forget_limits(db, run.id, given)
        stack.enter_context(_rare_collections())
        channels = [await stack.enter_async_context(one) for one in channels_of(settings, db, run, connection)]
        parts = replace(run_parts(settings, db, run, prices), channels=channels, budget=budget, given=given)
        async with aclosing(send_run(parts, stop)) as events:  # closed with this one, not when it is collected
            async for event in events:
                yield event


def run_parts(
    settings: Settings, db: Database, run: Run, prices: "PriceTable", *, batch_api: bool = False
) -> "RunParts":
    """What a run is sent with by either way; `batch_api` decides which prices hold."""
    from workbench.domain.batches import retry_policy
    from workbench.domain.prices import cost_usd
    from workbench.pipeline.sending.prepared_batch import ExpectedCost
    from workbench.pipeline.sending.run_parts import RunParts
    from workbench.provider.costs.request_estimates import estimate_request

    dataset, spec = load_dataset(db, run.dataset), run.spec

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
        now=utc_now,
        policy=retry_policy(spec.retry, spec.batch_size),
    )


def asked_again(
    settings: Settings, environment: Mapping[str, str], run: Run, sample_ids: Sequence[str]
) -> Generator[RunEvent]:
    """Plan and send, in the thread that iterates: a connection, a loop and a database of its own."""
    db = open_workspace(settings.db)
    try:
        with connected(settings, run.spec.endpoint, environment) as connection:
            plan_again(db, run, sample_ids)
            stop = Stop()
            yield from _stepped(run_events(settings, db, run, connection, stop))
            if stop.reason is not None:
                raise EndpointError(stop.reason)
    finally:
        db.close()


def _stepped(events: AsyncGenerator[RunEvent]) -> Generator[RunEvent]:
    """An async iterator, one step at a time, for a thread without a loop."""

    async def step() -> RunEvent | None:
        return await anext(events, None)

    async def finish() -> None:
        await events.aclose()

    with asyncio.Runner() as runner:
        try:
            while (event := runner.run(step())) is not None:
                yield event
        finally:
            runner.run(finish())


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


def _budget(settings: Settings, db: Database, run: Run, prices: "PriceTable") -> "Budget | None":
    """What the run may still cost: anything, where nothing is said; a budget can be given later.

    None where nobody could tell what it costs. Raises UsageError where a budget is to be kept all the same.
    """
    from workbench.provider.limits.own_limits import Budget
    from workbench.storage.runs.run_records import spent_usd

    if settings.budget_usd is not None:
        assert_priced(prices, run.spec.model)
    elif prices.price_of(run.spec.model) is None:
        return None
    limit_usd = math.inf if settings.budget_usd is None else settings.budget_usd
    return Budget(limit_usd, spent_usd(db, run.id))


def assert_priced(prices: "PriceTable", model: str) -> None:
    """Raises UsageError where nobody could tell what a budget has room for."""
    if prices.price_of(model) is None:
        raise UsageError(
            f"--budget needs the price of {model}; put it under "
            f'[prices."{model}"] in emowb.toml as input_usd and output_usd, per million tokens'
        )
