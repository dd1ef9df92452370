"""Workspaces as earlier versions of the schema left them."""

import sqlite3
from contextlib import closing
from pathlib import Path

DATA = Path(__file__).parent / "data"


def put_version_1(path: Path) -> None:
    """A workspace of schema version 1 with a small run in it."""
    _put(path, "workspace_v1.sql")


def put_version_2(path: Path) -> None:
    """A workspace of schema version 2: that of version 1, and a job under way."""
    _put(path, "workspace_v2.sql")


def put_version_3(path: Path) -> None:
    """A workspace of schema version 3: that of version 2, brought up to date, and limits said of its run."""
    _put(path, "workspace_v3.sql")


def _put(path: Path, name: str) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript((DATA / name).read_text(encoding="utf-8"))
    path.chmod(0o600)
