"""The unpacked data set on disk, listed once, and the only way from a name in a table to a path.

Owners' archives are unpacked in many ways (one folder more, one less, everything twice nested), so nothing is
expected at a fixed place: the tree is listed to a bounded depth, and media are found by the last parts of their paths.
Nothing is opened here, and nothing outside the root is ever reached: `under_root` decides.
"""

import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain, product
from pathlib import Path, PurePosixPath
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.found import Missing, Skipped, Unusable

FURTHEST_DOWN: Final = 5
"""Folders below the root that are listed: enough for the parent of a folder with a doubly nested archive."""
FURTHEST_UP: Final = 3
"""Folders above the root where an annotation file is looked for, when the root is the folder of media."""
MOST_ENTRIES: Final = 5_000_000
_JUNK: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin"})
_LEADS_OUT: Final = "leads out of the data set's folder"


def under_root(root: Path, relative: str) -> Path | None:
    """The real path of `relative` below the resolved `root`, or None where links or `..` lead out of it."""
    real = Path(os.path.realpath(root / relative))  # unlike Path.resolve, no exception on a loop of links
    return real if real.is_relative_to(root) else None


def is_junk(name: str) -> bool:
    """Whether a file or folder is a desktop's litter (or hidden), and no part of any data set."""
    folded = name.casefold()
    return folded.startswith(".") or folded.endswith(".lnk") or folded in _JUNK


class NotThere(Exception):  # noqa: N818  # nothing broke
    """A part of the data set that the tree does not hold; the message says which."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What lies below a folder, shallow first; paths are relative to the root, with forward slashes."""

    root: Path
    """Resolved."""
    files: tuple[str, ...]
    """Everything with a wanted suffix that is no folder; links and special files too, which `Places` refuses."""
    folders: tuple[str, ...]
    unusable: tuple[Skipped, ...]
    """Names that cannot be written down, folders that cannot be read, links that lead out."""

    def annotation(self, *patterns: str) -> Path:
        """The file of labels that matches the first pattern to match anything, below the root before above it.

        A pattern is a file name (`*coding*.xlsx`), or folders and a file name, where the folders only count above
        the root. Of several at one depth the last by name is taken, since owners put dates into names.
        Raises NotThere, and DataError for a file that must not be opened.
        """
        for top, relative in chain(self._below(patterns), self._above(patterns)):
            reason = why_unusable(top, relative, folder=False)
            if reason:
                raise DataError(f"{visible(str(top / relative))}: {reason}")
            return top / relative
        raise NotThere(f"no {' or '.join(patterns)}")

    def _below(self, patterns: Sequence[str]) -> Iterator[tuple[Path, str]]:
        for pattern in patterns:
            last = PurePosixPath(pattern.casefold()).name
            fits = [path for path in self.files if fnmatchcase(PurePosixPath(path).name.casefold(), last)]
            if fits:
                shallowest = min(path.count("/") for path in fits)
                yield self.root, max(path for path in fits if path.count("/") == shallowest)

    def _above(self, patterns: Sequence[str]) -> Iterator[tuple[Path, str]]:
        for top, pattern in product(self.root.parents[:FURTHEST_UP], patterns):
            try:
                fits = sorted(path.relative_to(top).as_posix() for path in top.glob(pattern))
            except OSError:  # a parent that may not be listed holds nothing for us
                continue
            yield from ((top, path) for path in fits[-1:])


def open_tree(path: Path, suffixes: Iterable[str]) -> Tree:
    """List what lies below `path`, keeping the files with one of `suffixes` (lower case, with the dot).

    Raises DataError for a path that is no folder, is empty, cannot be read, or holds the whole disk.
    """
    root = Path(os.path.realpath(path))
    shown = visible(str(path))
    if not root.exists():
        raise DataError(f"{shown} does not exist")
    if not root.is_dir():
        raise DataError(f"{shown} is a file; give the folder of the unpacked data set")
    listing = _Listing(root, frozenset(suffixes))
    listing.walk()
    if listing.n_entries == 0:
        raise DataError(f"{shown} is empty" if not listing.unusable else f"{shown} cannot be read")
    return Tree(root, tuple(listing.files), tuple(listing.folders), tuple(listing.unusable))


