"""Endpoints: connect to one by name, choose its model, find out what it can do, serve the embedded one."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from workbench.application.context import Context
from workbench.domain.datasets.cards import CARDS
from workbench.domain.endpoints import EMBEDDED, Endpoint, OfferedModel, model_among
from workbench.domain.prices import PriceTable, cost_usd
from workbench.domain.probe_findings import Finding, ProbeReport
from workbench.domain.runs import ELSEWHERE, RunSpec
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.server import EndpointServer
from workbench.errors import EndpointError, UsageError
from workbench.provider.api_keys import NO_KEY, ApiKey, read_keys
from workbench.provider.client import EndpointClient
from workbench.provider.costs.price_list import load_prices
from workbench.provider.probing.probe import ANSWER_TOKENS, MOST_REQUESTS, N_FINDINGS, ProbeSession, probe
from workbench.settings import Settings, endpoint_named, settings_files
from workbench.settings.endpoint_files import add_endpoint_table
from workbench.storage.runs.endpoint_history import save_probe, spent_by_day

__all__ = [
    "ANSWER_TOKENS",
    "MOST_REQUESTS",
    "N_FINDINGS",
    "Connection",
    "EndpointEntry",
    "EndpointServer",
    "FaultRates",
    "ProbeResult",
    "add_endpoint",
    "choose_model",
    "connected",
    "described",
    "endpoint_name",
    "lacking",
    "list_endpoints",
    "offered_models",
    "probe_endpoint",
]


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
    context: Context, name: str, *, faults: FaultRates | None = None, needs_key: bool = True
) -> Iterator[Connection]:
    """The endpoint of that name, with those that share its work.

    The embedded endpoint runs for the time of the block, and fails as `faults` say. Raises UsageError for an unknown
    name and, where a key is needed, EndpointError for a missing one.
    """
    settings = context.settings

    def keys(endpoint: Endpoint) -> tuple[ApiKey, ...]:
        try:
            return read_keys(endpoint, context.environment)
        except EndpointError:
            if needs_key:
                raise
            return (NO_KEY,)

    if name == ELSEWHERE:
        raise UsageError(
            "these predictions were made elsewhere and cannot be asked for again; run it under a new --name"
        )
    if name == EMBEDDED:
        with EndpointServer(faults=faults) as server:
            yield Connection(Endpoint(name=EMBEDDED, base_url=server.base_url), (NO_KEY,))
    else:
        endpoint = endpoint_named(settings, name)
        partners = tuple(
            Connection(partner, keys(partner))
            for partner in (endpoint_named(settings, other) for other in endpoint.shares_with)
        )
        yield Connection(endpoint, keys(endpoint), partners)


def described(context: Context, name: str) -> Connection:
    """The endpoint of that name for plans: nothing is started, and a key that is not set is not missed."""
    if name == EMBEDDED:
        return Connection(Endpoint(name=EMBEDDED, base_url="http://127.0.0.1/v1"), (NO_KEY,))
    with connected(context, name, needs_key=False) as connection:
        return connection


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


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a probe found out and what it took."""

    probed: ProbeReport
    cost_usd: float | None
    """None where a price or the number of tokens is unknown."""
    is_stored: bool
    """Whether the workspace has it, so that runs heed it. One that was broken off does not replace a whole one."""


def probe_endpoint(
    context: Context,
    endpoint: str,
    model: str | None,
    *,
    on_start: Callable[[Endpoint, str], None],
    on_finding: Callable[[Finding], None],
) -> ProbeResult:
    """Ask an endpoint a dozen small questions about drawn pictures, and store the findings if there is a workspace.

    `on_start` is called with the endpoint and the model before the first question, `on_finding` with each finding as it
    comes. Raises EndpointError when nobody answers, and UsageError where it is not clear which model to ask.
    """
    from workbench.embedded import probe_pictures  # loads numpy and Pillow, which a run by text does without

    settings = context.settings
    with ExitStack() as stack:
        # Opened before anything is asked: a workspace that cannot be written is found out before it costs anything.
        db = stack.enter_context(context.workspace()) if settings.db.exists() else None
        connection = stack.enter_context(connected(context, endpoint))
        offered = asyncio.run(offered_models(connection))
        chosen = model_among(connection.endpoint, offered, model or settings.model).name
        on_start(connection.endpoint, chosen)
        rpm = connection.endpoint.rpm or settings.rpm

        async def ask() -> ProbeReport:
            async with EndpointClient(connection.endpoint, connection.key, timeout_s=settings.timeout_s) as client:
                session = ProbeSession(
                    endpoint=connection.endpoint,
                    model=chosen,
                    send=client.send_body,
                    sleep=asyncio.sleep,
                    pace_s=60.0 / rpm if rpm else 0.0,
                    wanted_images=max(card.batch_size * card.frames.count for card in CARDS.values()),
                )
                return await probe(session, probe_pictures, offered, probed_at=context.now(), on_finding=on_finding)

        probed = asyncio.run(ask())
        is_stored = db is not None and probed.stopped is None
        if db is not None and is_stored:
            save_probe(db, probed.as_json())
    return ProbeResult(probed, _cost_usd(probed, load_prices(settings.prices)), is_stored)


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """An endpoint as it is listed."""

    endpoint: Endpoint
    lacks: str
    """What it lacks, such as a key; empty: it can be asked."""
    spent: tuple[tuple[str, int, float | None], ...]
    """Day, requests and dollars (None: a price is unknown), the latest day first."""


def list_endpoints(context: Context) -> list[EndpointEntry]:
    """The endpoints of the settings and presets, those of the person's own first, with what was spent by day."""
    with context.workspace() as db:
        spent = spent_by_day(db)
    own = {source.partition(".")[2] for source in context.settings.sources if source.startswith("endpoints.")}
    found = sorted(context.settings.endpoints.values(), key=lambda one: one.name not in own)
    return [
        EndpointEntry(one, lacking(context, one), tuple(row[1:] for row in spent if row[0] == one.name))
        for one in (*found, Endpoint(name=EMBEDDED, base_url="http://127.0.0.1/v1"))
    ]


def lacking(context: Context, endpoint: Endpoint) -> str:
    """What an endpoint lacks before it can be asked; empty: nothing."""
    if not endpoint.base_url:
        return "has no address"
    try:
        read_keys(endpoint, context.environment)
    except EndpointError:
        return f"{' or '.join(endpoint.key_variables)} is not set"
    return ""


def add_endpoint(
    context: Context,
    folder: Path,
    name: str,
    base_url: str,
    *,
    kind: str | None = None,
    key_variable: str | None = None,
) -> Context:
    """Write a new endpoint into `emowb.toml` of a folder; returns the context that knows it.

    Raises UsageError for what cannot be written there.
    """
    path = settings_files(folder)[1]
    endpoint = add_endpoint_table(path, name, base_url, kind, key_variable)
    settings = context.settings
    changed = replace(
        settings,
        endpoints=MappingProxyType({**settings.endpoints, name: endpoint}),
        sources=MappingProxyType({**settings.sources, f"endpoints.{name}": str(path)}),
    )
    return replace(context, settings=changed)


def _cost_usd(probed: ProbeReport, prices: PriceTable) -> float | None:
    costs = [
        cost_usd(reply.model, reply.usage, prices, asked=probed.model)
        for reply in probed.replies
        if reply.status_code == 200
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
