"""Reading jobs as a Batch API sends them. Several servers speak the protocol, so nothing in the JSON is assumed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from workbench.provider.untrusted_json import as_count, as_list, as_name, as_object, parsed

_ENDED: Final = frozenset({"completed", "failed", "expired", "cancelled"})
_MOST_ERRORS: Final = 3
"""Errors that are reported; a wrong file can be wrong in every line."""
_LONGEST_QUOTE_CHARS: Final = 1_000


class StrangeAnswer(ValueError):
    """An answer of status 200 that cannot be read: a page of HTML, or an object without an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteJob:
    """A job at the provider."""

    id: str
    status: str
    """In lower case: validating, in_progress, finalizing, completed, failed, expired, cancelling, cancelled."""
    input_file: str | None = None
    output_file: str | None = None
    error_file: str | None = None
    n_answered: int = 0
    n_failed: int = 0
    error: str | None = None
    """Why the provider rejects the file."""
    error_codes: tuple[str, ...] = ()
    metadata: Mapping[str, str]

    @property
    def has_ended(self) -> bool:
        """Whether the job will not change any more."""
        return self.status in _ENDED


def read_object(content: bytes) -> Mapping[str, Any]:
    """The JSON object of a body. Raises StrangeAnswer for anything else."""
    value = parsed(content)
    if not isinstance(value, Mapping):
        raise StrangeAnswer(f"no JSON object: {content[:_LONGEST_QUOTE_CHARS].decode('utf-8', 'replace')}")
    return value


def read_id(value: Mapping[str, Any]) -> str:
    """The provider's id of an object. Raises StrangeAnswer where there is none."""
    name = as_name(value.get("id"))
    if name is None:
        raise StrangeAnswer(f"an answer without an id: {json.dumps(value)[:_LONGEST_QUOTE_CHARS]}")
    return name


def read_job(value: Mapping[str, Any]) -> RemoteJob:
    """A job from its JSON object. Raises StrangeAnswer where it has no id."""
    counts, metadata = as_object(value.get("request_counts")), as_object(value.get("metadata"))
    errors = [as_object(one) for one in as_list(as_object(value.get("errors")).get("data"))]
    return RemoteJob(
        id=read_id(value),
        status=str(value.get("status") or "unknown").casefold(),
        input_file=as_name(value.get("input_file_id")),
        output_file=as_name(value.get("output_file_id")),
        error_file=as_name(value.get("error_file_id")),
        n_answered=as_count(counts.get("completed")) or 0,
        n_failed=as_count(counts.get("failed")) or 0,
        error="; ".join(_error_text(one) for one in errors[:_MOST_ERRORS]) or None,
        error_codes=tuple(str(one["code"]) for one in errors if one.get("code")),
        metadata={str(name): str(text) for name, text in metadata.items()},
    )


def read_page(value: Mapping[str, Any]) -> tuple[list[RemoteJob], bool]:
    """The jobs of one page of a list, and whether there are more."""
    listed = [one for one in as_list(value.get("data")) if isinstance(one, Mapping)]
    return [read_job(one) for one in listed], bool(listed) and value.get("has_more") is True


def _error_text(error: Mapping[str, Any]) -> str:
    line = f" (line {error['line']})" if error.get("line") is not None else ""
    return (": ".join(str(part) for part in (error.get("code"), error.get("message")) if part) or "no message") + line
