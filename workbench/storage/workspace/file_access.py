"""Where a workspace file lies, and who may read and write it: its disk, its owner, its mode."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from workbench.errors import DatabaseError

_MOUNTS: Final = Path("/proc/self/mountinfo")
_REMOTE: Final = frozenset(
    (
        *("9p", "acfs", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "gfs2", "glusterfs"),
        *("gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2", "smb2", "smb3"),
        *("smbfs", "vboxsf", "virtiofs", "vmhgfs", "wekafs"),
    )
)
BESIDE: Final = ("-journal", "-wal", "-shm")
"""Suffixes of the files that SQLite keeps beside a workspace."""


def assert_readable(path: Path) -> None:
    """Raises DatabaseError for a folder, a device and the like, and for a file that this user may not read."""
    if not path.is_file():
        raise DatabaseError(f"{path} is no file; name a workspace file with --db")
    if not os.access(path, os.R_OK):
        raise DatabaseError(f"the workspace {path} is closed to you; name another with --db")


def assert_writable(path: Path) -> None:
    """Raises DatabaseError for a workspace that this user, or anybody on a read-only disk, can only read."""
    for one in (path, path.parent):  # SQLite keeps a journal beside the file
        if not os.access(one, os.W_OK):
            what = "" if one is path else f": its folder {one} cannot"
            raise DatabaseError(
                f"the workspace {path} can be read, but not written{what}; "
                "make both writable for yourself, or copy it elsewhere and name the copy with --db"
            )


def keep_private(path: Path, say: Callable[[str], None]) -> None:
    """Make a workspace readable by its owner alone. `say` is told so, or that only its owner can do it."""
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if not mode & 0o077:
        return
    if found.st_uid != os.geteuid():
        say(f"{path} can be read by others than its owner; whoever owns it should run: chmod 600 {path}")
        return
    for end in ("", *BESIDE):
        one = Path(f"{path}{end}")
        if one.exists():
            one.chmod(0o600)
    say(f"{path} could be read by others (mode {mode:04o}) and is readable by you alone now")


def is_remote(path: Path, mounts: str | None = None) -> bool:
    """Whether a file lies on another machine's disk, or on one shared with a host: several kernels may have it open.

    Read from the kernel's table of mounts (proc(5), mountinfo). Where there is none (macOS), a disk counts as local.
    """
    if mounts is None:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape") if _MOUNTS.exists() else ""
    path = path.resolve()
    nearest, kind = Path(), ""
    for line in mounts.splitlines():
        place, _, rest = line.partition(" - ")
        mounted = Path(_unescaped(place.split(" ")[4]))
        if path.is_relative_to(mounted) and len(mounted.parts) >= len(nearest.parts):  # the last one lies on top
            nearest, kind = mounted, rest.split(" ")[0]
    return kind.partition(".")[0] in _REMOTE  # all of fuse.sshfs, fuse.rclone, ...


def _unescaped(text: str) -> str:
    r"""The kernel writes a blank in a name as `\040`."""
    head, *rest = text.split("\\")
    return head + "".join(chr(int(one[:3], 8)) + one[3:] for one in rest)
