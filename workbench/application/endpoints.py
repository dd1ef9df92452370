"""Who is asked: an endpoint by name, with its keys and those that share its work, and the model there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.application.context import Context
from workbench.domain.endpoints import EMBEDDED, Endpoint, OfferedModel, model_among
from workbench.domain.runs import ELSEWHERE, RunSpec
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.server import EndpointServer
from workbench.errors import EndpointError, UsageError
from workbench.provider.api_keys import NO_KEY, ApiKey, read_keys
from workbench.provider.client import EndpointClient
from workbench.settings import Settings, endpoint_named


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
