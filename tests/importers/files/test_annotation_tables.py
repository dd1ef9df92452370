import tracemalloc
import zipfile
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.conftest import WriteSheet
from workbench.errors import DataError
from workbench.importers.files.annotation_tables import SourceColumn, table_rows

COLUMNS = (SourceColumn("name", ("name*",), 0), SourceColumn("label", ("label",), 1))


def rows_of(path: Path, content: str | bytes, quote: str = '"') -> list[tuple[str, str]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [(row["name"], row["label"]) for row in table_rows(path, COLUMNS, quote=quote)]


@pytest.mark.parametrize(
    "content",
    [
        "name,label\na,b\n",
        "\ufeffName ; LABEL\r\na;b\r\n",
        "label\tname_of_file\nb\ta\n",
        "a b\n",
        "notes of the owner\nname,label\na,b\n",
        "\n\nnotes, of the owner\nname,label\n\na,b\n,\n",
        'name,label\n"a","b"',
    ],
)
def test_a_table_may_have_any_header_or_none(tmp_path: Path, content: str) -> None:
    assert rows_of(tmp_path / "t.csv", content) == [("a", "b")]


def test_a_header_without_a_needed_column_is_an_error(tmp_path: Path) -> None:
    columns = (*COLUMNS, SourceColumn("split", ("mode",), 2))
    (tmp_path / "t.csv").write_text("name,label,part\na,b,test\n")
    with pytest.raises(DataError, match="no column 'mode'; its columns: name, label, part"):
        list(table_rows(tmp_path / "t.csv", columns))


def test_a_row_that_is_too_short_has_empty_cells(tmp_path: Path) -> None:
    assert rows_of(tmp_path / "t.csv", "name,label\na\n") == [("a", "")]


def test_text_in_gbk_is_read(tmp_path: Path) -> None:
    assert rows_of(tmp_path / "t.csv", "name,label\n甲,乙\n".encode("gbk")) == [("甲", "乙")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"name,label\na\0,b\n", "NUL bytes"),
        (b"name,label\n\xff\xff,b\n", "is not UTF-8, and its encoding cannot be told"),
        (b'name,label\n"a,' + b"b" * 200_000, "field larger than field limit"),
        (b"x" * 1_100_000, "a line of more than"),
        (b'name,label\n"a,b\n' + b"c,d\n" * 150, "line 2: a quote that is never closed makes one row of 151 lines"),
    ],
)
def test_what_is_no_text_table_is_refused_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(DataError, match=why) as caught:
        rows_of(tmp_path / "t.csv", content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("t.xlsx", b"name,label\n", "is no .xlsx sheet"),
        ("t.xlsx", b"", "is no .xlsx sheet"),
        ("t.xls", b"\xd0\xcf\x11\xe0", "save it as .xlsx"),
    ],
)
def test_what_is_no_sheet_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    with pytest.raises(DataError, match=why) as caught:
        rows_of(tmp_path / name, content)
    assert "\n" not in str(caught.value)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as parts:
        parts.writestr("hello.txt", "hello")
    with pytest.raises(DataError, match=r"a damaged \.xlsx sheet"):
        list(table_rows(tmp_path / "t.xlsx", COLUMNS))


def test_a_workbook_that_unpacks_to_hundreds_of_megabytes_is_refused_unopened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        for number in range(201):
            parts.writestr(f"xl/{number}.xml", bytes(1_000_000))
    with pytest.raises(DataError, match="unpacks to more than 200 MB"):
        list(table_rows(tmp_path / "t.xlsx", COLUMNS))


def test_a_forged_row_number_does_not_pad_for_ever(tmp_path: Path, write_sheet: WriteSheet) -> None:
    path = write_sheet(tmp_path / "whole.xlsx", [("name", "label"), ("a", "b")])
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "forged.xlsx", "w") as forged:
        for part in whole.namelist():
            content = whole.read(part).replace(b'<row r="2"', b'<row r="999999999999"')
            forged.writestr(part, content.replace(b'r="A2"', b'r="A999999999999"'))
    with pytest.raises(DataError, match=r"more than 1,048,576 rows"):
        list(table_rows(tmp_path / "forged.xlsx", COLUMNS))


def test_cells_of_a_sheet_are_read_as_a_person_reads_them(tmp_path: Path, write_sheet: WriteSheet) -> None:
    path = write_sheet(tmp_path / "t.xlsx", [("name", "label"), (1, 2.0), ("01", 2.5), (None, " x ")])
    rows = [(row["name"], row["label"]) for row in table_rows(path, COLUMNS)]
    assert rows == [("1", "2"), ("01", "2.5"), ("", "x")]


def test_a_long_table_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,label\n" + "picture.jpg,7\n" * 100_000)
    tracemalloc.start()
    try:
        n_rows = sum(1 for _ in table_rows(path, COLUMNS))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert n_rows == 100_000
    assert peak_bytes < 5_000_000


def test_a_table_that_is_not_read_to_its_end_can_be_dropped(tmp_path: Path, write_sheet: WriteSheet) -> None:
    path = write_sheet(tmp_path / "t.xlsx", [("name", "label"), *(("a", "b") for _ in range(1000))])
    assert len(list(islice(table_rows(path, COLUMNS), 3))) == 3


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z"), exclude_characters=",;\t\"'"), min_size=1)


@given(st.lists(st.tuples(CELLS, CELLS)))
def test_whatever_stands_in_the_cells_comes_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("table") / "t.csv"
    content = "name,label\n" + "".join(f'"{name}","{label}"\n' for name, label in cells)
    assert rows_of(path, content) == cells
