"""Backups: a copy of the workspace, made while others write."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import UsageError
from workbench.storage.workspace.connections import LOCK_TIMEOUT_S, pragma
from workbench.storage.workspace.copies import copy_whole
from workbench.storage.workspace.database import open_as_it_is
from workbench.storage.workspace.file_access import BESIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy, and what is in it: counted in the copy, since the workspace may have changed meanwhile."""

    path: Path
    n_bytes: int
    schema: int
    datasets: int
    runs: int
    attempts: int
    review_changes: int


def backup_workspace(
    workspace: Path,
    target: Path,
    *,
    force: bool = False,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
    between_steps: Callable[[], object] = lambda: None,
) -> Backup:
    """Copy everything that is committed to a file of its own; with `force`, in place of what is there.

    An older workspace is copied as it is. Raises UsageError for a place that must not be written to, DatabaseError
    for a workspace that cannot be read and a copy that cannot be written; then what was there is there still.
    """
    _assert_place(workspace, target, force=force)
    with closing(open_as_it_is(workspace, lock_timeout_s=lock_timeout_s)) as source:
        n_bytes = copy_whole(source, target, replace=force, between_steps=between_steps)
    with closing(open_as_it_is(target, lock_timeout_s=lock_timeout_s)) as copy:
        return Backup(
            path=target,
            n_bytes=n_bytes,
            schema=pragma(copy, "user_version"),
            datasets=copy.table("dataset").count,
            runs=copy.table("run").count,
            attempts=copy.table("attempt").count,
            review_changes=copy.table("review_change").count,
        )


def _assert_place(workspace: Path, target: Path, *, force: bool) -> None:
    own = [Path(f"{workspace}{end}") for end in ("", *BESIDE)]
    if any(_is_same(one, target) for one in own):
        raise UsageError(f"{target} belongs to the workspace itself; name another file")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file in it, such as {target / workspace.name}")
    if os.path.lexists(target) and not (force and target.is_file()):
        way_out = ", or add --force to replace it" if target.is_file() else ""
        raise UsageError(f"{target} is there already; name another file{way_out}")
    for end in BESIDE:
        left = Path(f"{target}{end}")
        if left.exists() and left.stat().st_size:  # SQLite would take it for the copy's own, and ruin the copy
            raise UsageError(f"{left} is left of another database, or in use with it; name another file")


def _is_same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()
