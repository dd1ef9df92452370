"""An unpacked data set on disk, listed once.

Archives are unpacked in many ways (a folder more or less, everything nested twice), so nothing is expected at a fixed
place: the tree is listed to a bounded depth, and files are found by the end of their paths.
"""

import filecmp
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain, product
from pathlib import Path, PurePosixPath
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.path_guard import LEADS_OUT, under_root, why_unusable
from workbench.importers.import_result import SkippedEntry

FURTHEST_DOWN: Final = 6
"""Folders below the root that are listed: enough for the parent of a folder with a doubly nested archive."""
FURTHEST_UP: Final = 3
"""Folders above the root where an annotation file is looked for, when the root is the folder of media."""
MOST_ENTRIES: Final = 5_000_000
_CANDIDATES_SHOWN: Final = 5
_JUNK: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin"})


def is_junk(name: str) -> bool:
    """Whether a file or folder is hidden or made by a desktop, and so no part of any data set."""
    folded = name.casefold()
    return folded.startswith((".", "~$")) or folded.endswith(".lnk") or folded in _JUNK


class LayoutNotFound(Exception):  # nothing broke
    """A part of the layout is not in the tree; the message says which."""


@dataclass(frozen=True, slots=True)
class DatasetTree:
    """Files and folders below a root, shallow first. Paths are relative to the root, with forward slashes."""

    root: Path
    """Resolved."""
    files: tuple[str, ...]
    """Everything with a wanted suffix except folders; also links and special files, which `PathGuard` refuses."""
    folders: tuple[str, ...]
    unusable: tuple[SkippedEntry, ...]
    """Names with control characters, folders that cannot be read, links that lead out of the root."""
    labels: "DatasetTree | None" = None
    """The tree of the annotations, if they lie apart from the media."""

    def annotation(self, *patterns: str) -> Path:
        """The annotation file that fits the first pattern for which there is one, below the root or else above it.

        A pattern is a file name (`*coding*.xlsx`) with the folders that it must lie in (`test*/set_1.csv`). Of files in
        one folder whose names differ in numbers alone the last is taken, since owners put dates into names. Copies of
        one file count once.
        Raises LayoutNotFound, and DataError for several files that differ and for one that must not be opened.
        """
        found = _latest(self.annotations(*patterns))
        for top, relative in found:
            reason = why_unusable(top, relative, folder=False)
            if reason:
                raise DataError(f"{visible(str(top / relative))}: {reason}")
        paths = [top / relative for top, relative in found]
        first, *others = paths
        different = [path for path in others if not _same_content(first, path)]
        if different:
            raise DataError(_several([first, *different]))
        return first

    def annotations(self, *patterns: str) -> Sequence[tuple[Path, str]]:
        """All files that fit the first pattern for which there is one, each as a folder and a path below it.

        Whether they may be opened is not checked here. Raises LayoutNotFound.
        """
        if self.labels is not None:
            return self.labels.annotations(*patterns)
        found = next(filter(None, chain(map(self.below, patterns), self._above(patterns))), None)
        if found is None:
            raise LayoutNotFound(f"no {' or '.join(patterns)}")
        return found

    def below(self, pattern: str) -> Sequence[tuple[Path, str]]:
        """The files below the root that fit, in the form of `annotations`; empty where there are none."""
        wanted = pattern.casefold().split("/")
        return [(self.root, path) for path in self.files if _ends_in(path.casefold(), wanted)]

    def _above(self, patterns: Sequence[str]) -> Iterator[Sequence[tuple[Path, str]]]:
        for top, pattern in product(self.root.parents[:FURTHEST_UP], patterns):
            try:
                fits = sorted(
                    path.relative_to(top).as_posix()
                    for path in top.glob(_in_any_case(pattern))
                    if not is_junk(path.name)
                )
            except OSError:  # a parent that may not be listed
                continue
            yield [(top, path) for path in fits]


def _ends_in(path: str, wanted: Sequence[str]) -> bool:
    if not fnmatchcase(path.rpartition("/")[2], wanted[-1]):
        return False
    parts = path.split("/")[-len(wanted) :]
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _in_any_case(pattern: str) -> str:
    """The pattern for `Path.glob`, which heeds case. Letters in square brackets are not supported."""
    return "".join(f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else letter for letter in pattern)


