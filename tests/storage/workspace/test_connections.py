from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import plan, sample, store
from workbench.errors import DatabaseError
from workbench.storage.workspace.connections import read_snapshot
from workbench.storage.workspace.database import open_workspace


def test_what_is_read_of_one_moment_does_not_change(db: Database, path: Path) -> None:
    store(db, [sample("a")])
    plan(db, ["a"])

    def statuses() -> list[object]:
        return [status for (status,) in db.conn.execute("SELECT status FROM prediction")]

    def changed() -> None:
        with closing(open_workspace(path, lock_timeout_s=0.05)) as other, suppress(DatabaseError):
            other.conn.execute("UPDATE prediction SET status = 'refused'")

    with read_snapshot(db), read_snapshot(db):
        assert statuses() == [None]
        changed()
        assert statuses() == [None]
    changed()
    assert statuses() == ["refused"]


def test_a_moment_ends_with_an_error_too(db: Database) -> None:
    with pytest.raises(RuntimeError), read_snapshot(db):
        raise RuntimeError
    assert not db.conn.in_transaction
