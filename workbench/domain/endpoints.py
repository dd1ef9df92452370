"""Endpoints: the servers that requests go to, their dialects of the chat-completions protocol, and their models.

Servers differ in small things; each known difference is a field here. The presets hold what is known of a kind of
server; `emowb probe` finds out what one server does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from workbench.errors import UsageError

EMBEDDED: Final = "embedded"
"""The name of the embedded endpoint, which a command starts itself."""

SOON_DAYS: Final = 60
"""A model that is shut down within this time gets a warning: a run takes weeks where the daily quota is small."""


class Structured(StrEnum):
    """How a server is asked to keep an answer to a JSON schema."""

    JSON_SCHEMA = "json_schema"
    """OpenAI's way: the schema under `response_format.json_schema.schema`."""
    FLAT_SCHEMA = "flat_schema"
    """llama.cpp's own way: the schema under `response_format.schema`."""
    JSON_OBJECT = "json_object"
    """Any JSON, in the form that the prompt asks for."""
    NONE = "none"
    """Not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One server, without its keys."""

    name: str
    base_url: str
    key_variables: tuple[str, ...] = ()
    """The environment variables with its keys; each key has its own limits. (): the server needs no key."""
    token_field: str = "max_tokens"  # noqa: S105 (a count of tokens, not a secret)
    """The server's name for the limit of the answer's length; empty: requests set none."""
    structured: Structured = Structured.JSON_SCHEMA
    detail: bool = True
    """Whether pictures have the parameter `detail`."""
    seed: bool = True
    """Whether requests have the parameter `seed`."""
    temperature: bool = True
    """Whether requests have the parameter `temperature`; models that reason reject it."""
    images_per_request: int | None = None
    """The most pictures in one request; None: no known limit."""
    rpm: int | None = None
    """Requests per minute for each key; None: the general setting. The next three are alike."""
    tpm: int | None = None
    rpd: int | None = None
    concurrency: int | None = None
    api_version: str | None = None
    """Azure's query parameter `api-version`, for addresses that want it."""
    blurs_faces: bool = False
    """Whether it is known to blur faces before the model sees them; scores of expressions then mean nothing."""
    lists_models: bool = True
    """Whether its list of models, if it has one, is complete."""
    shares_with: tuple[str, ...] = ()
    """Other endpoints with the same models under the same names, which take a part of each run's requests."""
    batch_api: bool = False
    """Whether it has OpenAI's `/files` and `/batches`."""

    def with_changes(self, changes: Mapping[str, Any]) -> "Endpoint":
        """The endpoint with other values of some fields."""
        return replace(self, **changes)

    @property
    def host(self) -> str:
        """The host that pictures are sent to, for people."""
        return urlsplit(self.base_url).hostname or self.base_url

    @property
    def is_local(self) -> bool:
        """Whether requests to it stay on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


PRESETS: Final[Mapping[str, Endpoint]] = MappingProxyType(
    {
        endpoint.name: endpoint
        for endpoint in (
            Endpoint(
                name="openai",
                base_url="https://api.openai.com/v1",
                key_variables=("OPENAI_API_KEY",),
                # `max_tokens` is deprecated, and the models that reason reject it.
                token_field="max_completion_tokens",  # noqa: S106 (a count of tokens)
                images_per_request=1_500,  # its guide to vision, 2026-11
                batch_api=True,
            ),
            Endpoint(
                name="azure",
                base_url="",  # each customer has an address
                key_variables=("AZURE_OPENAI_API_KEY",),
                lists_models=False,  # requests name a deployment of the customer
                blurs_faces=True,  # by an accepted answer of a Microsoft moderator, 2025-05
            ),
            Endpoint(name="openrouter", base_url="https://openrouter.ai/api/v1", key_variables=("OPENROUTER_API_KEY",)),
            Endpoint(
                name="vllm",
                base_url="http://127.0.0.1:8000/v1",
                detail=False,  # its documentation: not supported
                # The limit of pictures is its option `--limit-mm-per-prompt`; `emowb probe` finds it out.
            ),
            Endpoint(
                name="ollama",
                base_url="http://127.0.0.1:11434/v1",
                detail=False,  # it ignores everything but the picture's URL
            ),
            Endpoint(
                name="llamacpp",
                base_url="http://127.0.0.1:8080/v1",
                structured=Structured.FLAT_SCHEMA,
                detail=False,  # pictures are always taken whole
                # It answers `--parallel` requests at once; runs learn how many.
            ),
            Endpoint(name="lmstudio", base_url="http://127.0.0.1:1234/v1"),
        )
    }
)


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """One entry of an endpoint's list of models."""

    name: str
    shuts_down_on: date | None = None
    """According to the endpoint's list; None: not announced."""

    def is_gone(self, today: date) -> bool:
        """Whether it has been shut down."""
        return self.shuts_down_on is not None and self.shuts_down_on <= today

    def notice(self, today: date) -> str | None:
        """A warning about its shutdown; None where it is not announced or not soon."""
        if self.shuts_down_on is None or (self.shuts_down_on - today).days > SOON_DAYS:
            return None
        if self.is_gone(today):
            return f"model {self.name} was shut down on {self.shuts_down_on}, by its endpoint's own list"
        days = (self.shuts_down_on - today).days
        return f"model {self.name} will be shut down on {self.shuts_down_on}, {days} days from now"


def day_of(value: object) -> date | None:
    """A day from `YYYY-MM-DD`, with or without a time after it; None for anything else."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def model_among(endpoint: Endpoint, offered: Sequence[OfferedModel], wanted: str | None) -> OfferedModel:
    """The model to use: the wanted one, or the only one there is.

    An endpoint without a complete list of models is assumed to have any model. Raises UsageError with the list where
    there are several to choose from, or the wanted one is not among them.
    """
    names = [model.name for model in offered]
    if wanted in names or (wanted is None and len(offered) == 1):
        return offered[names.index(wanted) if wanted else 0]
    if wanted is not None and not (offered and endpoint.lists_models):
        return OfferedModel(wanted)
    has = f"it offers: {', '.join(names)}" if offered else "it does not list its models"
    if wanted is None:
        raise UsageError(f"no model is set for endpoint {endpoint.name}; {has}; choose with --model")
    raise UsageError(f"endpoint {endpoint.name} has no model {wanted!r}; {has}")
