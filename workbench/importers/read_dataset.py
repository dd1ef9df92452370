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
from workbench.importers.files.dataset_tree import LayoutNotFound, open_tree
from workbench.importers.import_options import ImportOptions, flag
from workbench.importers.import_result import ImportResult, SampleCollector, SkippedEntry
from workbench.importers.sets import dynamic, facial, micro, multimodal, sentiment
from workbench.importers.sets.dataset_reader import DatasetReader

__all__ = ["ImportOptions", "ImportResult", "SkippedEntry", "importable", "read_dataset"]

READERS: Final[Mapping[str, DatasetReader]] = MappingProxyType(
    {**facial.ROWS, **sentiment.ROWS, **micro.ROWS, **dynamic.ROWS, **multimodal.ROWS}
)

_PAPER: Final = ImportOptions()
_NOTED: Final = ("strict_apex", "split", "agreement", "labels", "majority")
"""The options that decide which samples a set has."""


def importable() -> tuple[str, ...]:
    """The keys of the data sets that have a reader."""
    return tuple(READERS)


def read_dataset(card: DatasetCard, path: Path, *, options: ImportOptions = _PAPER) -> ImportResult:
    """Read the data set of `card` that lies unpacked at `path`: its top folder, that one's parent, or the media folder.

    No picture is decoded. Raises UsageError for a set without a reader and for options that the set does not know,
    DataError where nothing of it is found or its labels cannot be read.
    """
    reader = READERS.get(card.key)
    if reader is None:
        raise UsageError(f"emowb cannot import {card.key}; it can: {', '.join(importable())}")
    _require_known(card, options)
    tree = open_tree(path, reader.suffixes)
    if options.frames_root is not None:
        tree = replace(open_tree(options.frames_root, reader.suffixes), labels=tree)
    collector = SampleCollector(card, options.labels)
    for choice in options.changed():
        if choice in _NOTED:
            collector.note(f"chosen: {flag(choice)} {getattr(options, choice)}")
    try:
        reader.read(tree, collector, options)
    except LayoutNotFound as what:
        raise DataError(
            f"{visible(str(path))} does not hold {card.title}: {what}; expected {reader.expected}"
        ) from what
    for unusable in tree.unusable:
        collector.skip(unusable.path, unusable.reason)
    found = collector.found(tree.root)
    if not found.samples:
        raise DataError(_nothing(card, path, reader, found))
    return found


def _require_known(card: DatasetCard, options: ImportOptions) -> None:
    for choice in options.changed():
        if not _knows(card, choice):
            sets = [key for key in READERS if _knows(CARDS[key], choice)]
            raise UsageError(f"{card.key} has no choice {flag(choice)}; it is for {', '.join(sets)}")


def _knows(card: DatasetCard, choice: str) -> bool:
    return bool(card.scored) if choice == "labels" else choice in READERS[card.key].takes


def _nothing(card: DatasetCard, path: Path, reader: DatasetReader, found: ImportResult) -> str:
    """Why an import without a single sample came to nothing."""
    skipped = (f"{len(found.skipped):,} skipped, the first ({it.path}): {it.reason}" for it in found.skipped[:1])
    why = "; ".join((*skipped, *found.notes)) or "its table has no rows"
    return f"{visible(str(path))} holds no sample of {card.title} that can be used: {why}; expected {reader.expected}"
