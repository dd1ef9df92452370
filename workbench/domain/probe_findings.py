"""What was found out about an endpoint by asking it: findings, their record, and what they change in its dialect."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.endpoints import Endpoint, Structured
from workbench.domain.messages import Reply


class FindingMark(StrEnum):
    """How a question was answered."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    SKIPPED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is now known, or known not to be."""

    name: str
    mark: FindingMark
    says: str
    """For people; it may quote what the endpoint said."""
    warning: str | None = None
    """What it means for a run, and what to do; None: nothing to worry about."""
    value: Any = None
    """For programs: a number, a text or a mapping of texts."""
    changes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Fields of `Endpoint` that should say otherwise than they do."""

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
    """All that one probe found out."""

    endpoint: Endpoint
    model: str
    probed_at: str
    findings: Sequence[Finding]
    replies: Sequence[Reply]
    stopped: str | None = None
    """Why the rest was not asked; None: everything was."""

    @property
    def warnings(self) -> list[str]:
        """What to know before a run, the findings' order kept."""
        return [finding.warning for finding in self.findings if finding.warning is not None]

    def as_json(self) -> dict[str, Any]:
        """The record that is stored, and kept with a run. Times are UTC, tokens as the endpoint reported them."""
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
        "token_field": lambda value: value in ("max_tokens", "max_completion_tokens"),
        "structured": lambda value: value in tuple(Structured),
        "detail": _is_truth,
        "seed": _is_truth,
        "temperature": _is_truth,
        "images_per_request": _is_count,
        "blurs_faces": _is_truth,
    }
)
"""What a record may change, and what it may change it to: never where requests go, nor with which key."""


def adapted(endpoint: Endpoint, record: Mapping[str, Any] | None) -> Endpoint:
    """The endpoint with what a probe found to be otherwise than its settings say.

    A record of another address says nothing about this one; None, or one that cannot be read, changes nothing.
    """
    if record is None or record.get("base_url") != endpoint.base_url:
        return endpoint
    changes: dict[str, Any] = {}
    findings = record.get("findings")
    for finding in findings if isinstance(findings, list) else []:
        told = finding.get("changes") if isinstance(finding, Mapping) else None
        changes |= told if isinstance(told, Mapping) else {}
    known = {name: value for name, value in changes.items() if name in _CHANGEABLE and _CHANGEABLE[name](value)}
    if "structured" in known:
        known["structured"] = Structured(known["structured"])
    return replace(endpoint, **known)
