import asyncio
import sqlite3
from pathlib import Path

import pytest

from workbench.errors import DatabaseError
from workbench.storage.workspace.database import Database, open_workspace
from workbench.storage.workspace.writer import Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    open_workspace(tmp_path / "emowb.db", create=True).close()
    return tmp_path / "emowb.db"


def keep(key: str) -> "Work":
    return Work(key)


class Work:
    """Stores a data set by its key; the second of the same key cannot be stored."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, db: Database) -> str:
        db.conn.execute("INSERT INTO dataset VALUES (?, NULL, '/', '2026', '[]')", (self._key,))
        return self._key


def stored(path: Path) -> list[str]:
    """What another connection sees."""
    conn = sqlite3.connect(path)
    try:
        return [key for (key,) in conn.execute("SELECT key FROM dataset ORDER BY rowid")]
    finally:
        conn.close()


def written(path: Path, *points: list[str]) -> Writer:
    reached = points[0].append if points else (lambda _: None)
    return Writer(lambda: open_workspace(path, any_thread=True), reached=reached)


async def test_whoever_asked_hears_of_it_when_others_can_see_it(path: Path) -> None:
    async with written(path) as writer:
        for key in ("a", "b", "c"):
            assert await writer.do(keep(key)) == key
            assert stored(path)[-1] == key


async def test_what_is_asked_at_the_same_time_is_committed_together_in_the_order_of_asking(path: Path) -> None:
    points: list[str] = []
    async with written(path, points) as writer:
        keys = [f"k{number:02d}" for number in range(50)]
        assert await asyncio.gather(*(writer.do(keep(key)) for key in keys)) == keys
    assert stored(path) == keys
    assert points.count("after commit") <= 3
    assert points[:2] == ["inside the transaction", "after commit"]


async def test_one_works_error_is_its_own_and_the_others_are_stored(path: Path) -> None:
    async with written(path) as writer:
        results = await asyncio.gather(*(writer.do(keep(key)) for key in ("a", "b", "a", "c")), return_exceptions=True)
        assert [result if isinstance(result, str) else type(result) for result in results] == [
            "a",
            "b",
            DatabaseError,
            "c",
        ]
        assert await writer.do(keep("d")) == "d"
    assert sorted(stored(path)) == ["a", "b", "c", "d"]


async def test_what_was_asked_is_done_though_nobody_waits_for_it(path: Path) -> None:
    async with written(path) as writer:
        asked = asyncio.create_task(writer.do(keep("a")))
        await asyncio.sleep(0)
        asked.cancel()
    assert stored(path) == ["a"]


async def test_a_workspace_that_another_program_holds_is_an_error_that_passes(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with Writer(lambda: open_workspace(path, any_thread=True, lock_timeout_s=0.01)) as writer:
        with pytest.raises(DatabaseError, match="another program holds it"):
            await writer.do(keep("a"))
        other.execute("ROLLBACK")
        assert await writer.do(keep("b")) == "b"
    other.close()
    assert stored(path) == ["b"]


async def test_a_workspace_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no workspace"):
        async with written(tmp_path / "nothing.db"):
            pytest.fail("nothing was opened")
