"""The Markdown document: its tables, and foreign text in them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.building import ranked
from tests.export.hostile_run import hostile_run
from tests.export.worked_run import GRID, answer, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.exports import ExportRequest, Format, tables_named
from workbench.export.export_run import export_run
from workbench.export.markdown import escaped, markdown_of
from workbench.storage.samples import load_card

MARKDOWN = ExportRequest(formats=(Format.MARKDOWN,))


def rows_of(text: str) -> list[list[str]]:
    """The cells of all rows of all tables."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in rows]


def test_a_grid_becomes_a_table_with_its_spans_said_in_each_head() -> None:
    text = "".join(markdown_of("Title", [("run", "a_b")], [GRID]))
    assert text == (
        "# Title\n\n- run: a\\_b\n\n## 50 % \\& a \\| b\n\n"
        "| Method | DFEW WAR | DFEW UAR | FERV39k WAR |\n| --- | ---: | ---: | ---: |\n"
        "| C3D \\[56\\] | **56.37** | 45.92 | – |\n| **mine** | **1.00** | **−2.00** |  |\n\nOne.\n\nTwo.\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>&amp;", r"\<b\>\&amp;"),
        ("https://x.org www.x.org", r"https\://x.org www\.x.org"),
        ("@somebody", r"\@somebody"),
        ("1. no list", r"1\. no list"),
        ("- no list", r"\- no list"),
        ("-1.50", "-1.50"),
        ("1.50", "1.50"),
        ("a\n# b", r"a \# b"),
    ],
)
def test_text_is_read_and_never_taken_for_markup(text: str, shown: str) -> None:
    assert escaped(text) == shown


@given(st.text())
def test_nothing_is_left_that_ends_a_cell_or_opens_a_tag(text: str) -> None:
    line = escaped(text)
    assert "\n" not in line
    assert not re.search(r"(?<!\\)(?:\\\\)*[|<\[`*_$@]", line)


def test_a_document_says_what_its_figures_are_of(db: Database, tmp_path: Path) -> None:
    card = CARDS["rafdb"]
    planned = plan_run(db, card, {"a": "happy", "b": "sad", "c": "sad"})
    run = answer(db, card, planned, {"a": ranked("happy"), "b": ranked("happy", "sad")})
    (path,) = export_run(db, card, run, tmp_path, MARKDOWN)
    text = path.read_text()
    for words in ("- protocol: strict: Every sample", run.spec_hash, "- planned: 3", "- answered: 2", "66.67 %"):
        assert words in text
    rows = {row[0]: row[1:] for row in rows_of(text)}
    assert rows["happy"][0] == "1"
    assert rows["Accuracy (WAR)"][0] == "**33.33**"


def test_only_the_tables_asked_for_are_in_it(db: Database, tmp_path: Path) -> None:
    card = CARDS["rafdb"]
    run = answer(db, card, plan_run(db, card, {"a": "happy"}), {"a": ranked("happy")})
    wanted = ExportRequest(formats=(Format.MARKDOWN,), tables=tables_named("confusion,reviews"))
    text = export_run(db, card, run, tmp_path, wanted)[0].read_text()
    assert re.findall(r"^## .*", text, re.MULTILINE) == [
        r"## RAF-DB (basic), run first (schematic-baseline): confusion matrix (samples).",
    ]


def test_a_hostile_run_leaves_no_markup_and_nothing_unseen(db: Database, tmp_path: Path) -> None:
    run = hostile_run(db)
    (path,) = export_run(db, load_card(db, "mine"), run, tmp_path, MARKDOWN)
    text = path.read_text()
    assert not re.search(r"(?<!\\)<", text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"\](javascript" in text
    widths = {len(row) for row in rows_of(text.split("## ")[-1])}
    assert len(widths) == 1, "no text of a cell parts it in two"
