"""Where the rooms are put together: the one place that knows which parts a command or a screen gets."""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.domain.datasets import DatasetCard
from workbench.domain.replies import Request
from workbench.domain.runs import Run, RunSpec
from workbench.domain.samples import Frame, Sample
from workbench.domain.tasks import FramePolicy
from workbench.errors import EndpointError, UsageError
from workbench.pipeline.events import RunEvent
from workbench.pipeline.planning import plan_again, utc_now
from workbench.pipeline.stopping import Stop
from workbench.provider.endpoints import EMBEDDED, Endpoint
from workbench.provider.offered import OfferedModel, model_among
from workbench.provider.secrets import NO_KEY, ApiKey, read_keys
from workbench.review.session import ReviewSession
from workbench.settings import Settings, endpoint_named
from workbench.storage.database import Database, open_workspace
from workbench.storage.runs import load_run, load_runs
from workbench.storage.samples import load_dataset

if TYPE_CHECKING:
    from workbench.embedded.trouble import Trouble
    from workbench.media.frames import FrameRequest  # brings cv2 along
    from workbench.pipeline.estimating import Estimate
    from workbench.pipeline.pacing import RunPace
    from workbench.pipeline.running import Channel
    from workbench.provider.budget import Budget
    from workbench.provider.lanes import Lane, LaneState, Limits
    from workbench.provider.prices import PriceTable


_CACHE_BYTES: Final = 2_000_000_000
_MOST_FILES: Final = 8_192
_OTHER_FILES: Final = 120
"""Left for everything that is no connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewParts:
    """All that the review screen needs of the house. Everything here may block: call it off the screen's loop."""

    card: DatasetCard
    run: Run
    reviewer: str
    open_session: Callable[[], ReviewSession]
    """Open the workspace for one thread; call it in that thread, and close `session.db` there."""
    clip_length: Callable[[Sample], int]
    """How many frames a sample has; 1 for a single image."""
    clip_frame: Callable[[Sample, int, int], Frame]
    """The frame at a position (0-based), at most so many pixels on its longest side."""
    sent_indices: Callable[[Sample], tuple[int, ...]]
    """The positions of the frames that the run sends."""
    frame_numbers: Callable[[Sample], tuple[int, ...]]
    """The owner's frame number of every position."""
    ask_again: Callable[[Sequence[str]], Generator[RunEvent]]
    """Send samples once more; yields as replies are stored, and raises WorkbenchError when it cannot be done."""
    export: Callable[[], list[Path]]
    """Write the run's files; returns their paths."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An endpoint with its keys: ready to be asked."""

    endpoint: Endpoint
    keys: tuple[ApiKey, ...]
    """At least one, each with limits of its own."""
    partners: "tuple[Connection, ...]" = ()
    """The endpoints that share its work."""

    @property
    def key(self) -> ApiKey:
        """The first key, for what is asked once."""
        return self.keys[0]

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """All endpoints that a run's requests may go to."""
        return (self.endpoint, *(partner.endpoint for partner in self.partners))


@contextmanager
def connected(
    settings: Settings,
    name: str,
    environment: Mapping[str, str],
    trouble: "Trouble | None" = None,
    *,
    needs_key: bool = True,
) -> Iterator[Connection]:
    """An endpoint by name, with those that share its work.

    The embedded one is started for the time of the block, with `trouble` where asked for. Raises UsageError for an
    unknown name and, where one is needed, EndpointError for a missing key.
    """

    def keys(endpoint: Endpoint) -> tuple[ApiKey, ...]:
        try:
            return read_keys(endpoint, environment)
        except EndpointError:
            if needs_key:
                raise
            return (NO_KEY,)

    if name == EMBEDDED:
        from workbench.embedded.server import EndpointServer

        with EndpointServer(trouble=trouble) as server:
            yield Connection(Endpoint(name=EMBEDDED, base_url=server.base_url), (NO_KEY,))
    else:
        endpoint = endpoint_named(settings, name)
        partners = tuple(
            Connection(partner, keys(partner))
            for partner in (endpoint_named(settings, other) for other in endpoint.shares_with)
        )
        yield Connection(endpoint, keys(endpoint), partners)


