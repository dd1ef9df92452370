"""What can be exported of a run: its tables, in which formats, and by which rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from workbench.domain.scoring.protocols import Against, Neutral, Protocol
from workbench.errors import unknown_name

MOST_IN_GALLERY: Final = 60
"""The failures that a report shows by default."""
_ALL: Final = "all"
_Name = TypeVar("_Name", bound=StrEnum)


class TableName(StrEnum):
    """The tables of a run, by the names of their files without the suffix."""

    METRICS = "metrics"
    PREDICTIONS = "predictions"
    CONFUSION = "confusion"
    REVIEWS = "reviews"
    REFUSALS = "refusals"
    ATTEMPTS = "attempts"


DOCUMENT_TABLES: Final = frozenset({TableName.METRICS, TableName.CONFUSION, TableName.REFUSALS})
"""The tables that a document for people holds; the others are lists of thousands of rows."""


class Format(StrEnum):
    """The formats of an export."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    MARKDOWN = "md"
    LATEX = "latex"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What to export."""

    tables: Sequence[TableName] = tuple(TableName)
    """The HTML report is always whole, whatever is here."""
    formats: Sequence[Format] = (Format.CSV,)
    protocol: Protocol = Protocol.STRICT
    neutral: Neutral | None = None
    """In place of the protocol's own rule."""
    against: Against = Against.GOLD
    gallery: int = MOST_IN_GALLERY
    """The most failures that the report shows."""
    with_images: bool = False
    """Whether the report shows their pictures."""


def tables_named(text: str) -> tuple[TableName, ...]:
    """Tables by their names, joined by commas; `all` is all of them. Raises UsageError that names the nearest."""
    return tuple(TableName) if text.strip() == _ALL else _named(TableName, "export", text, (_ALL,))


def formats_named(text: str) -> tuple[Format, ...]:
    """Formats by their names, joined by commas. Raises UsageError that names the nearest."""
    return _named(Format, "format", text)


def _named(names: type[_Name], kind: str, text: str, also: Iterable[str] = ()) -> tuple[_Name, ...]:
    found = []
    for word in dict.fromkeys(one.strip() for one in text.split(",")):
        if word not in list(names):
            raise unknown_name(kind, word, (*names, *also))
        found.append(names(word))
    return tuple(found)
