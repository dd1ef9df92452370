"""The findings of a probe, their stored record, and what they change in an endpoint's settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.dialects import LearnedDialect
from workbench.domain.endpoints import Endpoint, Structured
from workbench.domain.messages import Reply


class FindingMark(StrEnum):
    """How a question was answered."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    SKIPPED = "not asked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a probe."""

    name: str
    mark: FindingMark
    says: str
    """For people; it may quote the endpoint."""
    _: KW_ONLY
    warning: str | None = None
    """What it means for a run, and what to do; None: no problem."""
    value: Any = None
    """For programs: a number, a text or a mapping of texts."""
    changes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Fields of `Endpoint` that should have another value."""

    def as_json(self) -> dict[str, Any]:
        """The finding as plain values."""
        return {
            "name": self.name,
            "mark": self.mark,
            "says": self.says,
            "warning": self.warning,
            "value": self.value,
            "changes": dict(self.changes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """Everything that one probe found out."""

    endpoint: Endpoint
    model: str
    probed_at: str
    findings: Sequence[Finding]
    replies: Sequence[Reply]
    stopped: str | None = None
    """Why the probe ended early; None: all questions were asked."""

    @property
    def warnings(self) -> list[str]:
        """The warnings in the order of the findings."""
        return [finding.warning for finding in self.findings if finding.warning is not None]

    def as_json(self) -> dict[str, Any]:
        """The record that is stored, also with runs. Tokens are as the endpoint reported them."""
        usages = [reply.usage for reply in self.replies if reply.usage is not None]
        return {
            "endpoint": self.endpoint.name,
            "base_url": self.endpoint.base_url,
            "model": self.model,
            "probed_at": self.probed_at,
            "requests": len(self.replies),
            "prompt_tokens": sum(usage.prompt_tokens for usage in usages),
            "completion_tokens": sum(usage.completion_tokens for usage in usages),
            "stopped": self.stopped,
            "warnings": self.warnings,
            "findings": [finding.as_json() for finding in self.findings],
        }


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


_CHANGEABLE: Final[Mapping[str, Callable[[Any], bool]]] = MappingProxyType(
    {
        "token_field": lambda value: value in ("max_tokens", "max_completion_tokens", ""),
        "structured": lambda value: value in tuple(Structured),
        "detail": _is_truth,
        "seed": _is_truth,
        "temperature": _is_truth,
        "images_per_request": _is_count,
        "blurs_faces": _is_truth,
    }
)
"""What a record may change, and to which values: never the address or the keys."""


def with_learned(record: Mapping[str, Any] | None, learned: LearnedDialect, *, model: str, at: str) -> dict[str, Any]:
    """The stored record of an endpoint with what a run has learned; a new one where there is none for this address."""
    base_url = learned.endpoint.base_url
    if record is None or record.get("base_url") != base_url:
        empty = ProbeReport(endpoint=learned.endpoint, model=model, probed_at=at, findings=(), replies=())
        record = empty.as_json()
    findings = record.get("findings")
    found = Finding(learned.option, FindingMark.NO, learned.says, changes=learned.changes).as_json()
    return {**record, "findings": [*(findings if isinstance(findings, list) else []), found]}


def adapted(endpoint: Endpoint, record: Mapping[str, Any] | None) -> Endpoint:
    """The endpoint with the changes that a probe found.

    A record of another address, None, or an unreadable record changes nothing.
    """
    if record is None or record.get("base_url") != endpoint.base_url:
        return endpoint
    changes: dict[str, Any] = {}
    findings = record.get("findings")
    for finding in findings if isinstance(findings, list) else []:
        found = finding.get("changes") if isinstance(finding, Mapping) else None
        changes |= found if isinstance(found, Mapping) else {}
    known = {name: value for name, value in changes.items() if name in _CHANGEABLE and _CHANGEABLE[name](value)}
    if "structured" in known:
        known["structured"] = Structured(known["structured"])
    return replace(endpoint, **known)
