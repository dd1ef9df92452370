"""Annotation tables as rows of named fields: CSV, lists or spreadsheets, with or without a header.

Case, blanks and underscores in headings do not count, and notes may stand above the header. A column without a heading
is found by what its cells look like (where only one column fits) or by its usual position.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain, islice
from pathlib import Path
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.sheet_rows import sheet_count, sheet_rows
from workbench.importers.files.text_rows import text_rows

SHEET_SUFFIXES: Final = (".xlsx", ".xlsm", ".csv", ".xls")
LIST_SUFFIXES: Final = (".txt", ".csv")

_HEADER_WITHIN_ROWS: Final = 30
_LEAST_MATCHES: Final = 2
"""Headings that a header must hold: one alone may be data."""

_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})

Row = Mapping[str, str]
"""Field to cell; "" where the row is too short."""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column that a reader needs."""

    field: str
    headings: tuple[str, ...]
    """Patterns in lower case without blanks and underscores, the best first: `onset*`."""
    position: int | None
    """For tables without a header: counted from 0, or from the end (-1 is the last); None where it is not known."""
    holds: re.Pattern[str] | None = None
    """What every cell looks like, where tables differ in headings and positions."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """The first rows of a table, and the positions of the columns that were found already."""

    rows: Sequence[Sequence[str]]
    taken: frozenset[int]

    def place_of(self, holds: re.Pattern[str]) -> int | None:
        """The only free column whose cells all look like that; the first cell may be a heading."""
        rows = [row for row in self.rows if any(row)]
        free = (at for at in range(max(map(len, rows), default=0)) if at not in self.taken)
        fits = [at for at in free if all(holds.fullmatch(_cell(row, at)) for row in rows[1:] or rows)]
        return fits[0] if len(fits) == 1 else None


def table_rows(path: Path, columns: Sequence[SourceColumn], *, quote: str = '"') -> Iterator[Row]:
    """The rows below the header without blank ones, in the table's order.

    Raises DataError for a table that cannot be read or lacks one of the columns.
    """
    return _named_rows(path, _raw_rows(path, quote), columns)


def has_columns(path: Path, columns: Sequence[SourceColumn]) -> bool:
    """Whether a table has a header with all the columns. Raises DataError for a table that cannot be read."""
    return _has_all(_raw_rows(path, '"'), columns)


def sheets_rows(path: Path, columns: Sequence[SourceColumn]) -> Iterator[Row]:
    """As `table_rows`, of every sheet of a workbook that has a header with all the columns; else of the first sheet."""
    if path.suffix.casefold() not in _WORKBOOKS:
        yield from table_rows(path, columns)
        return
    fitting = [at for at in range(sheet_count(path)) if _has_all(sheet_rows(path, at), columns)]
    for at in fitting or (0,):
        yield from _named_rows(path, sheet_rows(path, at), columns)


def _has_all(rows: Iterator[list[str]], columns: Sequence[SourceColumn]) -> bool:
    first = list(islice(rows, _HEADER_WITHIN_ROWS))
    header_at = _header_at(first, columns)
    return header_at is not None and all(_match(column, first[header_at]) is not None for column in columns)


def _named_rows(path: Path, rows: Iterator[list[str]], columns: Sequence[SourceColumn]) -> Iterator[Row]:
    first = list(islice(rows, _HEADER_WITHIN_ROWS))
    header_at = _header_at(first, columns)
    header = [] if header_at is None else first[header_at]
    below = first if header_at is None else first[header_at + 1 :]
    places: dict[str, int] = {}
    for column in columns:
        places[column.field] = _place(path, column, header, _Cells(below, frozenset(places.values())))
    for row in chain(below, rows):
        if any(row):
            yield {field: _cell(row, at) for field, at in places.items()}


def _raw_rows(path: Path, quote: str) -> Iterator[list[str]]:
    match path.suffix.casefold():
        case ".xls":
            raise DataError(f"{visible(str(path))} is an old .xls sheet; open it and save it as .xlsx or .csv")
        case suffix if suffix in _WORKBOOKS:
            return sheet_rows(path)
        case _:
            return text_rows(path, quote=quote)


def _header_at(rows: Sequence[Sequence[str]], columns: Sequence[SourceColumn]) -> int | None:
    """The first of the rows that hold most headings; None where none holds enough."""
    matches = [sum(_match(column, row) is not None for column in columns) for row in rows]
    best = max(matches, default=0)
    return matches.index(best) if best >= min(_LEAST_MATCHES, len(columns)) else None


def _match(column: SourceColumn, header: Sequence[str]) -> int | None:
    folded = [_folded(cell) for cell in header]
    for heading in column.headings:
        for at, cell in enumerate(folded):
            if fnmatchcase(cell, heading):
                return at
    return None


def _place(path: Path, column: SourceColumn, header: Sequence[str], cells: _Cells) -> int:
    at = _match(column, header)
    if at is None and column.holds:
        at = cells.place_of(column.holds)
    if at is not None:
        return at
    has_another = header and (column.position is None or _cell(header, column.position, beyond="-"))
    if column.position is None or has_another:
        its = f"; its columns: {visible(', '.join(header), longest=200)}" if header else ""
        raise DataError(f"{visible(str(path))} has no column {column.headings[0]!r}{its}")
    return column.position


def _cell(row: Sequence[str], at: int, beyond: str = "") -> str:
    return row[at] if -len(row) <= at < len(row) else beyond


def _folded(heading: str) -> str:
    return "".join(heading.casefold().replace("_", " ").split())
