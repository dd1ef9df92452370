"""Workspaces as earlier versions of the schema left them."""

import sqlite3
from contextlib import closing
from pathlib import Path

DATA = Path(__file__).parent / "data"
OLD_VERSIONS = (1, 2, 3, 4)
"""Version 1 holds a small run. Each later one is that of the version before, brought up to date, and what it brought:
a job under way, limits set for the run, one more review and a second data set."""


def put_old(path: Path, version: int) -> None:
    """Write a workspace of an old version of the schema."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript((DATA / f"workspace_v{version}.sql").read_text(encoding="utf-8"))
    path.chmod(0o600)
