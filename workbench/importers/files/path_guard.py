"""Which paths may be opened: regular files and folders inside the data set's folder. Checking opens no medium,
only files of a few hundred bytes, which may be placeholders."""

import os
import stat
from pathlib import Path
from typing import Final

from workbench.domain.datasets.file_kinds import HEAD_BYTES, not_the_file

LEADS_OUT: Final = "leads out of the data set's folder"


def under_root(root: Path, relative: str) -> Path | None:
    """The real path of `relative` below the resolved `root`, or None where links or `..` lead out of it."""
    real = Path(os.path.realpath(root / relative))  # unlike Path.resolve, no exception on a loop of links
    return real if real.is_relative_to(root) else None


def why_unusable(root: Path, relative: str, *, folder: bool) -> str | None:
    """Why the file (or folder) at `relative` must not be opened; None where it may."""
    real = under_root(root, relative)
    if real is None:
        return LEADS_OUT
    try:
        mode = real.stat().st_mode
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if folder:
        return None if stat.S_ISDIR(mode) else "not a folder"
    return None if stat.S_ISREG(mode) else "not a regular file"  # opening a FIFO would wait for ever


class PathGuard:
    """`why_unusable` for the many paths of one tree; each folder is resolved once."""

    def __init__(self, root: Path) -> None:
        self._root: Final = root
        self._plain: Final[dict[str, bool]] = {}

    def why_unusable(self, relative: str, *, folder: bool) -> str | None:
        """As the function `why_unusable`."""
        above, _, _ = relative.rpartition("/")
        if not folder and self._is_plain(above):
            path = f"{self._root}/{relative}"  # a Path for each of 100,000 is slow
            try:
                entry = os.lstat(path)
            except OSError as error:
                return f"cannot be read: {error.strerror}"
            if stat.S_ISREG(entry.st_mode):
                return _instead(path) if entry.st_size < HEAD_BYTES else None
        return why_unusable(self._root, relative, folder=folder)

    def _is_plain(self, folder: str) -> bool:
        """Whether the path from the root to a folder has no link and no `..` in it."""
        if folder not in self._plain:
            self._plain[folder] = under_root(self._root, folder) == self._root / folder
        return self._plain[folder]


def _instead(path: str) -> str | None:
    """What a small file is, where it is not the medium itself."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (as above)
            return not_the_file(file.read(HEAD_BYTES))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
