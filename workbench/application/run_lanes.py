"""The lanes of a run: one for each key of each endpoint, with its limits and what it has sent today."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from workbench.application.endpoints import Connection
from workbench.domain.endpoints import Endpoint
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import Run
from workbench.provider.api_keys import ApiKey
from workbench.settings import Settings
from workbench.storage.workspace.database import Database

if TYPE_CHECKING:
    from workbench.pipeline.sending.channels import Channel
    from workbench.provider.limits.lane import Limits

_MOST_FILES: Final = 8_192
_OTHER_FILES: Final = 120
"""Left for everything that is no connection."""


def channels_of(
    settings: Settings, db: Database, run: Run, connection: Connection
) -> "Iterator[AbstractAsyncContextManager[Channel]]":
    """One channel for each key of each endpoint, with its limits and what it has sent today."""
    from workbench.pipeline.sending.channels import Channel
    from workbench.provider.client import EndpointClient
    from workbench.provider.limits.lane import Lane
    from workbench.storage.runs.endpoint_history import count_sent_today, sent_lately

    open_files = most_open_files()

    @asynccontextmanager
    async def channel(endpoint: Endpoint, key: ApiKey) -> AsyncIterator[Channel]:
        limits = lane_limits(settings, endpoint, open_files)
        whose, now = (endpoint.name, key.name or None), datetime.now(UTC)
        before = count_sent_today(db, *whose, now) if limits.rpd else ()
        lately = sent_lately(db, *whose, now)
        name = f"{endpoint.name}/{key.name}" if len(one.keys) > 1 else endpoint.name
        async with EndpointClient(endpoint, key, timeout_s=settings.timeout_s) as client:
            yield Channel(
                lane=Lane(name, limits, time.monotonic(), asked_before=before, asked_lately=lately),
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
    from workbench.domain.probe_findings import adapted
    from workbench.storage.runs.endpoint_history import load_probe
    from workbench.storage.runs.run_records import save_endpoint_record

    record = load_probe(db, endpoint.name, run.spec.model)
    if record is None or record.get("base_url") != endpoint.base_url:
        return endpoint
    if endpoint.name == run.spec.endpoint:
        save_endpoint_record(db, run.id, record)
    return adapted(endpoint, record)


def lane_limits(settings: Settings, endpoint: Endpoint, most_in_flight: int | None = None) -> "Limits":
    """The limits of one key of an endpoint: a flag or variable wins over the endpoint's own, that over the general."""
    from workbench.provider.limits.lane import Limits

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


def given_limits(settings: Settings) -> GivenLimits:
    """What the command line says of limits."""
    names = ("rpm", "tpm", "rpd", "concurrency", "budget_usd")
    said = {name: getattr(settings, name) for name in names if settings.source_of(name) == "command line"}
    return GivenLimits(**said)


def most_open_files() -> int:
    """How many connections this process may hold, after asking for as many as it is allowed."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(max(soft, wanted) - _OTHER_FILES, 8)
