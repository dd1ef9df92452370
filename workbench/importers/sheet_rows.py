"""Rows of spreadsheets (.xlsx), streamed, with every cell as the text that a person reads in it."""

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import DataError, WorkbenchError

_LARGEST_BYTES: Final = 200_000_000
"""Unpacked: owners' sheets have a few hundred kilobytes."""
_MOST_ROWS: Final = 1_048_576  # Excel's own limit; a forged row number would be padded with empty rows for ever
_CHUNK_ROWS: Final = 500


def sheet_rows(path: Path) -> Iterator[list[str]]:
    """The cells of each row of the first sheet; numbers without a fraction as whole ones, empty cells as "".

    Raises DataError for what is no .xlsx file, for one that unpacks to too much, and for one that is damaged.
    """
    shown = visible(str(path))
    _refuse_bombs(path)
    try:
        yield from _streamed(path)
    except WorkbenchError:
        raise
    except Exception as error:  # openpyxl lets through whatever its XML and zip parsers meet
        raise DataError(f"{shown} is a damaged .xlsx sheet: {visible(str(error), longest=100)}") from error


def _refuse_bombs(path: Path) -> None:
    shown = visible(str(path))
    try:
        with zipfile.ZipFile(path) as parts:
            n_bytes = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(f"{shown} is no .xlsx sheet; save it as .xlsx or .csv") from error
    except OSError as error:
        raise DataError(f"{shown} cannot be read: {error.strerror}") from error
    if n_bytes > _LARGEST_BYTES:
        raise DataError(f"{shown} unpacks to more than {_LARGEST_BYTES // 1_000_000} MB; that is no coding sheet")


def _streamed(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    with _quiet():
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # files lie about their size
        rows = sheet.iter_rows(values_only=True)
        n_rows = 0
        while chunk := _next_rows(rows):
            n_rows += len(chunk)
            if n_rows > _MOST_ROWS:
                raise DataError(f"{visible(str(path))} has more than {_MOST_ROWS:,} rows")
            yield from ([_as_text(value) for value in row] for row in chunk)
    finally:
        book.close()


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
