"""What a run does when an endpoint rejects a word of every request: it says it otherwise, or leaves it out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.endpoints import Endpoint, Structured

OPTIONS: Final = ("max_tokens", "max_completion_tokens", "temperature", "seed", "detail", "response_format")
"""The words that a request can do without, or say otherwise."""
_TOKEN_FIELDS: Final = ("max_tokens", "max_completion_tokens", "")
_SOFTER: Final[Mapping[Structured, Structured]] = MappingProxyType(
    {
        Structured.JSON_SCHEMA: Structured.JSON_OBJECT,
        Structured.FLAT_SCHEMA: Structured.JSON_OBJECT,
        Structured.JSON_OBJECT: Structured.NONE,
    }
)


@dataclass(frozen=True, slots=True)
class LearnedDialect:
    """What a rejection has taught about an endpoint."""

    endpoint: Endpoint
    """As requests are written from now on."""
    option: str
    """The word that was rejected."""
    changes: Mapping[str, Any]
    """Fields of `Endpoint` with their new values, as a probe's finding has them."""
    says: str
    """For people."""


def other_form(endpoint: Endpoint, option: str, rejected: Collection[str] = ()) -> LearnedDialect | None:
    """How requests are written after `option` was rejected; None where they do not have it, so it must mean another.

    `rejected` are the names of the token limit that were rejected before.
    """
    changes: dict[str, Any]
    if option in ("max_tokens", "max_completion_tokens"):
        if endpoint.token_field != option:
            return None
        other = next(name for name in _TOKEN_FIELDS if name not in (option, *rejected))
        changes = {"token_field": other}
        instead = f"with {other} instead" if other else "without it"
    elif option == "response_format":
        softer = _SOFTER.get(endpoint.structured)
        if softer is None:
            return None
        changes = {"structured": softer}
        instead = "with json_object instead" if softer is Structured.JSON_OBJECT else "without it"
        option = f"{option} {endpoint.structured}"
    elif option in ("temperature", "seed", "detail") and getattr(endpoint, option):
        changes, instead = {option: False}, "without it"
    else:
        return None
    says = f"{endpoint.name} does not take {option}; requests go {instead} from now on"
    return LearnedDialect(endpoint.with_changes(changes), option, changes, says)
