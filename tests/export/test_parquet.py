"""Parquet files, read back by pyarrow."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlite_utils import Database

from tests.export.worked_run import REFUSED, answer, outside, plan_run, ranked
from workbench.domain.datasets.cards import CARDS
from workbench.domain.runs import Run
from workbench.errors import DataError, UsageError
from workbench.export.export_run import ExportRequest, Format, export_run
from workbench.export.parquet import write_parquet
from workbench.export.run_tables import TableName
from workbench.export.tables import Row, Table, counts, labels, texts

MOSI = CARDS["cmumosi"]
PARQUET = ExportRequest(formats=(Format.PARQUET,))


@pytest.fixture
def run(db: Database) -> Run:
    planned = plan_run(db, MOSI, {"a": "negative", "b": "positive", "c": "positive", "d": "negative"})
    said = {"a": ranked("negative", "positive"), "b": REFUSED, "c": outside("=cmd()", "\ud83d so")}
    return answer(db, MOSI, planned, said)


def test_every_table_comes_back_with_its_types(db: Database, run: Run, tmp_path: Path) -> None:
    paths = export_run(db, MOSI, run, tmp_path, PARQUET)
    assert [path.name for path in paths] == [f"{name}.parquet" for name in TableName]
    predictions = pq.read_table(paths[1])
    fields = {field.name: field.type for field in predictions.schema}
    assert fields["ranking"] == pa.list_(pa.string())
    assert (fields["rank_of_gold"], fields["attempts"], fields["sample"]) == (pa.int64(), pa.int64(), pa.string())
    rows = {row["sample"]: row for row in predictions.to_pylist()}
    assert rows["a"]["ranking"] == ["negative", "positive"]
    assert rows["c"]["ranking"] == ["=cmd()", "\\ud83d so"], "no formula runs here, and nothing is defused"
    assert (rows["b"]["ranking"], rows["b"]["rank_of_gold"], rows["d"]["status"]) == ([], None, None)
    metrics = pq.read_table(paths[0])
    assert {field.type for field in metrics.schema if field.name in ("value", "low", "coverage")} == {pa.float64()}


def test_a_file_says_in_its_metadata_what_it_is_of(db: Database, run: Run, tmp_path: Path) -> None:
    for path in export_run(db, MOSI, run, tmp_path, PARQUET):
        about = {
            key.decode().removeprefix("emowb."): value.decode() for key, value in pq.read_schema(path).metadata.items()
        }
        assert (about["dataset"], about["run"], about["spec_hash"]) == ("cmumosi", "first", run.spec_hash)
        assert (about["protocol"], about["planned"], about["answered"]) == ("strict", "4", "2")
        assert float(about["coverage"]) == 0.5
        assert json.loads(about["spec"])["model"] == "schematic-baseline"
        assert about["emowb_version"]


def test_more_rows_than_are_held_at_once_become_several_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.export.parquet._GROUP_ROWS", 10)
    rows: list[Row] = [(f"s{number}", number, (f"l{number}",)) for number in range(25)]
    columns = (*texts("sample"), *counts("number"), *labels("labels"))
    path = write_parquet(tmp_path / "a.parquet", Table(name="a", columns=columns, rows=lambda: iter(rows), about={}))
    assert pq.ParquetFile(path).num_row_groups == 3
    assert pq.read_table(path).column("number").to_pylist() == list(range(25))


def test_a_failure_midway_leaves_no_file(tmp_path: Path) -> None:
    def rows() -> Iterator[Row]:
        yield ("x",)
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        write_parquet(tmp_path / "a.parquet", Table(name="a", columns=texts("a"), rows=rows, about={}))
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_data_error(db: Database, run: Run, tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("in the way")
    with pytest.raises(DataError, match="--out"):
        export_run(db, MOSI, run, tmp_path / "exports", PARQUET)


def test_without_the_extra_nothing_is_written_and_it_is_said_what_to_install(
    db: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'emowb\[parquet\]'"):
        export_run(db, MOSI, run, tmp_path / "exports", ExportRequest(formats=(Format.CSV, Format.PARQUET)))
    assert not (tmp_path / "exports").exists()
