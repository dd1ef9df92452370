"""Runs and their specs: a spec holds everything that decides what is asked, and nothing else.

Limits, addresses and keys are no part of it, so that a run can be resumed under other ones; everything that changes the
question is, so that a run cannot be resumed as another experiment.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

from workbench.domain.batches import HALVING

ELSEWHERE: Final = "(made elsewhere)"
"""The endpoint of a run whose predictions were not asked for by us but loaded: of its spec, the data set and the model
are known, and nothing else. No endpoint's name: those have no brackets."""


class Colour(StrEnum):
    """The colours in which frames are sent."""

    RGB = "rgb"
    GREY = "grey"


class Detail(StrEnum):
    """The `detail` of image parts; said explicitly, since what `auto` means differs by model."""

    LOW = "low"
    HIGH = "high"
    AUTO = "auto"
    ORIGINAL = "original"


class RunState(StrEnum):
    """Where a run stands."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    """Stopped by a person, a fault or a limit; the same command resumes it."""
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """One experiment on one data set."""

    dataset: str
    endpoint: str
    """The endpoint's name in the settings, not its address."""
    model: str
    prompt: str
    """Name and version of the prompt, `named/1`."""
    modality: str
    frames: str
    """The frame policy as written, `uniform(3)`."""
    labels: tuple[str, ...]
    """The labels in the order in which they are offered."""
    colour: Colour = Colour.RGB
    longest_side_px: int = 1024
    """Larger frames are scaled down to this; smaller ones are never scaled up."""
    detail: Detail = Detail.HIGH
    batch_size: int
    seed: int = 0
    """Of the order in which samples are planned into batches."""
    limit: int | None = None
    """Only so many samples, the first of the planned order; None: all."""
    temperature: float = 0.0
    max_tokens: int = 4000
    structured: bool = True
    """Whether the reply's form is asked for by JSON schema (prompt `named` only)."""
    retry: str = HALVING
    """Name of the retry policy, which is a part of the spec since answers can depend on who shares a request."""
    repeat: int = 1
    """Which repeat of the same run this is, from 1. A repeat sends the very same requests, with the same `seed`: what
    differs between repeats is the endpoint's own noise."""

    @property
    def is_loaded(self) -> bool:
        """Whether the predictions were made elsewhere."""
        return self.endpoint == ELSEWHERE

    def as_json(self) -> dict[str, Any]:
        """The spec as plain values, for storage and exports."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        known = {field.name for field in fields(cls)}
        given = {name: value for name, value in values.items() if name in known}
        given["labels"] = tuple(given["labels"])
        given["colour"] = Colour(given["colour"])
        given["detail"] = Detail(given["detail"])
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is stored."""

    id: int
    dataset: str
    name: str
    spec: RunSpec
    spec_hash: str
    state: RunState
    reason: str | None
    """Why it is paused."""
    created_at: str
    changed_at: str
    elapsed_s: float


_HASH_CHARS: Final = 16


_LATER: Final[Mapping[str, Any]] = MappingProxyType({"retry": HALVING, "repeat": 1})
"""Fields newer than the first release, with the value that held before: older runs keep their hash."""


def run_key(spec: RunSpec) -> str:
    """The spec's hash: SHA-256 over its canonical JSON, shortened to 16 characters, its algorithm in front."""
    decides = {name: value for name, value in spec.as_json().items() if name not in _LATER or value != _LATER[name]}
    text = json.dumps(decides, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:_HASH_CHARS]


def spec_difference(old: RunSpec, new: RunSpec) -> list[str]:
    """What differs, one line each: `batch_size: 20 -> 5`."""
    before, after = old.as_json(), new.as_json()
    return [f"{name}: {before[name]} -> {after[name]}" for name in before if before[name] != after[name]]
