"""Reading a data set in its owners' layout: the table of all readers, and one import.

A data set is a row of values in a table of `sets`. The code that reads it belongs to a layout in `layouts` (labels in a
list, in a coding sheet, in names of files, in files of their own, in a table of segments), which several sets share.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.labels import canonical
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError
from workbench.importers.files.dataset_tree import DatasetTree, LayoutNotFound, open_tree
from workbench.importers.files.media_paths import PICTURE_SUFFIXES
from workbench.importers.files.text_encoding import text_reading
from workbench.importers.import_options import ImportOptions, Splits, flag
from workbench.importers.import_result import ImportResult, SampleCollector, SkippedEntry
from workbench.importers.sets import dynamic, facial, micro, multimodal, sentiment
from workbench.importers.sets.dataset_reader import DatasetReader

__all__ = ["ImportOptions", "ImportResult", "SkippedEntry", "importable", "read_dataset"]

READERS: Final[Mapping[str, DatasetReader]] = MappingProxyType(
    {**facial.ROWS, **sentiment.ROWS, **micro.ROWS, **dynamic.ROWS, **multimodal.ROWS}
)

_TABLE_SUFFIXES: Final = (".csv", ".txt")
_DEFAULTS: Final = ImportOptions()
_NOTED: Final = ("strict_apex", "split", "agreement", "labels", "majority")
"""The options that decide which samples a set has."""


def options_of(card: DatasetCard) -> tuple[str, ...]:
    """The names of the import options that a published data set knows."""
    return tuple(one.name for one in fields(ImportOptions) if _applies(card, one.name))


def splits_of(card: DatasetCard) -> tuple[str, ...]:
    """The splits of a published data set, the paper's first; empty where they have no fixed names."""
    splits = getattr(READERS[card.key].layout, "splits", None)
    return tuple(filter(None, splits.words)) if isinstance(splits, Splits) else ()


def importable() -> tuple[str, ...]:
    """The keys of the data sets that have a reader."""
    return tuple(READERS)


def read_dataset(card: DatasetCard, path: Path, *, options: ImportOptions = _DEFAULTS) -> ImportResult:
    """Read the data set of `card` unpacked at `path`: its top folder, the parent of that, or the folder of its media.

    No picture is decoded. Raises UsageError for a set without a reader and for options that do not apply to the set,
    DataError where nothing of it is found or its labels cannot be read.
    """
    reader = READERS.get(card.key)
    if reader is None:
        raise UsageError(f"emowb cannot import {card.key}; it can: {', '.join(importable())}")
    _require_applicable(card, options)
    tree = open_tree(path, reader.suffixes)
    if options.frames_root is not None:
        tree = replace(open_tree(options.frames_root, reader.suffixes), labels=tree)
    return read_tree(card, path, tree, options=options)


def read_tree(card: DatasetCard, path: Path, tree: DatasetTree, *, options: ImportOptions = _DEFAULTS) -> ImportResult:
    """Read a data set that has a reader from a tree that is listed; `path` is named in errors, as `read_dataset`'s."""
    reader = READERS[card.key]
    collector = SampleCollector(card, options.labels)
    for option in options.changed():
        if option in _NOTED:
            collector.note(f"chosen: {flag(option)} {getattr(options, option)}")
    try:
        with text_reading(options.encoding) as reading:
            _read(reader, tree, collector, options)
    except LayoutNotFound as what:
        raise DataError(
            f"{visible(str(path))} does not hold {card.title}: {what}; expected {reader.expected}{_seems(tree, card)}"
        ) from what
    for note in reading.notes:
        collector.note(note)
    for doubt in reading.doubts:
        collector.doubt(doubt)
    for unusable in tree.unusable:
        collector.skip(unusable.path, unusable.reason)
    _doubt_excess(card, collector, options)
    result = collector.result(tree.root)
    if not result.samples:
        raise DataError(_no_sample(card, path, reader, result))
    return result


def _doubt_excess(card: DatasetCard, collector: SampleCollector, options: ImportOptions) -> None:
    """Say where there are more samples than the set has."""
    if card.expected and not any(option in _NOTED for option in options.changed()):
        most = max((card.expected, *card.other_sizes))
        n_found = collector.n_samples
        if n_found > most:
            collector.doubt(
                f"{n_found:,} samples are more than {card.title} has ({most:,}): is something else beside it, "
                "or is this another list?"
            )


def _read(reader: DatasetReader, tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
    missing = []
    for layout in (reader.layout, *reader.other_layouts):
        try:
            layout.read(tree, collector, options)
        except LayoutNotFound as what:
            missing.append(str(what))
        else:
            return
    raise LayoutNotFound("; ".join(dict.fromkeys(missing)))


def _require_applicable(card: DatasetCard, options: ImportOptions) -> None:
    for option in options.changed():
        if not _applies(card, option):
            sets = [key for key in READERS if _applies(CARDS[key], option)]
            raise UsageError(f"{card.key} has no option {flag(option)}; it is for {', '.join(sets)}")


def _applies(card: DatasetCard, option: str) -> bool:
    if option == "encoding":
        return True
    return bool(card.scored) if option == "labels" else option in READERS[card.key].options


def _seems(tree: DatasetTree, card: DatasetCard) -> str:
    """What a tree in no known layout seems to be, with the line of a manifest that would import it."""
    for path in tree.files:
        above, _, name = path.rpartition("/")
        word = above.rpartition("/")[2]
        if name.casefold().endswith(PICTURE_SUFFIXES) and (word.isdigit() or canonical(word)):
            gold = word if canonical(word) else "LABEL"
            return (
                "; it seems to hold pictures in folders of classes: a manifest with the header path,gold and lines "
                f"such as {visible(path)},{gold} imports them (emowb import my-{card.key} --manifest FILE)"
            )
    tables = [path for path in tree.files if path.casefold().endswith(_TABLE_SUFFIXES)]
    if not tables:
        return ""
    return (
        f"; there is {visible(', '.join(tables[:3]), longest=200)}: with a header such as path,gold it can be imported "
        f"by emowb import my-{card.key} --manifest {visible(tables[0])}"
    )


def _no_sample(card: DatasetCard, path: Path, reader: DatasetReader, result: ImportResult) -> str:
    """Why an import found no sample."""
    skipped = (f"{len(result.skipped):,} skipped, the first ({it.path}): {it.reason}" for it in result.skipped[:1])
    why = "; ".join((*skipped, *result.notes)) or "its table has no rows"
    return f"{visible(str(path))} holds no sample of {card.title} that can be used: {why}; expected {reader.expected}"
