"""Tables as Parquet: typed columns, lists as lists, and what the rows are of in the file's own metadata.

pyarrow is an extra (`emowb[parquet]`), since it is larger than all the rest together.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench.errors import UsageError
from workbench.export.tables import Kind, Row, Table, Value
from workbench.settings.whole_files import whole_file

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP_ROWS: Final = 5_000
"""Rows that are held at once."""


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
    """Write a table, whole or not at all; returns the path. Raises DataError where it cannot be written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [pa.field(column.name, _arrow_type(column.kind)) for column in table.columns]
    schema = pa.schema(fields, metadata={f"emowb.{name}": _clean(value) for name, value in table.about.items()})
    with whole_file(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _groups(table.rows()):
            columns = zip(*rows, strict=True)
            arrays = [_array(values, one.type) for values, one in zip(columns, fields, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return path


def _groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while group := list(islice(rows, _GROUP_ROWS)):
        yield group


def _arrow_type(kind: Kind) -> "pa.DataType":
    import pyarrow as pa

    match kind:
        case Kind.TEXT:
            return pa.string()
        case Kind.COUNT:
            return pa.int64()
        case Kind.NUMBER:
            return pa.float64()
        case Kind.LABELS | Kind.TAGS:
            return pa.list_(pa.string())


def _array(values: Iterable[Value], of: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    values = list(values)
    try:
        return pa.array(values, of)
    except UnicodeEncodeError:
        return pa.array([_cleaned(value) for value in values], of)


def _cleaned(value: Value) -> Any:
    if isinstance(value, str):
        return _clean(value)
    return [_clean(one) for one in value] if isinstance(value, tuple) else value


def _clean(text: str) -> str:
    r"""The text as UTF-8 can hold it: half a surrogate pair becomes its escape `\ud83d`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
