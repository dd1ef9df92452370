"""Tables as files: CSV for spreadsheets, JSONL without any loss, Parquet with typed columns.

In CSV, a text that a spreadsheet would take for a formula gets an apostrophe in front, and only that; everything else
stays as it came, control characters included. Sources: OWASP's page on CSV injection, and CVE-2021-41270 for the
signs that are hidden behind blanks or quotes.

Parquet needs pyarrow, an extra (`emowb[parquet]`), since it is larger than all other libraries together.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from workbench.errors import UsageError
from workbench.export.run_tables import Kind, Row, Table, Value
from workbench.settings.whole_files import whole_file

if TYPE_CHECKING:
    import pyarrow as pa

CsvCell: TypeAlias = str | int | float | None
"""None is an empty cell."""

_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four are their full-width forms
_SKIPPED: Final = r"\s\x00-\x20\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\"'`\u2018-\u201f"
"""Blanks, quotes and invisible characters: some programs drop them before they look for a formula."""
_FORMULA: Final = re.compile(rf"[\t\r]|[{_SKIPPED}]*[{_SIGNS}]")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_LINE_ENDS: Final = ("\x85", "\u2028", "\u2029")
"""Some readers end a line at these, too; JSON allows them inside a text."""
_GROUP_ROWS: Final = 5_000
"""Rows that are written to Parquet, and so held in memory, at a time."""


def csv_of(table: Table) -> Iterator[str]:
    """The lines of a CSV file. Lists are joined: labels by `|`, tags by blanks; formulas are defused."""
    kinds = [column.kind for column in table.columns]
    header = [column.name for column in table.columns]
    rows = (
        [_csv_cell(kind, value) if type(value) is tuple else value for kind, value in zip(kinds, row, strict=True)]
        for row in table.rows()
    )
    return csv_lines(header, rows)  # type: ignore[arg-type]  # no tuple is left


def _csv_cell(kind: Kind, value: tuple[str, ...]) -> str:
    return " ".join(value) if kind is Kind.TAGS else joined(value)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> Iterator[str]:
    """A file line by line: the header, then a line for each row, ending in LF, every text defused."""
    # Python 3.11 quotes a cell only for the line ending's own characters: under LF alone, a CR inside a cell would
    # not be quoted, and readers would take it for the end of the row.
    line = StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    for cells in chain((header,), rows):
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in cells])
        yield line.getvalue()[: -len("\r\n")] + "\n"
        line.seek(0)
        line.truncate()


def defused(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it. A number in words stays a number."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def joined(labels: Iterable[str]) -> str:
    r"""Labels in one cell, separated by `|`. A `|` or `\` inside a label is written `\|` or `\\`."""
    return "|".join(label.replace("\\", "\\\\").replace("|", "\\|") for label in labels)


def jsonl_of(table: Table) -> Iterator[str]:
    """The lines of a JSONL file: an object for each row, lists as lists, every text as it came, None as null."""
    names = [column.name for column in table.columns]
    for row in table.rows():
        line = _ENCODE(dict(zip(names, row, strict=True)))
        for character in _LINE_ENDS:
            if character in line:
                line = line.replace(character, f"\\u{ord(character):04x}")
        yield f"{line}\n"


def require_parquet() -> None:
    """Raise UsageError that says what to install, where pyarrow is missing."""
    try:
        import pyarrow  # noqa: F401, ICN001 (only whether it is there)
    except ImportError as error:
        raise UsageError(
            "Parquet files need pyarrow, which is not installed; `pip install 'emowb[parquet]'` adds it, "
            "or choose --format csv or jsonl"
        ) from error


def write_parquet(path: Path, table: Table) -> Path:
    """Write a table, whole or not at all; returns the path. Raises DataError where it cannot be written.

    What the rows are of is in the file's own metadata, as `emowb.run` and so on.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        Kind.TEXT: pa.string(),
        Kind.COUNT: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.LABELS: pa.list_(pa.string()),
        Kind.TAGS: pa.list_(pa.string()),
    }
    fields = [pa.field(column.name, types[column.kind]) for column in table.columns]
    schema = pa.schema(fields, metadata={f"emowb.{name}": _utf8(value) for name, value in table.about.items()})
    with whole_file(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _groups(table.rows()):
            columns = zip(*rows, strict=True)
            arrays = [_array(values, field.type) for values, field in zip(columns, fields, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return path


def _groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while group := list(islice(rows, _GROUP_ROWS)):
        yield group


def _array(values: Sequence[Value], of: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    try:
        return pa.array(values, of)
    except UnicodeEncodeError:
        return pa.array([_utf8_value(value) for value in values], of)


def _utf8_value(value: Value) -> Any:
    if isinstance(value, str):
        return _utf8(value)
    return [_utf8(one) for one in value] if isinstance(value, tuple) else value


def _utf8(text: str) -> str:
    r"""The text as UTF-8 can hold it: half a surrogate pair becomes its escape `\ud83d`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
