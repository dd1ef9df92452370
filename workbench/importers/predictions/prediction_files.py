"""Predictions made elsewhere: tables of a sample's name and the labels that a model ranked, best first.

The ancestor's files have the columns `name,gt,gpt4v`, the ranking in one cell with commas between the labels; tables
of ours have `sample,gold,ranking`, with `|` between them. Columns may stand in any order, and others beside them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.text_rows import text_rows

NAMES: Final = ("name", "sample", "id")
GOLDS: Final = ("gt", "gold", "label")
RANKINGS: Final = ("gpt4v", "ranking", "prediction", "predictions", "predicted", "top1")
_BETWEEN: Final = re.compile(r"(?<!\\)\|")
_MOST_LABELS: Final = 200


@dataclass(frozen=True, slots=True)
class PredictedRow:
    """One sample of a file."""

    name: str
    gold: str
    """As it is written; empty where the file has no such column."""
    ranking: tuple[str, ...]
    """As it is written, best first; empty where the cell is."""


def read_predictions(path: Path, *, needs_ranking: bool = True) -> Iterator[PredictedRow]:
    """The rows of a file, in its order. Rows without a name are left out.

    Without `needs_ranking`, a file of gold labels alone will do. Raises DataError for a file that cannot be read or
    lacks a column, naming those that it has.
    """
    rows = text_rows(path)
    header = next((row for row in rows if any(row)), None)
    if header is None:
        raise DataError(f"{visible(str(path))} is empty; it should begin with the columns name,gt,gpt4v")
    at_name = _required(path, header, NAMES)
    at_gold = _place(header, GOLDS)
    at_ranking = _required(path, header, RANKINGS) if needs_ranking else _place(header, RANKINGS)
    for row in rows:
        if name := _cell(row, at_name):
            yield PredictedRow(name, _cell(row, at_gold), _ranking(_cell(row, at_ranking)))


def _place(header: Sequence[str], known: Sequence[str]) -> int | None:
    folded = [cell.casefold() for cell in header]
    return next((folded.index(name) for name in known if name in folded), None)


def _required(path: Path, header: Sequence[str], known: Sequence[str]) -> int:
    place = _place(header, known)
    if place is None:
        found = ", ".join(visible(cell) for cell in header[:20])
        raise DataError(f"{visible(str(path))} has no column {' or '.join(known)}; it has: {found}")
    return place


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""


def _ranking(cell: str) -> tuple[str, ...]:
    words = _BETWEEN.split(cell) if "|" in cell else cell.split(",")
    unescaped = (word.replace("\\|", "|").replace("\\\\", "\\").strip() for word in words[:_MOST_LABELS])
    return tuple(dict.fromkeys(word for word in unescaped if word))
