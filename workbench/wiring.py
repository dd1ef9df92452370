"""Where the rooms are put together: the one place that knows which parts a command or a screen gets."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.domain.datasets import DatasetCard
from workbench.domain.runs import Run, RunSpec
from workbench.domain.samples import Frame, Sample
from workbench.domain.tasks import FramePolicy
from workbench.errors import EndpointError, UsageError
from workbench.pipeline.events import RunEvent
from workbench.pipeline.planning import plan_again, utc_now
from workbench.pipeline.stopping import Stop
from workbench.provider.endpoints import EMBEDDED, Endpoint
from workbench.provider.secrets import ApiKey, read_key
from workbench.review.session import ReviewSession
from workbench.settings import Settings, endpoint_named
from workbench.storage.database import Database, open_workspace
from workbench.storage.runs import load_run, load_runs
from workbench.storage.samples import load_dataset

if TYPE_CHECKING:
    from workbench.embedded.trouble import Trouble
    from workbench.media.frames import FrameRequest  # brings cv2 along


_CACHE_BYTES: Final = 2_000_000_000


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
    """An endpoint with its key: ready to be asked."""

    endpoint: Endpoint
    key: ApiKey


@contextmanager
def connected(
    settings: Settings, name: str, environment: Mapping[str, str], trouble: "Trouble | None" = None
) -> Iterator[Connection]:
    """An endpoint by name; the embedded one is started for the time of the block, with `trouble` where asked for.

    Raises UsageError for an unknown name and EndpointError for a missing key.
    """
    if name == EMBEDDED:
        from workbench.embedded.server import EndpointServer

        with EndpointServer(trouble=trouble) as server:
            yield Connection(Endpoint(name=EMBEDDED, base_url=server.base_url), ApiKey("none-needed"))
    else:
        endpoint = endpoint_named(settings, name)
        yield Connection(endpoint, read_key(endpoint, environment))


def endpoint_name(settings: Settings, flag: str | None, stored: RunSpec | None = None) -> str:
    """The endpoint that a command means. Raises EndpointError that says what to set when there is none."""
    name = flag or (stored.endpoint if stored else settings.endpoint)
    if name is None:
        raise EndpointError(
            "no endpoint is set; name one with --endpoint (openai, vllm, ollama, ...), set OPENAI_API_KEY, "
            "or try `--endpoint embedded`, which needs no key and no network"
        )
    return name


async def choose_model(connection: Connection, wanted: str | None) -> str:
    """The model to ask: the wanted one, or the only one there is.

    Raises EndpointError when nobody answers, and UsageError that lists the endpoint's models when there is a choice
    to be made or the wanted one is not among them.
    """
    from workbench.provider.client import EndpointClient

    async with EndpointClient(connection.endpoint, connection.key) as client:
        offered = await client.models()
    if wanted is not None and (not offered or wanted in offered):
        return wanted
    if wanted is None and len(offered) == 1:
        return offered[0]
    has = f"it offers: {', '.join(offered)}" if offered else "it does not list its models"
    if wanted is None:
        raise UsageError(f"no model is set for endpoint {connection.endpoint.name}; {has}; choose with --model")
    raise UsageError(f"endpoint {connection.endpoint.name} has no model {wanted!r}; {has}")


async def run_events(
    settings: Settings, db: Database, run: Run, connection: Connection, stop: Stop
) -> AsyncGenerator[RunEvent]:
    """Send what is open of a run over a connection, until it is done or `stop` is set."""
    from workbench.media.frame_cache import FrameCache
    from workbench.pipeline.running import RunnerParts, send_run
    from workbench.provider.client import EndpointClient
    from workbench.provider.limits import Limiter
    from workbench.provider.prices import cost_usd

    dataset = load_dataset(db, run.dataset)
    wanted = frame_request(run.spec)
    cache = FrameCache(settings.cache / "frames", _CACHE_BYTES)
    async with EndpointClient(connection.endpoint, connection.key, timeout_s=settings.timeout_s) as client:
        parts = RunnerParts(
            db=db,
            card=dataset.card,
            run=run,
            source=client,
            frames=lambda sample: cache.frames(dataset.root, sample, wanted),
            limiter=Limiter(settings.rpm),
            price=cost_usd,
            now=utc_now,
            concurrency=settings.concurrency,
        )
        async with aclosing(send_run(parts, stop)) as events:  # closed with this one, not when it is collected
            async for event in events:
                yield event


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
