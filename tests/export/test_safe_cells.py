import csv
from collections.abc import Iterable, Sequence
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.export.safe_cells import Cell, csv_lines, defused, joined


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
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
