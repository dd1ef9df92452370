"""Rows of text tables: CSV as owners write it, and lists with a blank between name and label.

Files are streamed. `text_encoding` decides how their bytes are read.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO, AnyStr, Final, TextIO

from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.text_encoding import text_decoding

_LONGEST_LINE: Final = 1 << 20
_DELIMITERS: Final = (",", ";", "\t")
_MOST_LINES_IN_ROW: Final = 100
"""A text may have line ends in it; a quote without its partner makes one row of all that follows."""
_HEAD_LINES: Final = 5
"""Lines in which the delimiter is looked for: a note may stand above the header."""


def text_rows(path: Path, *, quote: str = '"') -> Iterator[list[str]]:
    """The cells of each row, stripped. They are separated by commas, semicolons or tabs, or else by blanks.

    Raises DataError for a file that cannot be read or is not text, a line or cell without end, a quote never closed.
    """
    try:
        with opened_text(path, newline="") as file:
            yield from _cells(path, file, quote)
    except OSError as error:
        raise DataError(f"{visible(str(path))} cannot be read: {error.strerror}") from error


def json_rows(path: Path) -> Iterator[list[str]] | None:
    """Rows of a JSON array of objects, or of one object a line, with a header before them; None for another file.

    Lists become texts with bars between the parts. Raises DataError for a file that is no proper JSON.
    """
    lines = text_lines(path)
    first = next((line for line in lines if line.strip()), "").lstrip()
    if not first.startswith(("{", "[")) or first.startswith("[["):
        return None
    return _object_rows(list(_objects(path, first, lines)))


def _objects(path: Path, first: str, lines: Iterator[str]) -> Iterator[dict[str, object]]:
    try:
        if first.startswith("["):
            values = json.loads("".join((first, *lines)))
        else:
            values = [json.loads(line) for line in chain([first], lines) if line.strip()]
    except (ValueError, RecursionError) as error:
        raise DataError(f"{visible(str(path))} begins like JSON and is none: {error}") from error
    for value in values:
        if not isinstance(value, dict):
            raise DataError(f"{visible(str(path))} holds JSON that is no list of objects")
        yield value


def _object_rows(objects: Sequence[Mapping[str, object]]) -> Iterator[list[str]]:
    names = list(dict.fromkeys(name for one in objects for name in one))
    yield names
    for one in objects:
        yield [_json_text(one.get(name)) for name in names]


def _json_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "|".join(str(part).replace("|", "\\|") for part in value)
    return str(value).strip()


def opened_text(path: Path, newline: str | None = None) -> TextIO:
    """An open file of text, decoded as `text_decoding` says. Raises DataError as it does, and OSError."""
    decoding = text_decoding(path)
    return path.open(encoding=decoding.encoding, errors=decoding.errors, newline=newline)


def text_lines(path: Path) -> Iterator[str]:
    """The lines with their ends. Raises DataError as `text_rows`."""
    try:
        with opened_text(path) as file:
            yield from limited_lines(file, path)
    except OSError as error:
        raise DataError(f"{visible(str(path))} cannot be read: {error.strerror}") from error


def limited_lines(file: IO[AnyStr], path: Path) -> Iterator[AnyStr]:
    """The lines of an open file, as iterating over it gives them. Raises DataError for a line of a million or more."""
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise DataError(f"{visible(str(path))} has a line of more than {_LONGEST_LINE:,} characters")
        yield line


def _without_nul(path: Path, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise DataError(f"{visible(str(path))} is no text table (it holds NUL bytes); save it as UTF-8")
        yield line


def _cells(path: Path, file: TextIO, quote: str) -> Iterator[list[str]]:
    lines = _without_nul(path, limited_lines(file, path))
    head = list(islice(lines, _HEAD_LINES))
    delimiter = next((mark for line in head for mark in _DELIMITERS if mark in line), " ")
    reader = csv.reader(chain(head, lines), delimiter=delimiter, quotechar=quote, skipinitialspace=delimiter == " ")
    before = 0
    try:
        for row in reader:
            if reader.line_num - before > _MOST_LINES_IN_ROW:
                raise DataError(
                    f"{visible(str(path))}, line {before + 1}: a quote that is never closed makes one row of "
                    f"{reader.line_num - before:,} lines"
                )
            before = reader.line_num
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise DataError(f"{visible(str(path))}, line {reader.line_num}: {error}") from error
