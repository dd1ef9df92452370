"""The door of the room: which data sets can be imported, and how the files of each are laid out.

A data set is a row of a table in `sets`. The code that reads it belongs to a layout (labels in a list, in a coding
sheet, in names of files, in files of their own, in a table of segments), which several sets share.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError
from workbench.importers.choices import Choices, flag
from workbench.importers.files.dataset_tree import NotThere, open_tree
from workbench.importers.ledger import Found, Ledger, Skipped
from workbench.importers.reader import Reader
from workbench.importers.sets import dynamic, facial, micro, multimodal, sentiment

__all__ = ["Choices", "Found", "Skipped", "importable", "read_dataset"]

READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {**facial.ROWS, **sentiment.ROWS, **micro.ROWS, **dynamic.ROWS, **multimodal.ROWS}
)

_PAPER: Final = Choices()
_NOTED: Final = ("strict_apex", "split", "agreement", "labels", "majority")
"""The choices that decide which samples a set has."""


def importable() -> tuple[str, ...]:
    """The keys of the data sets that have a reader."""
    return tuple(READERS)


def read_dataset(card: DatasetCard, path: Path, *, choices: Choices = _PAPER) -> Found:
    """Read the data set of `card` that lies unpacked at `path`: its top folder, that one's parent, or the media folder.

    No picture is decoded. Raises UsageError for a set without a reader and for choices that the set does not know,
    DataError where nothing of it is found or its labels cannot be read.
    """
    reader = READERS.get(card.key)
    if reader is None:
        raise UsageError(f"emowb cannot import {card.key}; it can: {', '.join(importable())}")
    _require_known(card, choices)
    tree = open_tree(path, reader.suffixes)
    if choices.frames_root is not None:
        tree = replace(open_tree(choices.frames_root, reader.suffixes), labels=tree)
    ledger = Ledger(card, choices.labels)
    for choice in choices.made():
        if choice in _NOTED:
            ledger.note(f"chosen: {flag(choice)} {getattr(choices, choice)}")
    try:
        reader.read(tree, ledger, choices)
    except NotThere as what:
        raise DataError(
            f"{visible(str(path))} does not hold {card.title}: {what}; expected {reader.expected}"
        ) from what
    for unusable in tree.unusable:
        ledger.skip(unusable.path, unusable.reason)
    found = ledger.found(tree.root)
    if not found.samples:
        raise DataError(_nothing(card, path, reader, found))
    return found


def _require_known(card: DatasetCard, choices: Choices) -> None:
    for choice in choices.made():
        if not _knows(card, choice):
            sets = [key for key in READERS if _knows(CARDS[key], choice)]
            raise UsageError(f"{card.key} has no choice {flag(choice)}; it is for {', '.join(sets)}")


def _knows(card: DatasetCard, choice: str) -> bool:
    return bool(card.scored) if choice == "labels" else choice in READERS[card.key].takes


def _nothing(card: DatasetCard, path: Path, reader: Reader, found: Found) -> str:
    """Why an import without a single sample came to nothing."""
    skipped = (f"{len(found.skipped):,} skipped, the first ({it.path}): {it.reason}" for it in found.skipped[:1])
    why = "; ".join((*skipped, *found.notes)) or "its table has no rows"
    return f"{visible(str(path))} holds no sample of {card.title} that can be used: {why}; expected {reader.expected}"
