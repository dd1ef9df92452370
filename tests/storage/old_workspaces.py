"""Workspaces as earlier versions of the schema left them."""

import sqlite3
from contextlib import closing
from pathlib import Path

DATA = Path(__file__).parent / "data"


def put_version_1(path: Path) -> None:
    """A workspace of schema version 1 with a small run in it."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript((DATA / "workspace_v1.sql").read_text(encoding="utf-8"))
    path.chmod(0o600)
