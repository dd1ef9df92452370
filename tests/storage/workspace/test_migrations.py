import re
import signal
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlite_utils

from tests.pipeline.watching import counted_totals
from tests.storage.full_disk import files_no_longer_than
from tests.storage.old_workspaces import OLD_VERSIONS, put_old
from tests.waiting import PATIENCE_S
from workbench import __version__
from workbench.domain.run_status import BatchState
from workbench.errors import DatabaseError
from workbench.storage.cases.review_log import load_changes, load_reviews
from workbench.storage.runs.batch_rows import load_batches, load_totals
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_control import load_control
from workbench.storage.runs.run_records import load_run
from workbench.storage.samples import load_sample_ids, load_samples
from workbench.storage.workspace.connections import connected, statements
from workbench.storage.workspace.database import SCHEMA_VERSION, open_workspace
from workbench.storage.workspace.migrations import MIGRATIONS, migrate

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def old(path: Path) -> Path:
    """A workspace of schema version 1."""
    put_old(path, 1)
    return path


RENAMED = {
    "sample": {"id": "no", "name": "id"},
    **{table: {"sample_id": "sample_no"} for table in ("batch_sample", "prediction", "review_change")},
}
"""What columns are called since version 5, by table."""


def rows(path: Path, *, columns: dict[str, list[str]] | None = None) -> Rows:
    """Everything in a file, by table; of these columns where they are given."""
    with closing(sqlite3.connect(path)) as db:
        return {
            table: db.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
            for table, names in (columns_of(path) if columns is None else columns).items()
        }


def columns_of(path: Path) -> dict[str, list[str]]:
    """By table."""
    with closing(sqlite_utils.Database(path)) as db:
        return {table.name: [column.name for column in table.columns] for table in db.tables}