def endpoint_name(settings: Settings, flag: str | None, stored: RunSpec | None = None) -> str:
    """The endpoint that a command means. Raises EndpointError that says what to set when there is none."""
    name = flag or (stored.endpoint if stored else settings.endpoint)
    if name is None:
        raise EndpointError(
            "no endpoint is set; name one with --endpoint (openai, vllm, ollama, ...), set OPENAI_API_KEY, "
            "or try `--endpoint embedded`, which needs no key and no network"
        )
    return name


async def offered_models(connection: Connection) -> list[OfferedModel]:
    """What the endpoint offers; empty where it does not tell. Raises EndpointError when nobody answers."""
    from workbench.provider.client import EndpointClient

    async with EndpointClient(connection.endpoint, connection.key) as client:
        return await client.models()


async def choose_model(connection: Connection, wanted: str | None, tell: Callable[[str], None]) -> str:
    """The model to ask: the wanted one, or the only one there is. `tell` hears of one that ends, or has ended.

    Raises EndpointError when nobody answers, and UsageError that lists the endpoint's models when there is a choice
    to be made or the wanted one is not among them.
    """
    model = model_among(connection.endpoint, await offered_models(connection), wanted)
    notice = model.notice(datetime.now(UTC).date())
    if notice is not None:
        tell(f"warning: {notice}")
    return model.name


@dataclass(slots=True)
class Pulse:
    """Lets a screen look at a run while it goes on. Empty until it has begun."""

    lanes: "tuple[Lane, ...]" = ()

    def states(self) -> "list[LaneState]":
        """How each lane stands now."""
        now = time.monotonic()
        return [lane.state(now) for lane in self.lanes]


async def run_events(
    settings: Settings, db: Database, run: Run, connection: Connection, stop: Stop, pulse: Pulse | None = None
) -> AsyncGenerator[RunEvent]:
    """Send what is open of a run over a connection, until it is done or `stop` is set.

    Raises UsageError for a budget where the model's price is not known.
    """
    from workbench.domain.batches import retry_policy
    from workbench.media.frame_cache import FrameCache
    from workbench.pipeline.asked import Expected
    from workbench.pipeline.running import RunnerParts, send_run
    from workbench.provider.estimates import estimate_request
    from workbench.provider.prices import cost_usd, load_prices

    dataset = load_dataset(db, run.dataset)
    wanted, spec = frame_request(run.spec), run.spec
    cache = FrameCache(settings.cache / "frames", _CACHE_BYTES)
    prices = load_prices(settings.prices)

    def expect(request: Request, samples: int) -> Expected:
        about = estimate_request(request, samples=samples, labels=spec.labels, prices=prices)
        return Expected(about.tokens, about.cost_usd)

    async with AsyncExitStack() as stack:
        stack.enter_context(_rare_collections())
        channels = [await stack.enter_async_context(one) for one in _channels(settings, db, run, connection)]
        if pulse is not None:
            pulse.lanes = tuple(channel.lane for channel in channels)
        parts = RunnerParts(
            open_db=lambda: open_workspace(settings.db, any_thread=True),
            card=dataset.card,
            run=run,
            channels=channels,
            frames=lambda sample: cache.frames(dataset.root, sample, wanted),
            price=lambda model, usage: cost_usd(model, usage, prices, asked=spec.model),
            expect=expect,
            now=utc_now,
            policy=retry_policy(spec.retry, spec.batch_size),
            budget=_budget(settings, db, run, prices),
        )
        async with aclosing(send_run(parts, stop)) as events:  # closed with this one, not when it is collected
            async for event in events:
                yield event


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


