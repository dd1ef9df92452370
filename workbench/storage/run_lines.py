"""The line at an endpoint: the processes that send runs of one workspace, in the order in which they came.

A place in the line is a file that its process keeps locked. The kernel lets go of the lock when the process ends,
however it ends, so a killed process holds nobody up. Whoever deletes the file takes its process out of the line.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from workbench.errors import DataError, UsageError

_EVERY_S: Final = 0.5
_NEW: Final = ".new"
_HASH_CHARS: Final = 16


def line_folder(workspace: Path, endpoint: str) -> Path:
    """Where the places of a workspace's runs at an endpoint are."""
    import platformdirs

    mark = hashlib.sha256(f"{workspace.absolute()}\n{endpoint}".encode()).hexdigest()[:_HASH_CHARS]
    return platformdirs.user_state_path("emowb") / "lines" / mark


@contextmanager
def place_in_line(folder: Path, who: str, *, waits: bool, tell: Callable[[str], None]) -> Iterator[None]:
    """Have a place in the line for the time of the block, which begins at once or, with `waits`, in turn.

    Raises UsageError where the place is taken away while it waits, DataError where it cannot wait since the folder
    cannot be written; without `waits`, there is just no place then.
    """
    path = folder / f"{time.time_ns():020}-{os.getpid()}"
    new = path.with_suffix(_NEW)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = new.open("x", encoding="utf-8")
    except OSError as error:
        if waits:
            raise DataError(f"{folder} cannot be written, so no run can wait in line: {error.strerror}") from error
        yield
        return
    with opened as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        place.write(who)
        place.flush()
        new.rename(path)  # seen by others only once it is locked
        try:
            if waits:
                _wait(folder, path, tell)
            yield
        finally:
            path.unlink(missing_ok=True)


def who_is_ahead(folder: Path, is_mine: Callable[[str], bool]) -> list[str] | None:
    """Who comes before the last place of mine; None where I have none."""
    places = _places(folder)
    mine = [at for at, (_, who) in enumerate(places) if is_mine(who)]
    return [who for _, who in places[: mine[-1]]] if mine else None


def leave_line(folder: Path, is_mine: Callable[[str], bool]) -> bool:
    """Give up the places of mine where others come first; returns whether there were any."""
    found = [path for path, who in _places(folder)[1:] if is_mine(who)]
    for path in found:
        path.unlink(missing_ok=True)
    return bool(found)


def _wait(folder: Path, path: Path, tell: Callable[[str], None]) -> None:
    told = None
    while ahead := [who for other, who in _places(folder) if other.name < path.name]:
        if not path.exists():
            raise UsageError("it was taken out of the line; nothing was sent")
        if ahead != told:
            tell(f"waiting in line behind {', '.join(ahead)}")
            told = ahead
        time.sleep(_EVERY_S)


def _places(folder: Path) -> list[tuple[Path, str]]:
    """The places that a process holds, the first in line first."""
    if not folder.is_dir():
        return []
    return [
        (path, path.read_text(encoding="utf-8"))
        for path in sorted(folder.iterdir())
        if path.suffix != _NEW and _is_held(path)
    ]


def _is_held(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as place:
            fcntl.flock(place, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    path.unlink(missing_ok=True)  # its process has ended without a word
    return False