def renamed(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the columns of an old file are called today."""
    return {table: [RENAMED.get(table, {}).get(name, name) for name in names] for table, names in columns.items()}


def version(path: Path) -> object:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def copies(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir() if ".bak" in one.name or one.name.endswith(".part"))


# ── from every version ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("old_version", OLD_VERSIONS)
def test_an_old_workspace_is_brought_up_to_date_and_keeps_every_row(path: Path, old_version: int) -> None:
    put_old(path, old_version)
    columns, before = columns_of(path), rows(path)
    open_workspace(path).close()
    after = rows(path, columns=renamed(columns))
    assert (version(path), copies(path)) == (SCHEMA_VERSION, [f"emowb.db.v{old_version}.bak"])
    if old_version > 1:
        assert after.pop("migration")[: len(before["migration"])] == before.pop("migration")
    assert after == before


@pytest.mark.parametrize("old_version", OLD_VERSIONS)
def test_an_old_workspace_comes_to_have_the_schema_of_a_new_one(path: Path, tmp_path: Path, old_version: int) -> None:
    put_old(path, old_version)
    open_workspace(path).close()
    new = tmp_path / "new.db"
    open_workspace(new, create=True).close()
    assert schema(path) == schema(new)


# ── from version 1 ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_in_a_workspace_of_version_1_can_be_worked_with(old: Path) -> None:
    with closing(open_workspace(old)) as db:
        run = load_run(db, "rafdb", "main")
        progress = load_totals(db, run.id)
        assert (run.reason, progress.planned, progress.requests, progress.unseen) == ("the network is gone", 5, 5, 1)
        assert [batch.sample_ids for batch in open_batches(db, run.id)] == [("e",), ("d",)]
        assert [sample.id for sample in load_samples(db, "rafdb")] == ["a", "b", "c", "d", "e"]
        assert len(list(read_results(db, run.id))) == 5
        assert {name: [one.reviewer for one in said] for name, said in load_reviews(db, run.id).items()} == {
            "b": ["ana"],
            "c": ["ben"],
        }
        assert db.conn.execute("SELECT COUNT(*), COUNT(endpoint), COUNT(job_id) FROM attempt").fetchone() == (5, 0, 0)


def schema(path: Path) -> tuple[set[tuple[Any, ...]], dict[str, list[Any]]]:
    """What stands in the schema, without its comments and line breaks, and the columns as SQLite understands them."""

    def plain(sql: str | None) -> str | None:
        text = re.sub(r"\s+", " ", re.sub("--[^\n]*", "", sql)) if sql else sql
        return re.sub(r"\s*([(),])\s*", r"\1", text) if text else text

    with closing(sqlite3.connect(path)) as db:
        entries = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        understood = {
            f"{kind}({name})": db.execute(f"PRAGMA {kind}({name})").fetchall()
            for _, name, *_ in entries
            for kind in ("table_xinfo", "foreign_key_list", "index_list", "index_xinfo")
        }
    return {(kind, name, table, plain(sql)) for kind, name, table, sql in entries}, understood


def migrations_in(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT version, program FROM migration ORDER BY version").fetchall()


def test_every_version_that_a_file_has_reached_is_recorded_in_it(old: Path) -> None:
    open_workspace(old).close()
    open_workspace(old).close()
    assert migrations_in(old) == [(one, __version__) for one in MIGRATIONS]
    with closing(sqlite3.connect(old)) as db:
        at, *_ = (at for (at,) in db.execute("SELECT at FROM migration"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", at)


def test_a_new_workspace_begins_with_the_version_it_was_made_in(path: Path) -> None:
    open_workspace(path, create=True).close()
    assert migrations_in(path) == [(SCHEMA_VERSION, __version__)]


def test_there_is_a_step_to_every_version_and_the_last_is_ours() -> None:
    assert list(MIGRATIONS) == list(range(2, SCHEMA_VERSION + 1))


# ── from version 2 ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_run_of_version_2_has_come_to_is_summed_up_and_its_batches_are_in_order(path: Path) -> None:
    put_old(path, 2)
    with closing(open_workspace(path)) as db:
        totals = load_totals(db, 1)
        assert totals == counted_totals(db, 1)
        assert totals.cost_usd is None
        counts = {state: count for state, count in totals.by_state.items() if count}
        assert counts == {
            BatchState.WAITING: 2,
            BatchState.IN_JOB: 1,
            BatchState.DONE: 1,
            BatchState.SPLIT: 1,
            BatchState.GIVEN_UP: 1,
        }
        page = load_batches(db, 1, None, is_sent=False, most=10)
        assert [row.id for row in page] == [6, 2, 5, 4, 3, 1]


# ── from version 3 ───────────────────────────────────────────────────────────────────────────────────────────────


def test_predictions_of_version_3_come_to_hold_the_gold_labels_of_their_samples(path: Path) -> None:
    put_old(path, 3)
    with closing(open_workspace(path)) as db:
        labels = db.conn.execute(
            "SELECT sample.gold, gold_label FROM prediction JOIN sample ON sample.no = sample_no"
        ).fetchall()
        assert len(labels) == 5
        assert all(gold == label for gold, label in labels)
        assert load_control(db, 1).limits.rpm == 60


# ── from version 4 ───────────────────────────────────────────────────────────────────────────────────────────────


def test_samples_of_version_4_are_known_by_the_same_ids_in_every_table(path: Path) -> None:
    put_old(path, 4)
    with closing(open_workspace(path)) as db:
        assert [load_sample_ids(db, key) for key in ("sfew2", "rafdb")] == [["a"], ["a", "b", "c", "d", "e"]]
        assert [batch.sample_ids for batch in open_batches(db, 1)] == [("e",), ("d",)]
        assert [one.sample.id for one in read_results(db, 1)] == ["a", "b", "c", "d", "e"]
        assert {(one.sample_id, one.field, one.value) for one in load_changes(db, 1)} >= {
            ("b", "label", "sad"),
            ("c", "note", "looks away"),
            ("e", "tags", "dark blurred"),
        }
        assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []


# ── the copy of the old file ─────────────────────────────────────────────────────────────────────────────────────


def test_the_old_file_is_kept_beside_whole_and_private_and_its_name_is_said(old: Path) -> None:
    before, said = rows(old), list[str]()
    open_workspace(old, say=said.append).close()
    copy = old.with_name("emowb.db.v1.bak")
    assert said == [f"{old} was of schema 1 and is of schema {SCHEMA_VERSION} now; a copy of the old file is {copy}"]
    assert (version(copy), rows(copy), stat.S_IMODE(copy.stat().st_mode)) == (1, before, 0o600)


def test_a_copy_that_is_there_is_never_written_over(old: Path) -> None:
    first = old.with_name("emowb.db.v1.bak")
    first.write_bytes(b"somebody's")
    open_workspace(old).close()
    assert copies(old) == ["emowb.db.v1.2.bak", "emowb.db.v1.bak"]
    assert first.read_bytes() == b"somebody's"


def test_a_workspace_of_today_is_not_copied(path: Path) -> None:
    open_workspace(path, create=True).close()
    open_workspace(path, say=pytest.fail).close()
    assert copies(path) == []


def test_where_there_is_no_room_for_the_copy_the_file_stays_as_it_was(old: Path) -> None:
    before, before_schema = rows(old), schema(old)
    n_bytes = old.stat().st_size
    with files_no_longer_than(n_bytes // 2), pytest.raises(DatabaseError, match=r"v1\.bak cannot be written"):
        open_workspace(old)
    assert (version(old), rows(old), schema(old), copies(old)) == (1, before, before_schema, [])
    open_workspace(old).close()
    assert version(old) == SCHEMA_VERSION


# ── interrupted ──────────────────────────────────────────────────────────────────────────────────────────────────

CHANGES_MUCH = """
ALTER TABLE attempt ADD COLUMN another TEXT;
CREATE TABLE ballast (x BLOB) STRICT;
INSERT INTO ballast
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT zeroblob(1000) FROM n;
"""


def interrupted(last: str) -> dict[int, str]:
    """Today's migrations, and one more that changes more than memory holds and then does this."""
    return {**MIGRATIONS, SCHEMA_VERSION + 1: f"{CHANGES_MUCH}{last};\n"}


def test_a_migration_that_fails_in_the_middle_leaves_the_file_as_it_was(old: Path) -> None:
    before = old.read_bytes()
    with closing(connected(old)) as db, pytest.raises(DatabaseError, match="no such table: nowhere"):
        migrate(db, old, pytest.fail, interrupted("DELETE FROM nowhere"))
    assert (old.read_bytes(), copies(old)) == (before, [])
    open_workspace(old).close()
    assert version(old) == SCHEMA_VERSION


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.pipeline.watching import counted_totals
from tests.storage.workspace.test_migrations import interrupted
from workbench.domain.run_status import BatchState
from workbench.storage.runs.batch_rows import load_batches, load_totals
from workbench.storage.workspace.connections import connected
from workbench.storage.workspace.migrations import migrate
path = Path(sys.argv[1])
db = connected(path)
db.conn.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
migrate(db, path, print, interrupted("SELECT die()"))
"""


def test_a_migration_that_is_killed_in_the_middle_rolls_back_whole(old: Path) -> None:
    before, columns, n_bytes = rows(old), columns_of(old), old.stat().st_size
    top = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", KILLED, str(old)], cwd=top, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert old.stat().st_size > n_bytes, "the kill must come when the file is half changed"
    assert version(old.with_name("emowb.db.v1.bak")) == 1
    with closing(open_workspace(old)) as db:
        assert db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []
    assert version(old) == SCHEMA_VERSION
    assert rows(old, columns=renamed(columns)) == before
    assert set(columns_of(old)) == {*columns, "job", "probe", "migration", "run_control", "run_meter", "run_sum"}


def test_two_programs_that_open_an_old_workspace_at_once_bring_it_up_to_date_once(old: Path) -> None:
    together = Barrier(4, timeout=PATIENCE_S)

    def opened(_: int) -> object:
        together.wait()
        with closing(open_workspace(old)) as db:
            return db.conn.execute("PRAGMA user_version").fetchone()[0]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(opened, range(4))) == [SCHEMA_VERSION] * 4
    assert migrations_in(old) == [(one, __version__) for one in MIGRATIONS]
    assert copies(old) == ["emowb.db.v1.bak"]


# ── statements ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_script_is_cut_where_its_statements_end() -> None:
    script = "-- a; b\nCREATE TABLE a (\n  x, -- one; two\n  y TEXT DEFAULT ';'\n);\nSELECT 1;\nSELECT 2"
    assert [one.strip() for one in statements(script)] == [script[: script.index(";\nS") + 1], "SELECT 1;", "SELECT 2"]