def _channels(
    settings: Settings, db: Database, run: Run, connection: Connection
) -> "Iterator[AbstractAsyncContextManager[Channel]]":
    """One channel for each key of each endpoint, with its limits and what it has sent today."""
    from workbench.pipeline.running import Channel
    from workbench.provider.client import EndpointClient
    from workbench.provider.lanes import Lane
    from workbench.storage.attempts import count_asked_today

    open_files = most_open_files()

    @asynccontextmanager
    async def channel(endpoint: Endpoint, key: ApiKey) -> AsyncIterator[Channel]:
        limits = lane_limits(settings, endpoint, open_files)
        before = count_asked_today(db, endpoint.name, key.name or None, datetime.now(UTC)) if limits.rpd else ()
        name = f"{endpoint.name}/{key.name}" if len(one.keys) > 1 else endpoint.name
        async with EndpointClient(endpoint, key, timeout_s=settings.timeout_s) as client:
            yield Channel(
                lane=Lane(name, limits, time.monotonic(), asked_before=before),
                source=client,
                endpoint=endpoint.name,
                key_name=key.name or None,
                images_per_request=endpoint.images_per_request,
            )

    for one in (connection, *connection.partners):
        endpoint = as_probed(db, run, one.endpoint)
        for key in one.keys:
            yield channel(endpoint, key)


def as_probed(db: Database, run: Run, endpoint: Endpoint) -> Endpoint:
    """The endpoint as a probe found it to be, if there was one; what it found is kept with the run."""
    from workbench.provider.findings import adapted
    from workbench.storage.probes import load_probe
    from workbench.storage.runs import save_endpoint_record

    record = load_probe(db, endpoint.name, run.spec.model)
    if record is None or record.get("base_url") != endpoint.base_url:
        return endpoint
    if endpoint.name == run.spec.endpoint:
        save_endpoint_record(db, run.id, record)
    return adapted(endpoint, record)


def lane_limits(settings: Settings, endpoint: Endpoint, most_in_flight: int | None = None) -> "Limits":
    """The limits of one key of an endpoint: a flag or variable wins over the endpoint's own, that over the general."""
    from workbench.provider.lanes import Limits

    def limit(name: str, general: int | None, own: int | None) -> int | None:
        said = settings.source_of(name)
        return general if said == "command line" or said.startswith("$") else own or general

    return Limits(
        rpm=limit("rpm", settings.rpm, endpoint.rpm),
        tpm=limit("tpm", settings.tpm, endpoint.tpm),
        rpd=limit("rpd", settings.rpd, endpoint.rpd),
        concurrency=limit("concurrency", settings.concurrency, endpoint.concurrency),
        most_in_flight=most_in_flight,
    )


