"""What can be asked for, by which words, and what is refused before anything is written."""

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import ranked
from tests.export.worked_run import answer, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.exports import ExportRequest, Format, TableName, formats_named, tables_named
from workbench.domain.runs import Run
from workbench.errors import DatabaseError, UsageError
from workbench.export.export_run import export_run
from workbench.export.run_tables import Table
from workbench.export.table_files import csv_of
from workbench.storage.workspace.database import open_workspace

MOSI = CARDS["cmumosi"]


@pytest.fixture
def run(db: Database) -> Run:
    return answer(db, MOSI, plan_run(db, MOSI, {"a": "negative"}), {"a": ranked("negative")})


def test_words_name_tables_and_formats() -> None:
    assert tables_named("all") == tuple(TableName)
    assert tables_named("reviews, metrics,reviews") == (TableName.REVIEWS, TableName.METRICS)
    assert formats_named("csv,html") == (Format.CSV, Format.HTML)


def test_an_unknown_word_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean predictions"):
        tables_named("prediction")
    with pytest.raises(UsageError, match="did you mean parquet"):
        formats_named("csv,parket")
    with pytest.raises(UsageError, match="unknown format ''"):
        formats_named("")


def test_files_come_in_the_order_asked(db: Database, run: Run, tmp_path: Path) -> None:
    wanted = ExportRequest(
        tables=(TableName.CONFUSION, TableName.METRICS),
        formats=(Format.MARKDOWN, Format.JSONL, Format.LATEX, Format.CSV),
    )
    names = [path.name for path in export_run(db, MOSI, run, tmp_path, wanted)]
    assert names == [
        *("tables.md", "confusion.jsonl", "metrics.jsonl", "tables.tex", "tables-standalone.tex"),
        *("confusion.csv", "metrics.csv"),
    ]
    assert {path.name for path in (tmp_path / "cmumosi" / "first").iterdir()} == set(names)


@pytest.mark.parametrize("form", [Format.MARKDOWN, Format.LATEX])
def test_a_document_of_lists_alone_is_refused_before_anything_is_written(
    db: Database, run: Run, tmp_path: Path, form: Format
) -> None:
    wanted = ExportRequest(tables=(TableName.PREDICTIONS, TableName.ATTEMPTS), formats=(Format.CSV, form))
    with pytest.raises(UsageError, match="choose csv, jsonl or parquet"):
        export_run(db, MOSI, run, tmp_path / "exports", wanted)
    assert not (tmp_path / "exports").exists()


def test_jsonl_holds_lists_and_nulls(db: Database, run: Run, tmp_path: Path) -> None:
    wanted = ExportRequest(tables=(TableName.PREDICTIONS,), formats=(Format.JSONL,))
    (path,) = export_run(db, MOSI, run, tmp_path, wanted)
    (row,) = map(json.loads, path.read_text().splitlines())
    assert (row["ranking"], row["rank_of_gold"], row["note"]) == (["negative"], 1, None)
    assert (row["run"], row["spec_hash"], row["protocol"], row["planned"], row["answered"]) == (
        *("first", run.spec_hash, "strict", 1, 1),
    )


def test_all_tables_speak_of_one_moment(
    db: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each table, somebody else wants to take the prediction away; without a write-ahead log, they wait."""

    def interrupted(table: Table) -> Iterator[str]:
        other = open_workspace(tmp_path / "emowb.db", lock_timeout_s=0.05)
        with closing(other), suppress(DatabaseError):
            other.conn.execute("UPDATE prediction SET status = NULL")
        return csv_of(table)

    monkeypatch.setattr("workbench.export.export_run.csv_of", interrupted)
    wanted = ExportRequest(tables=(TableName.METRICS, TableName.PREDICTIONS))
    metrics, predictions = export_run(db, MOSI, run, tmp_path, wanted)
    assert "accuracy,,1.0" in metrics.read_text()
    assert ",ranked," in predictions.read_text()
    assert not db.conn.in_transaction
