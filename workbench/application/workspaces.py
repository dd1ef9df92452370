"""The workspace file itself: its state, and copies of it."""

from dataclasses import dataclass, replace
from pathlib import Path

from workbench.application.context import Context
from workbench.errors import DatabaseError
from workbench.storage.workspace import backups
from workbench.storage.workspace.backups import Backup
from workbench.storage.workspace.database import (
    SCHEMA_VERSION,
    WorkspaceFile,
    inspect_file,
    journal_mode,
    sqlite_version,
    wal_is_safe,
)

__all__ = [
    "SCHEMA_VERSION",
    "Backup",
    "WorkspaceFile",
    "WorkspaceState",
    "back_up",
    "bring_up_to_date",
    "inspect_workspace",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceState:
    """SQLite, and the workspace as it is found."""

    sqlite: str
    """The version of SQLite."""
    wal_is_safe: bool
    """Whether that version is free of the bug that can damage a file with a write-ahead log."""
    exists: bool
    journal_wanted: str | None = None
    """The journal mode that this file should have here; None where there is no file."""
    file: WorkspaceFile | None = None
    problem: str | None = None
    """Why the file cannot be read."""


def back_up(context: Context, target: Path, *, force: bool = False) -> Backup:
    """Copy the workspace to `target`, also while it is in use; with `force`, over a file that is there.

    Raises UsageError for a place that must not be written to, DatabaseError where the copy cannot be made.
    """
    return backups.backup_workspace(context.settings.db, target, force=force)


def bring_up_to_date(context: Context) -> None:
    """Bring an older workspace up to date now; what is done is told to `context.tell`.

    Raises DatabaseError where there is none or it cannot be opened.
    """
    with context.workspace():
        pass


def inspect_workspace(path: Path) -> WorkspaceState:
    """Look at a workspace without changing anything in it. Never raises for what is found."""
    state = WorkspaceState(sqlite=sqlite_version, wal_is_safe=wal_is_safe(), exists=path.exists())
    if not state.exists:
        return state
    state = replace(state, journal_wanted=journal_mode(path))
    try:
        return replace(state, file=inspect_file(path))
    except DatabaseError as error:
        return replace(state, problem=str(error))
