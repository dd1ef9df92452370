"""One export of a run: which tables and documents, in which formats, into which files.

Everything an export writes speaks of the run at one moment, and says which run, protocol, spec and counts it is of.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Against, Neutral, Protocol
from workbench.errors import UsageError, unknown_name
from workbench.export.documents import DOCUMENT_TABLES, write_latex, write_markdown
from workbench.export.flat import csv_of, jsonl_of
from workbench.export.parquet import require_parquet, write_parquet
from workbench.export.run_tables import TableName, run_table
from workbench.export.source import Source, read_source
from workbench.export.tables import Table
from workbench.settings.whole_files import path_part, write_whole
from workbench.storage.workspace.connections import read_snapshot
from workbench.storage.workspace.database import Database

MOST_IN_GALLERY: Final = 60
"""Failures that a report shows where nobody says how many."""
ALL: Final = "all"
_Name = TypeVar("_Name", bound=StrEnum)


class Format(StrEnum):
    """The forms that an export can take."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    MARKDOWN = "md"
    LATEX = "latex"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is to be exported."""

    tables: Sequence[TableName] = tuple(TableName)
    """The HTML report is always whole, whatever stands here."""
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
    return tuple(TableName) if text.strip() == ALL else _named(TableName, "export", text, (ALL,))


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


def export_run(
    db: Database, card: DatasetCard, run: Run, folder: Path, wanted: ExportRequest | None = None
) -> list[Path]:
    """Write files of a run into `<folder>/<data set>/<run>/`; returns their paths in the order asked.

    By default every table as CSV. Raises UsageError for formats that hold none of the tables and for Parquet without
    pyarrow, both before anything is written; DataError for a folder that cannot be written.
    """
    wanted = wanted or ExportRequest()
    _assert_possible(wanted)
    target = folder / path_part(run.dataset) / path_part(run.name)
    written: dict[Format, list[Path]] = {}
    with read_snapshot(db):
        source = read_source(db, card, run, wanted.protocol, neutral=wanted.neutral, against=wanted.against)
        for one in wanted.formats:
            if one in _WRITERS:
                written[one] = _WRITERS[one](source, target, wanted.tables)
        report = _report(source, wanted) if Format.HTML in wanted.formats else None
    if report is not None:
        written[Format.HTML] = [write_whole(target / "report.html", report())]
    return [path for one in wanted.formats for path in written[one]]


def _assert_possible(wanted: ExportRequest) -> None:
    if Format.PARQUET in wanted.formats:
        require_parquet()
    for one in (Format.MARKDOWN, Format.LATEX):
        if one in wanted.formats and not DOCUMENT_TABLES.intersection(wanted.tables):
            raise UsageError(
                f"--format {one} holds {', '.join(sorted(DOCUMENT_TABLES))}, none of which is asked for; "
                "choose csv, jsonl or parquet for the others"
            )


def _report(source: Source, wanted: ExportRequest) -> Callable[[], Iterator[str]]:
    """Read all that the report tells; what is returned makes its pictures, which takes long and reads nothing more."""
    from workbench.export.report.page import illustrated, page_html, read_page
    from workbench.export.report.report_pictures import pictures_of

    page = read_page(source, wanted.gallery)
    pictures = pictures_of(source) if wanted.with_images else None
    return lambda: page_html(page if pictures is None else illustrated(page, pictures))


_Writer = Callable[[Source, Path, Sequence[TableName]], list[Path]]


def _flat(write: Callable[[Path, Table], Path], suffix: str) -> _Writer:
    def written(source: Source, target: Path, tables: Sequence[TableName]) -> list[Path]:
        return [write(target / f"{name}.{suffix}", run_table(name, source)) for name in tables]

    return written


_WRITERS: Final[Mapping[Format, _Writer]] = MappingProxyType(
    {
        Format.CSV: _flat(lambda path, table: write_whole(path, csv_of(table)), "csv"),
        Format.JSONL: _flat(lambda path, table: write_whole(path, jsonl_of(table)), "jsonl"),
        Format.PARQUET: _flat(write_parquet, "parquet"),
        Format.MARKDOWN: lambda source, target, tables: [write_markdown(target, source, tables)],
        Format.LATEX: lambda source, target, tables: write_latex(target, source, tables),
    }
)
"""All but the report, which is made in two steps."""