def _latest(files: Sequence[tuple[Path, str]]) -> Sequence[tuple[Path, str]]:
    """The files, shallow first; of those in one folder whose names differ in numbers alone only the last."""
    latest: dict[tuple[Path, str], tuple[Path, str]] = {}
    for top, path in sorted(files, key=lambda file: natural(file[1])):
        folder, _, name = path.rpartition("/")
        latest[top / folder, re.sub(r"\d+", "0", name.casefold())] = (top, path)
    return sorted(latest.values(), key=lambda file: (file[1].count("/"), file[1]))


def _same_content(one: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def _several(paths: Sequence[Path]) -> str:
    shown = ", ".join(visible(str(path)) for path in paths[:_CANDIDATES_SHOWN])
    more = ", ..." if len(paths) > _CANDIDATES_SHOWN else ""
    return (
        f"{len(paths)} files could be the list of labels, and they differ: {shown}{more}; "
        "give the folder of the one that you mean, or move the others away"
    )


def open_tree(
    path: Path,
    suffixes: Iterable[str],
    *,
    most_entries: int = MOST_ENTRIES,
    is_outdated: Callable[[], bool] = lambda: False,
) -> DatasetTree:
    """List what lies below `path`, keeping the files with one of `suffixes` (lower case, with the dot).

    `is_outdated` is asked before each folder; when it is true, listing ends with DataError. Raises DataError for a path
    that is no folder, is empty, cannot be read, or holds the whole disk.
    """
    root = Path(os.path.realpath(path))
    shown = visible(str(path))
    if not root.exists():
        raise DataError(f"{shown} does not exist; give the folder of the unpacked data set")
    if not root.is_dir():
        raise DataError(f"{shown} is a file; give the folder of the unpacked data set")
    listing = _Listing(root, frozenset(suffixes), most_entries, is_outdated)
    listing.walk()
    if listing.n_entries == 0:
        what = "cannot be read" if listing.unusable else "is empty"
        raise DataError(f"{shown} {what}; give the folder of the unpacked data set")
    return DatasetTree(root, tuple(listing.files), tuple(listing.folders), tuple(listing.unusable))


class _Listing:
    """One breadth-first walk, in the order of names."""

    def __init__(
        self, root: Path, suffixes: frozenset[str], most_entries: int, is_outdated: Callable[[], bool]
    ) -> None:
        self._most_entries = most_entries
        self._is_outdated = is_outdated
        self.files: list[str] = []
        self.folders: list[str] = []
        self.unusable: list[SkippedEntry] = []
        self.n_entries = 0
        self._root = root
        self._suffixes = suffixes
        self._waiting: deque[tuple[Path, str]] = deque([(root, "")])
        self._seen = {root}

    def walk(self) -> None:
        while self._waiting:
            if self._is_outdated():
                raise DataError(f"listing {self._root} was broken off")
            folder, prefix = self._waiting.popleft()
            try:
                with os.scandir(folder) as entries:
                    names = sorted((entry.name, entry) for entry in entries if not is_junk(entry.name))
            except OSError as error:
                self._skip(prefix or ".", f"cannot be read: {error.strerror}")
                continue
            self.n_entries += len(names)
            if self.n_entries > self._most_entries:
                raise DataError(
                    f"more than {self._most_entries:,} files below {self._root}; give the data set's own folder"
                )
            for name, entry in names:
                self._note(entry, prefix + name)

    def _note(self, entry: os.DirEntry[str], relative: str) -> None:
        is_folder = _is_folder(entry)
        if not is_folder and PurePosixPath(entry.name).suffix.casefold() not in self._suffixes:
            return
        if visible(entry.name) != entry.name:
            self._skip(relative, "its name holds control characters or is not UTF-8")
        elif is_folder:
            self._note_folder(relative)
        else:
            self.files.append(relative)

    def _note_folder(self, relative: str) -> None:
        self.folders.append(relative)
        real = under_root(self._root, relative)
        if real is None:
            self._skip(relative, LEADS_OUT)
        elif real not in self._seen and relative.count("/") < FURTHEST_DOWN:
            self._seen.add(real)
            self._waiting.append((real, relative + "/"))

    def _skip(self, relative: str, reason: str) -> None:
        self.unusable.append(SkippedEntry(visible(relative), reason))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A sorting key in which numbers count as numbers: 2 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text))
