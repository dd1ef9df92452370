"""Rows of spreadsheets (.xlsx), streamed, with every cell as the text that a person sees."""

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench.domain.datasets.file_kinds import HEAD_BYTES, not_the_file
from workbench.domain.visible import visible
from workbench.errors import DataError, WorkbenchError

if TYPE_CHECKING:
    from openpyxl import Workbook

_LARGEST_BYTES: Final = 200_000_000
"""Of an unpacked sheet; owners' sheets have a few hundred kilobytes."""
_MOST_ROWS: Final = 1_048_576  # Excel's own limit; a forged row number would be padded with empty rows for ever
_CHUNK_ROWS: Final = 500


def sheet_rows(path: Path, sheet: int = 0) -> Iterator[list[str]]:
    """The cells of each row of a sheet. Numbers without a fraction are whole numbers, empty cells are "".

    Raises DataError for a file that is no .xlsx, is damaged, or unpacks to too much.
    """
    with _opened(path) as book:
        yield from _streamed(path, book.worksheets[sheet])


def sheet_count(path: Path) -> int:
    """The number of sheets in a workbook. Raises DataError as `sheet_rows`."""
    with _opened(path) as book:
        return len(book.worksheets)


@contextmanager
def _opened(path: Path) -> "Iterator[Workbook]":
    from openpyxl import load_workbook

    _refuse_bombs(path)
    try:
        with _quiet():
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()
    except WorkbenchError:
        raise
    except Exception as error:  # openpyxl lets through whatever its XML and zip parsers meet
        why = visible(str(error), longest=100)
        raise DataError(f"{visible(str(path))} is a damaged .xlsx sheet: {why}") from error


def _refuse_bombs(path: Path) -> None:
    shown = visible(str(path))
    try:
        with zipfile.ZipFile(path) as parts:
            n_bytes = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, NotImplementedError) as error:
        with path.open("rb") as file:
            instead = not_the_file(file.read(HEAD_BYTES))
        if instead:
            raise DataError(f"{shown} is {instead}") from error
        raise DataError(f"{shown} is no .xlsx sheet; save it as .xlsx or .csv") from error
    except OSError as error:
        raise DataError(f"{shown} cannot be read: {error.strerror}") from error
    if n_bytes > _LARGEST_BYTES:
        raise DataError(f"{shown} unpacks to more than {_LARGEST_BYTES // 1_000_000} MB; that is no coding sheet")


def _streamed(path: Path, sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # files lie about their size
    rows = sheet.iter_rows(values_only=True)
    n_rows = 0
    while chunk := _next_rows(rows):
        n_rows += len(chunk)
        if n_rows > _MOST_ROWS:
            raise DataError(f"{visible(str(path))} has more than {_MOST_ROWS:,} rows")
        yield from ([_as_text(value) for value in row] for row in chunk)


def _next_rows(rows: Iterable[tuple[object, ...]]) -> list[tuple[object, ...]]:
    with _quiet():  # per chunk, so that no warning filter stays changed while a reader is suspended
        return list(islice(rows, _CHUNK_ROWS))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without openpyxl's warnings about styles and extensions that it does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
