"""Tables as files that people and programs read line by line: CSV for spreadsheets, JSONL without any loss."""

import json
from collections.abc import Iterator
from typing import Final

from workbench.export.safe_cells import Cell, csv_lines, joined
from workbench.export.tables import Kind, Table, Value

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_LINE_ENDS: Final = ("\x85", "\u2028", "\u2029")
"""Some readers end a line at these, too; JSON lets them stand bare in a text."""


def csv_of(table: Table) -> Iterator[str]:
    """The lines of a CSV file. Lists are joined: labels by `|`, tags by blanks; formulas are defused."""
    kinds = [column.kind for column in table.columns]
    header = [column.name for column in table.columns]
    rows = (
        [_cell(kind, value) if type(value) is tuple else value for kind, value in zip(kinds, row, strict=True)]
        for row in table.rows()
    )
    return csv_lines(header, rows)  # type: ignore[arg-type]  # no tuple is left


def _cell(kind: Kind, value: tuple[str, ...]) -> Cell:
    return " ".join(value) if kind is Kind.TAGS else joined(value)


def jsonl_of(table: Table) -> Iterator[str]:
    """The lines of a JSONL file: an object for each row, lists as lists, every text as it came, None as null."""
    names = [column.name for column in table.columns]
    for row in table.rows():
        yield _line(dict(zip(names, row, strict=True)))


def _line(values: dict[str, Value]) -> str:
    line = _ENCODE(values)
    for character in _LINE_ENDS:
        if character in line:
            line = line.replace(character, f"\\u{ord(character):04x}")
    return f"{line}\n"