class _Listing:
    """One breadth-first walk, in the order of names."""

    def __init__(self, root: Path, suffixes: frozenset[str]) -> None:
        self.files: list[str] = []
        self.folders: list[str] = []
        self.unusable: list[Skipped] = []
        self.n_entries = 0
        self._root = root
        self._suffixes = suffixes
        self._waiting: deque[tuple[Path, str]] = deque([(root, "")])
        self._seen = {root}

    def walk(self) -> None:
        while self._waiting:
            folder, prefix = self._waiting.popleft()
            try:
                with os.scandir(folder) as entries:
                    names = sorted((entry.name, entry) for entry in entries if not is_junk(entry.name))
            except OSError as error:
                self._skip(prefix or ".", f"cannot be read: {error.strerror}")
                continue
            self.n_entries += len(names)
            if self.n_entries > MOST_ENTRIES:
                raise DataError(f"more than {MOST_ENTRIES:,} files below {self._root}; give the data set's own folder")
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
            self._skip(relative, _LEADS_OUT)
        elif real not in self._seen and relative.count("/") < FURTHEST_DOWN:
            self._seen.add(real)
            self._waiting.append((real, relative + "/"))

    def _skip(self, relative: str, reason: str) -> None:
        self.unusable.append(Skipped(visible(relative), reason))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def why_unusable(root: Path, relative: str, *, folder: bool) -> str | None:
    """Why the file (or folder) at `relative` must not be opened; None where it may. Nothing is opened to find out."""
    real = under_root(root, relative)
    if real is None:
        return _LEADS_OUT
    try:
        mode = real.stat().st_mode
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if folder:
        return None if stat.S_ISDIR(mode) else "not a folder"
    return None if stat.S_ISREG(mode) else "not a regular file"  # opening a FIFO would wait for ever


class Places:
    """Finds media by the last parts of their paths, whatever folders lie above."""

    def __init__(self, root: Path, paths: Iterable[str], *, n_parts: int, prefer: tuple[str, ...] = ()) -> None:
        """Know `paths` by their last `n_parts`; of equals the one whose path holds the earliest word of `prefer`."""
        self._root = root
        self._exact: dict[tuple[str, ...], str] = {}
        self._folded: dict[tuple[str, ...], str] = {}
        for path in sorted(paths, key=lambda path: _rank(path, prefer)):  # stable: shallow first among equals
            tail = PurePosixPath(path).parts[-n_parts:]
            self._exact.setdefault(tail, path)
            self._folded.setdefault(tuple(part.casefold() for part in tail), path)

    def file(self, *tails: tuple[str, ...]) -> str:
        """The path of the first of `tails` that exists, as written or in another case.

        Raises Missing where none does, and Unusable for one that leads out of the root or is no regular file.
        """
        return self._find(tails, folder=False)

    def folder(self, *tails: tuple[str, ...]) -> str:
        """As `file`, for a folder."""
        return self._find(tails, folder=True)

    def _find(self, tails: tuple[tuple[str, ...], ...], *, folder: bool) -> str:
        for tail in tails:
            if ".." in tail or any(part.startswith("/") for part in tail):
                raise Unusable(_LEADS_OUT)
            path = self._exact.get(tail) or self._folded.get(tuple(part.casefold() for part in tail))
            if path is None:
                continue
            reason = why_unusable(self._root, path, folder=folder)
            if reason:
                raise Unusable(reason)
            return path
        raise Missing(f"no {'folder' if folder else 'file'} {visible('/'.join(tails[0]), longest=100)}")


def _rank(path: str, prefer: tuple[str, ...]) -> int:
    folded = path.casefold()
    return next((rank for rank, word in enumerate(prefer) if word in folded), len(prefer))
