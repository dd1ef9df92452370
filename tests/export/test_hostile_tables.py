"""Hostile text in every field of every table: each format holds it in its own way, and nothing runs."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlite_utils import Database

from tests.export.hostile_run import ATTACK, hostile_run
from workbench.domain.exports import ExportRequest, Format, TableName
from workbench.export.export_run import export_run
from workbench.export.table_files import defused, joined
from workbench.storage.samples import load_card

FORMATS = (Format.CSV, Format.JSONL, Format.PARQUET)


@pytest.fixture
def folder(db: Database, tmp_path: Path) -> Path:
    run = hostile_run(db)
    paths = export_run(db, load_card(db, "mine"), run, tmp_path / "exports", ExportRequest(formats=FORMATS))
    return paths[0].parent


def in_csv(value: Any, column: str) -> str:
    """What a cell of the CSV file has to hold."""
    if value is None:
        return ""
    if isinstance(value, list):
        return defused((" ".join if column == "tags" else joined)(value))
    return defused(value) if isinstance(value, str) else str(value)


@pytest.mark.parametrize("name", list(TableName))
def test_the_three_formats_hold_the_same(folder: Path, name: TableName) -> None:
    rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
    assert rows
    assert pq.read_table(folder / f"{name}.parquet").to_pylist() == rows
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *cells = csv.reader(file)
    assert header == [defused(column) for column in rows[0]]
    assert cells == [[in_csv(value, column) for column, value in row.items()] for row in rows]


@pytest.mark.parametrize("name", list(TableName))
def test_no_cell_of_a_spreadsheet_is_a_formula(folder: Path, name: TableName) -> None:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_hostile_text_comes_back_as_it_was_said(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    assert [row["raw_label"] for row in rows] == [ATTACK] * 4
    assert rows[2]["ranking"] == [f"word {ATTACK}", "</svg>"]
    (attempt,) = (json.loads(line) for line in (folder / "attempts.jsonl").read_text().splitlines())
    assert attempt["reply"] == f"{ATTACK}\n{ATTACK}"
    assert attempt["prompt"] == ATTACK
