"""Which of the published data sets a folder could hold: those whose reader finds samples in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from workbench.domain.datasets.cards import CARDS
from workbench.errors import DataError, UsageError
from workbench.importers.files.dataset_tree import DatasetTree, open_tree
from workbench.importers.read_dataset import READERS, read_tree
from workbench.importers.sets.dataset_reader import DatasetReader

_MOST_ENTRIES: Final = 400_000
"""Files and folders; to list more would take seconds, also where somebody has only typed the half of a path."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A data set that a folder could hold, and what an import with the usual options would find."""

    key: str
    samples: int
    skipped: int
    doubts: tuple[str, ...]
    """Why it may not be the set that it should be."""


def find_candidates(path: Path, is_outdated: Callable[[], bool] = lambda: False) -> list[Candidate]:
    """The data sets whose reader finds samples at `path`, the likeliest first. The folder is listed once.

    Sets with doubts come last, those that the path names come before others.

    `is_outdated` is asked now and then; when it is true, nobody waits for the answer, and DataError ends the search.
    Raises DataError for a path that is no folder, is empty, cannot be read or holds very many files.
    """
    suffixes = {suffix for reader in READERS.values() for suffix in reader.suffixes}
    tree = open_tree(path, suffixes, most_entries=_MOST_ENTRIES, is_outdated=is_outdated)
    found = [one for key, reader in READERS.items() if (one := _candidate(key, reader, tree)) is not None]
    named = "".join(filter(str.isalnum, str(tree.root).casefold()))
    return sorted(found, key=lambda one: (bool(one.doubts), one.key not in named, *_unlikeliness(one)))


def _candidate(key: str, reader: DatasetReader, tree: DatasetTree) -> Candidate | None:
    files = tuple(file for file in tree.files if PurePosixPath(file).suffix.casefold() in reader.suffixes)
    try:
        result = read_tree(CARDS[key], path=tree.root, tree=replace(tree, files=files))
    except (DataError, UsageError):
        return None
    return Candidate(key, len(result.samples), len(result.skipped), result.doubts)


def _unlikeliness(one: Candidate) -> tuple[float, float]:
    """What would be skipped counts, then how far the number of samples is off."""
    expected = CARDS[one.key].expected or one.samples
    return one.skipped / (one.samples + one.skipped), abs(one.samples - expected) / expected
