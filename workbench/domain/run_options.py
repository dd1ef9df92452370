"""From the options that a person gives to a run spec. None stands for an option that was not given."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from workbench.domain.batches import retry_policy
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import FramePolicy, Modality
from workbench.domain.prompts import NAMED, prompt_version
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import Colour, RunSpec
from workbench.errors import UsageError

_TEXT_BATCH: Final = 20
"""Samples in one request without pictures, as in the program of the paper's authors."""
_LIMIT_FLAGS: Final = {
    "rpm": "--rpm",
    "tpm": "--tpm",
    "rpd": "--rpd",
    "concurrency": "--concurrency",
    "budget_usd": "--budget",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of `emowb run`, as a person gives them."""

    name: str | None = None
    endpoint: str | None = None
    model: str | None = None
    prompt: str | None = None
    """`named`, `paper`, or one of their versions."""
    modality: Modality | None = None
    frames: str | None = None
    colour: Colour | None = None
    batch_size: int | None = None
    limit: int | None = None
    seed: int | None = None
    option_order: str | None = None
    retry: str | None = None
    max_tokens: int | None = None
    repeat: int | None = None
    """So many runs in all."""
    limits: GivenLimits = field(default_factory=GivenLimits)
    in_line: bool = False
    """Whether it waits until all that was sent to its endpoint before is through."""

    def spec_fields(self, card: DatasetCard) -> dict[str, Any]:
        """The fields of a run spec, None where one was not given. Raises UsageError for what cannot be."""
        return {
            "endpoint": self.endpoint,
            "model": self.model,
            "prompt": prompt_version(self.prompt) if self.prompt else None,
            "modality": checked_modality(card, self.modality),
            "frames": frame_policy(self.frames),
            "colour": self.colour,
            "batch_size": self.batch_size,
            "limit": self.limit,
            "seed": self.seed,
            "retry": known_policy(self.retry),
            "max_tokens": self.max_tokens,
            "labels": ordered_labels(card, self.option_order),
        }

    def words(self) -> list[str]:
        """The flags that give these options on the command line."""
        flags = {
            "--name": self.name,
            "--endpoint": self.endpoint,
            "--model": self.model,
            "--prompt": self.prompt,
            "--modality": self.modality,
            "--frames": self.frames,
            "--colour": self.colour,
            "--batch-size": self.batch_size,
            "--limit": self.limit,
            "--seed": self.seed,
            "--option-order": self.option_order,
            "--retry-policy": self.retry,
            "--max-tokens": self.max_tokens,
            "--repeat": self.repeat,
        }
        given = [word for flag, value in flags.items() if value is not None for word in (flag, str(value))]
        return [*given, *limit_words(self.limits), *["--in-line"] * self.in_line]


def limit_words(limits: GivenLimits) -> list[str]:
    """The flags that give these limits on the command line. Limits that are lifted have none."""
    given = {_LIMIT_FLAGS[name]: value for name, value in limits.as_dict().items() if value}
    return [word for flag, value in given.items() for word in (flag, str(value))]


def card_spec(card: DatasetCard, options: Mapping[str, Any]) -> RunSpec:
    """The run spec of a data set's card, with the options that were given."""
    given = {word: value for word, value in options.items() if value is not None}
    modality = Modality(given.get("modality", card.modality))
    defaults: dict[str, Any] = {
        "dataset": card.key,
        "prompt": NAMED,
        "modality": str(modality),
        "frames": str(card.frames),
        "labels": card.labels.names,
        "batch_size": card.batch_size if modality.has_pictures else _TEXT_BATCH,
    }
    return RunSpec(**(defaults | given))


def resumed_spec(stored: RunSpec, options: Mapping[str, Any]) -> RunSpec:
    """A stored run's spec with the options that were given; a difference to the stored one is refused later."""
    given = {word: value for word, value in options.items() if value is not None}
    return RunSpec.from_json(stored.as_json() | given)


def repeated(name: str, spec: RunSpec, repeats: int | None) -> list[tuple[str, RunSpec]]:
    """The run with so many repeats in all, by name: NAME, NAME.repeat=2, and so on.

    A name that needs no quotes in any shell. Raises UsageError where the run is a repeat itself.
    """
    if repeats is None or repeats == 1:
        return [(name, spec)]
    if spec.repeat != 1:
        raise UsageError(f"run {name} is a repeat itself; name the run that is to be repeated")
    later = ((f"{name}.repeat={number}", replace(spec, repeat=number)) for number in range(2, repeats + 1))
    return [(name, spec), *later]


def known_policy(name: str | None) -> str | None:
    """Raises UsageError for a retry policy that nobody knows."""
    if name is not None:
        retry_policy(name, batch_size=1)
    return name


def frame_policy(text: str | None) -> str | None:
    """A frame policy as runs keep it. Raises UsageError for what is none."""
    if text is None:
        return None
    try:
        return str(FramePolicy.parse(text))
    except ValueError as error:
        raise UsageError(str(error)) from error


def checked_modality(card: DatasetCard, modality: Modality | None) -> str | None:
    """Raises UsageError for a modality that the data set does not have."""
    if modality is None:
        return None
    card.require_modality(modality)
    return str(modality)


def ordered_labels(card: DatasetCard, order: str | None) -> tuple[str, ...] | None:
    """The card's labels in another order. Raises UsageError for an order that is none."""
    if order is None:
        return None
    try:
        return card.labels.ordered(order).names
    except ValueError as error:
        raise UsageError(str(error)) from error
