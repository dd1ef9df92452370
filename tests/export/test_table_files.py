"""Tables as CSV, JSONL and Parquet."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.building import REFUSED, ranked
from tests.export.worked_run import answer, outside, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.exports import ExportRequest, Format, TableName
from workbench.domain.runs import Run
from workbench.errors import DataError, UsageError
from workbench.export.export_run import export_run
from workbench.export.run_tables import Kind, Row, Table, columns
from workbench.export.table_files import CsvCell, csv_lines, csv_of, defused, joined, jsonl_of, write_parquet


def csv_text(header: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> str:
    return "".join(csv_lines(header, rows))


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\rx", "\tx"),
        *(" =1", '"=1', "'=1", "\" '=1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\x00=1", "\n=1", "\u201c=1", "\uff1d1"),
        *("-", "=", "--1", "-1-1", "+1 ", "-\u0661"),
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_in_front(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "happy", "a=1", "3-1", "it's", "'quoted'", "-2.6", "+1", "-.5", "1e5", "-3.", "\x1b[2J"]
)
def test_words_and_numbers_stay_as_they_came(text: str) -> None:
    assert defused(text) == text


def test_numbers_are_never_touched() -> None:
    assert csv_text(("value",), [(-0.25,), (-3,), (1e-07,)]) == "value\n-0.25\n-3\n1e-07\n"


def test_nothing_is_an_empty_cell() -> None:
    assert csv_text(("a", "b"), [(None, 0)]) == "a,b\n,0\n"


def test_a_bar_inside_a_label_is_told_from_one_between_labels() -> None:
    assert joined(("a|b", "c\\", "d")) == r"a\|b|c\\|d"
    assert joined(("a", "b|c")) != joined(("a|b", "c"))


labels = st.lists(st.text(alphabet="ab|\\", min_size=1), min_size=1)


@given(labels, labels)
def test_two_rankings_never_look_the_same(one: list[str], other: list[str]) -> None:
    assert (joined(one) == joined(other)) == (one == other)


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_a_reader_finds_every_cell_again_whatever_it_holds(rows: list[tuple[str, str]]) -> None:
    text = csv_text(("first", "second"), rows)
    found = list(csv.reader(StringIO(text, newline="")))
    assert found == [["first", "second"], *([defused(cell) for cell in row] for row in rows)]


@given(st.text())
def test_no_text_is_left_that_begins_with_a_sign_unless_it_is_a_number(text: str) -> None:
    cell = defused(text)
    if cell.strip(" \t\r\n\"'").startswith(("=", "+", "-", "@")) and not cell.startswith("'"):
        float(cell)


@pytest.mark.parametrize("hidden", ["a\rb", "a\nb", "a\r\nb", "a\x00b", "a,b", 'a"b', "a\x1b]0;b\x07"])
def test_control_characters_and_quotes_survive_in_one_cell(hidden: str) -> None:
    text = csv_text(("note", "next"), [(hidden, "x")])
    assert list(csv.reader(StringIO(text, newline=""))) == [["note", "next"], [hidden, "x"]]
    assert text.startswith("note,next\n")
    assert text.endswith("x\n")
    assert not text.endswith("\r\n")


COLUMNS = (
    *columns(Kind.TEXT, "text"),
    *columns(Kind.COUNT, "count"),
    *columns(Kind.NUMBER, "number"),
    *columns(Kind.LABELS, "labels"),
    *columns(Kind.TAGS, "tags"),
)
HOSTILE: Row = ('=cmd|"x"\r\n\x1b[2J\u202e\u2028\x85</script>', -3, -0.25, ("=1+1", "a|b", "\\"), ("one", "two"))


def table(*rows: Row) -> Table:
    return Table(name="any", columns=COLUMNS, rows=lambda: iter(rows), about={})


def test_jsonl_loses_nothing_and_defuses_nothing() -> None:
    line, other = jsonl_of(table(HOSTILE, (None, None, None, (), None)))
    found = json.loads(line)
    assert list(found) == ["text", "count", "number", "labels", "tags"]
    assert found == {
        "text": HOSTILE[0],
        "count": -3,
        "number": -0.25,
        "labels": ["=1+1", "a|b", "\\"],
        "tags": ["one", "two"],
    }
    assert json.loads(other) == {"text": None, "count": None, "number": None, "labels": [], "tags": None}


@given(st.text())
def test_a_line_of_jsonl_is_one_line_for_every_reader(text: str) -> None:
    (line,) = jsonl_of(table((text, 0, 0.0, (text,), ())))
    assert line.splitlines() == [line.removesuffix("\n")]
    assert json.loads(line)["text"] == text


def test_letters_of_any_script_stay_readable() -> None:
    (line,) = jsonl_of(table(("情感 ärgerlich", 1, 1.0, (), ())))
    assert "情感 ärgerlich" in line


def test_csv_joins_lists_and_defuses_formulas() -> None:
    header, row = csv.reader(StringIO("".join(csv_of(table(HOSTILE))), newline=""))
    assert header == ["text", "count", "number", "labels", "tags"]
    assert row == [f"'{HOSTILE[0]}", "-3", "-0.25", r"'=1+1|a\|b|\\", "one two"]


@given(st.text(), st.lists(st.text(min_size=1), min_size=1))
def test_csv_gives_every_text_back_but_for_the_apostrophe(text: str, words: list[str]) -> None:
    (row,) = list(csv.reader(StringIO("".join(csv_of(table((text, 1, 1.0, tuple(words), ())))), newline="")))[1:]
    assert row[0] == defused(text)


def test_rows_are_made_when_they_are_asked_for() -> None:
    made = []

    def rows() -> Iterator[Row]:
        for number in range(3):
            made.append(number)
            yield ("x", number, 0.0, (), ())

    one = Table(name="any", columns=COLUMNS, rows=rows, about={})
    for lines in (csv_of(one), jsonl_of(one)):
        made.clear()
        next(lines)
        next(lines)
        assert len(made) <= 2


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
    monkeypatch.setattr("workbench.export.table_files._GROUP_ROWS", 10)
    rows: list[Row] = [(f"s{number}", number, (f"l{number}",)) for number in range(25)]
    shape = (*columns(Kind.TEXT, "sample"), *columns(Kind.COUNT, "number"), *columns(Kind.LABELS, "labels"))
    path = write_parquet(tmp_path / "a.parquet", Table(name="a", columns=shape, rows=lambda: iter(rows), about={}))
    assert pq.ParquetFile(path).num_row_groups == 3
    assert pq.read_table(path).column("number").to_pylist() == list(range(25))


def test_a_failure_midway_leaves_no_file(tmp_path: Path) -> None:
    def rows() -> Iterator[Row]:
        yield ("x",)
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        write_parquet(tmp_path / "a.parquet", Table(name="a", columns=columns(Kind.TEXT, "a"), rows=rows, about={}))
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
