from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import plan, sample, store
from workbench.domain.runs import Run
from workbench.errors import DatabaseError
from workbench.storage.cases.text_search import TextSearch, mark_samples
from workbench.storage.workspace.connections import break_off_when
from workbench.storage.workspace.database import open_for_reading, open_workspace
from workbench.storage.workspace.parallel_reads import opener_beside

NAMES = ("fox", "straSSe", "ox", "Ärger", "none", "oxen", "straße")
ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_workspace(tmp_path / "emowb.db", create=True)) as workspace:
        yield workspace


@pytest.fixture
def run(db: Database) -> Run:
    """Planned in another order than the samples are stored in; words were said in some."""
    store(db, [sample(name, text="The ox." if name == "none" else None) for name in sorted(NAMES)])
    return plan(db, NAMES)


@pytest.mark.parametrize("halved_from", [1, 1_000])
@pytest.mark.parametrize(
    ("words", "found"),
    [("ox", {"fox", "ox", "none", "oxen"}), ("strass", {"straSSe", "straße"}), ("ärg", {"Ärger"}), ("zzz", set())],
)
def test_two_halves_find_what_one_pass_finds(
    db: Database, run: Run, words: str, found: set[str], halved_from: int
) -> None:
    marks = bytearray(len(NAMES))
    mark_samples(db, run.id, TextSearch(words), marks, halved_from=halved_from)
    assert {name for name, mark in zip(NAMES, marks, strict=True) if mark} == found


def test_an_empty_workspace_has_nothing_to_find(db: Database) -> None:
    mark_samples(db, 1, TextSearch("x"), bytearray(), halved_from=1)


def test_another_thread_is_broken_off_with_the_one_it_helps(db: Database, tmp_path: Path) -> None:
    with closing(open_for_reading(tmp_path / "emowb.db")) as reader, ThreadPoolExecutor(1) as other:
        looks = iter([False, False, True])
        break_off_when(reader, lambda: next(looks))
        opened = opener_beside(reader)

        def count() -> None:
            with closing(opened()) as beside:
                beside.conn.execute(ENDLESS)

        with pytest.raises(DatabaseError, match="interrupted"):
            other.submit(count).result()
