"""From a command's options to a run spec."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from workbench.cli.context import Opened
from workbench.domain.batches import retry_policy
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import FramePolicy, Modality
from workbench.domain.prompts import NAMED
from workbench.domain.runs import RunSpec
from workbench.errors import UsageError

_TEXT_BATCH: Final = 20
"""Samples in one request where no picture goes: the ancestor's size for texts."""


def card_spec(card: DatasetCard, options: Mapping[str, Any]) -> RunSpec:
    """The card's run spec with the options that were given; None stands for not given."""
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
    """A stored run's own spec with the options that were given; one that changes it is refused later."""
    given = {word: value for word, value in options.items() if value is not None}
    return RunSpec.from_json(stored.as_json() | given)


def stored_spec(at: Opened, name: str | None) -> RunSpec | None:
    """The spec of the run of that name, where there is one."""
    from workbench.storage.runs.run_records import has_run, load_run

    return load_run(at.db, at.card.key, name).spec if name and has_run(at.db, at.card.key, name) else None


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
