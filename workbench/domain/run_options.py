"""From the options that a person gives to a run spec. None stands for an option that was not given."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from workbench.domain.batches import retry_policy
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import FramePolicy, Modality
from workbench.domain.prompts import NAMED
from workbench.domain.runs import RunSpec
from workbench.errors import UsageError

_TEXT_BATCH: Final = 20
"""Samples in one request without pictures, as in the program of the paper's authors."""


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