def most_open_files() -> int:
    """How many connections this process may hold, after asking for as many as it is allowed."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(max(soft, wanted) - _OTHER_FILES, 8)


def _budget(settings: Settings, db: Database, run: Run, prices: "PriceTable") -> "Budget | None":
    """What the run may still cost. Raises UsageError where nobody could tell."""
    from workbench.provider.budget import Budget
    from workbench.storage.runs import spent_usd

    if settings.budget_usd is None:
        return None
    if prices.price_of(run.spec.model) is None:
        raise UsageError(
            f"--budget needs the price of {run.spec.model}; put it under "
            f'[prices."{run.spec.model}"] in emowb.toml as input_usd and output_usd, per million tokens'
        )
    return Budget(settings.budget_usd, spent_usd(db, run.id))


def estimate(
    settings: Settings,
    db: Database,
    spec: RunSpec,
    connection: Connection,
    batches: Sequence[Sequence[str]],
    *,
    batch_api: bool = False,
    samples: int | None = None,
) -> "Estimate":
    """What it will take to ask about these batches of samples over a connection. Decodes the frames of a few."""
    from workbench.media.frame_cache import FrameCache
    from workbench.pipeline.estimating import estimate_run
    from workbench.provider.prices import load_prices

    root = load_dataset(db, spec.dataset).root
    wanted = frame_request(spec)
    cache = FrameCache(settings.cache / "frames", _CACHE_BYTES)
    return estimate_run(
        db,
        spec,
        batches,
        frames=lambda sample: cache.frames(root, sample, wanted),
        pace=replace(_pace(settings, db, spec, connection), batch_api=batch_api),
        prices=load_prices(settings.prices),
        samples=samples,
    )


def _pace(settings: Settings, db: Database, spec: RunSpec, connection: Connection) -> "RunPace":
    """The limits of all keys together, and the time that replies took lately."""
    from workbench.pipeline.pacing import RunPace
    from workbench.storage.latencies import typical_latency_s

    lanes = [lane_limits(settings, one.endpoint) for one in (connection, *connection.partners) for _ in one.keys]

    def summed(limits: Iterable[int | None]) -> int | None:
        known = [limit for limit in limits if limit is not None]
        return sum(known) if len(known) == len(lanes) else None

    return RunPace(
        rpm=summed(lane.rpm for lane in lanes),
        tpm=summed(lane.tpm for lane in lanes),
        rpd=summed(lane.rpd for lane in lanes),
        in_flight=summed(lane.concurrency for lane in lanes),
        latency_s=typical_latency_s(db, spec.endpoint, spec.model),
    )


def review_parts(settings: Settings, environment: Mapping[str, str], dataset: str, run_name: str | None) -> ReviewParts:
    """What the review screen gets. Raises DataError or UsageError when there is nothing to look at."""
    from workbench.media.frames import clip_frame, clip_length, frame_numbers, sample_frames

    db = open_workspace(settings.db)
    try:
        imported = load_dataset(db, dataset)
        run = chosen_run(db, dataset, run_name)
    finally:
        db.close()
    card, root = imported.card, imported.root
    wanted = frame_request(run.spec)
    return ReviewParts(
        card=card,
        run=run,
        reviewer=settings.reviewer,
        open_session=lambda: ReviewSession(open_workspace(settings.db), run, card, settings.reviewer, utc_now),
        clip_length=lambda sample: clip_length(root, sample),
        clip_frame=lambda sample, index, longest_side_px: clip_frame(root, sample, index, longest_side_px),
        sent_indices=lambda sample: tuple(frame.index for frame in sample_frames(root, sample, wanted)),
        frame_numbers=lambda sample: frame_numbers(root, sample),
        ask_again=lambda sample_ids: _asked_again(settings, environment, run, sample_ids),
        export=lambda: _exported(settings, card, run),
    )


def chosen_run(db: Database, dataset: str, name: str | None) -> Run:
    """The run of that name, else the one touched last. Raises UsageError when there is none."""
    if name is not None:
        return load_run(db, dataset, name)
    runs = load_runs(db, dataset)
    if not runs:
        raise UsageError(f"{dataset} has no run yet; `emowb run {dataset}` makes one")
    return runs[0]


def frame_request(spec: RunSpec) -> "FrameRequest":
    """How the frames of a run are made."""
    from workbench.media.frames import FrameRequest

    return FrameRequest(policy=FramePolicy.parse(spec.frames), colour=spec.colour, longest_side_px=spec.longest_side_px)


def frames_of(settings: Settings, db: Database, spec: RunSpec) -> Callable[[Sample], tuple[Frame, ...]]:
    """What makes the frames that a run sends of a sample, from the cache where it can. Blocking; raises BadMedia."""
    from workbench.media.frame_cache import FrameCache

    cache, wanted = FrameCache(settings.cache / "frames", _CACHE_BYTES), frame_request(spec)
    root = load_dataset(db, spec.dataset).root
    return lambda sample: cache.frames(root, sample, wanted)


def _asked_again(
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


def _exported(settings: Settings, card: DatasetCard, run: Run) -> list[Path]:
    from workbench.export.tables import export_run

    db = open_workspace(settings.db)
    try:
        return export_run(db, card, run, settings.exports)
    finally:
        db.close()
