"""Annotation tables as rows of named fields, whether they are CSV, lists or sheets, with or without a header.

Headers are matched by what they say, not by how: case, blanks and underscores do not count, and notes may stand
above them. Where there is no header at all, or none over a column, its usual position is trusted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain, islice
from pathlib import Path
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.sheet_rows import sheet_rows
from workbench.importers.text_rows import text_rows

_HEADER_WITHIN_ROWS: Final = 30
_LEAST_MATCHES: Final = 2
"""Headings that a row must hold to be a header: one word alone may be data."""

Row = Mapping[str, str]
"""Field to cell; "" where the row is too short."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that a reader needs."""

    field: str
    headings: tuple[str, ...]
    """Patterns in lower case without blanks and underscores, the best first: `onset*`."""
    position: int
    """Counted from 0, for tables without a header."""


def table_rows(path: Path, columns: Sequence[Column], *, quote: str = '"') -> Iterator[Row]:
    """The rows below the header, blank ones left out, in the table's order.

    Raises DataError for a table that cannot be read, or whose header lacks one of the columns.
    """
    rows = _raw_rows(path, quote)
    first = list(islice(rows, _HEADER_WITHIN_ROWS))
    header_at = _header_at(first, columns)
    header = [] if header_at is None else first[header_at]
    places = {column.field: _place(path, column, header) for column in columns}
    below = first if header_at is None else first[header_at + 1 :]
    for row in chain(below, rows):
        if any(row):
            yield {field: row[at] if at < len(row) else "" for field, at in places.items()}


def _raw_rows(path: Path, quote: str) -> Iterator[list[str]]:
    match path.suffix.casefold():
        case ".xls":
            raise DataError(f"{visible(str(path))} is an old .xls sheet; open it and save it as .xlsx or .csv")
        case ".xlsx" | ".xlsm":
            return sheet_rows(path)
        case _:
            return text_rows(path, quote=quote)


def _header_at(rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> int | None:
    """The first of the rows with most headings."""
    matches = [sum(_match(column, row) is not None for column in columns) for row in rows]
    best = max(matches, default=0)
    return matches.index(best) if best >= min(_LEAST_MATCHES, len(columns)) else None


def _match(column: Column, header: Sequence[str]) -> int | None:
    folded = [_folded(cell) for cell in header]
    for heading in column.headings:
        for at, cell in enumerate(folded):
            if fnmatchcase(cell, heading):
                return at
    return None


def _place(path: Path, column: Column, header: Sequence[str]) -> int:
    at = _match(column, header)
    if at is not None:
        return at
    if header and (column.position >= len(header) or header[column.position]):
        raise DataError(
            f"{visible(str(path))} has no column {column.headings[0]!r}; "
            f"its columns: {visible(', '.join(header), longest=200)}"
        )
    return column.position


def _folded(heading: str) -> str:
    return "".join(heading.casefold().replace("_", " ").split())
