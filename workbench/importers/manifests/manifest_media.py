"""The media that a manifest names: their kind, and whether they may be opened.

A manifest can come from somebody else, so its paths are not trusted: they may only name regular files and folders
below the root. Nothing is opened and nothing is fetched.
"""

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final

from workbench.domain.datasets.samples import BETWEEN_FILES, MediaKind
from workbench.domain.visible import visible
from workbench.importers.files.path_guard import LEADS_OUT, PathGuard
from workbench.importers.import_result import MissingMedia, Unusable

_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"})
_VIDEOS: Final = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".flv"})
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://|(?:data|file|https?):", re.IGNORECASE)
_LONGEST_PATH_BYTES: Final = 4096  # PATH_MAX of Linux
_FOLDERS_REMEMBERED: Final = 64


class ListedMedia:
    """Finds the media of one manifest below its root."""

    def __init__(self, root: Path) -> None:
        """Look below `root`, which must be resolved."""
        self._root: Final = root
        self._guard: Final = PathGuard(root)
        self._listed: Final[dict[str, str]] = {}
        self._resolved: Final = lru_cache(_FOLDERS_REMEMBERED)(os.path.realpath)
        self._names_by_case: Final = lru_cache(_FOLDERS_REMEMBERED)(_names_by_case)

    def find(self, cell: str) -> tuple[MediaKind, str]:
        """The kind and the relative path of a medium; for several pictures their paths, joined in order.

        Raises MissingMedia and Unusable.
        """
        found = [self._one(part.strip()) for part in cell.split(BETWEEN_FILES) if part.strip()]
        if not found:
            raise Unusable("it has no path")
        kind, path = found[0]
        if len(found) > 1:
            if any(kind is not MediaKind.IMAGE for kind, _ in found):
                raise Unusable("several paths that are not all pictures")
            kind, path = MediaKind.FILES, BETWEEN_FILES.join(path for _, path in found)
        self._require_own_case(path)
        return kind, path

    def is_listed(self, path: str) -> bool:
        """Whether `remember` was called with this path."""
        return path.casefold() in self._listed

    def remember(self, path: str) -> None:
        """Keep the path of a sample."""
        folded = path.casefold()
        self._listed[path if folded == path else folded] = path  # most are their own key, which costs no memory

    def _require_own_case(self, path: str) -> None:
        known = self._listed.get(path.casefold(), path)
        if known != path:
            raise Unusable(f"its path differs from {visible(known, longest=100)} in case alone")

    def _one(self, text: str) -> tuple[MediaKind, str]:
        path = self._relative(text)
        suffix = PurePosixPath(path).suffix.casefold()
        kind = MediaKind.IMAGE if suffix in _PICTURES else MediaKind.VIDEO if suffix in _VIDEOS else MediaKind.FRAMES
        reason = self._guard.why_unusable(path, folder=kind is MediaKind.FRAMES)
        if reason is None:
            return kind, path
        if reason != LEADS_OUT and _is_missing(self._root / path):
            raise MissingMedia(f"no such file or folder{self._in_another_case(path)}")
        if kind is MediaKind.FRAMES and self._guard.why_unusable(path, folder=False) is None:
            raise Unusable(f"neither a picture nor a video, by its suffix {suffix!r}")
        raise Unusable(reason)

    def _relative(self, text: str) -> str:
        """The path below the root, with forward slashes."""
        if _ADDRESS.match(text):
            raise Unusable("an address, and nothing is fetched; give the path of a file")
        if len(text) >= _LONGEST_PATH_BYTES:
            raise Unusable("its path is longer than any that a file can have")
        if visible(text) != text:
            raise Unusable("its path holds control characters")
        path = text.replace("\\", "/")
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in parts or not parts:
            raise Unusable(LEADS_OUT if parts else "its path names the root itself")
        return self._below_root("/" + "/".join(parts)) if path.startswith("/") else "/".join(parts)

    def _below_root(self, absolute: str) -> str:
        above, _, name = absolute.rpartition("/")
        real = Path(self._resolved(above or "/"), name)
        if not real.is_relative_to(self._root):
            raise Unusable(LEADS_OUT)
        return real.relative_to(self._root).as_posix()

    def _in_another_case(self, path: str) -> str:
        """A hint where a file of that name exists in another case of letters."""
        above, _, name = path.rpartition("/")
        there = self._names_by_case(self._root / above).get(name.casefold())
        return f"; there is {visible(there, longest=100)}" if there else ""


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # there, but not for us
        return False
    return False


def _names_by_case(folder: Path) -> Mapping[str, str]:
    try:
        return {path.name.casefold(): path.name for path in folder.iterdir()}
    except OSError:  # a folder that is not there holds nothing
        return {}
