"""Tables line by line, read back by the standard library's readers."""

import csv
import json
from collections.abc import Iterator
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from workbench.export.flat import csv_of, jsonl_of
from workbench.export.safe_cells import defused
from workbench.export.tables import Row, Table, counts, labels, numbers, tags, texts

COLUMNS = (*texts("text"), *counts("count"), *numbers("number"), *labels("labels"), *tags("tags"))
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
