"""One export of a run: tables, documents and the report as files.

Everything that an export writes is of the run at one moment, and says which run, protocol, spec and counts it is of.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.exports import DOCUMENT_TABLES, ExportRequest, Format, TableName
from workbench.domain.figure_words import percent
from workbench.domain.runs import Run
from workbench.domain.visible import visible
from workbench.errors import UsageError
from workbench.export.latex import latex_fragment, latex_label, latex_standalone
from workbench.export.markdown import markdown_of
from workbench.export.published_comparison import compare_published, comparison_grid
from workbench.export.report import illustrated, page_html, read_page
from workbench.export.report_gallery import pictures_of
from workbench.export.run_grids import Grid, classes_grid, confusion_grid, metrics_grid, refusals_grid
from workbench.export.run_tables import Table, run_table
from workbench.export.source import Source, read_source
from workbench.export.table_files import csv_of, jsonl_of, require_parquet, write_parquet
from workbench.settings.whole_files import path_part, write_whole
from workbench.storage.workspace.connections import read_snapshot
from workbench.storage.workspace.database import Database

_FRAGMENT: Final = "tables.tex"


def export_run(
    db: Database, card: DatasetCard, run: Run, folder: Path, wanted: ExportRequest | None = None
) -> list[Path]:
    """Write files of a run into `<folder>/<data set>/<run>/`; returns their paths in the order asked.

    By default every table as CSV. Raises UsageError for formats that hold none of the tables and for Parquet without
    pyarrow, both before anything is written; DataError for a folder that cannot be written.
    """
    wanted = wanted or ExportRequest()
    _require_possible(wanted)
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


def _require_possible(wanted: ExportRequest) -> None:
    if Format.PARQUET in wanted.formats:
        require_parquet()
    for one in (Format.MARKDOWN, Format.LATEX):
        if one in wanted.formats and not DOCUMENT_TABLES.intersection(wanted.tables):
            raise UsageError(
                f"--format {one} holds {', '.join(sorted(DOCUMENT_TABLES))}, none of which is asked for; "
                "choose csv, jsonl or parquet for the others"
            )


def _report(source: Source, wanted: ExportRequest) -> Callable[[], Iterator[str]]:
    """Read everything of the report. What is returned makes its pictures, which takes long and reads no workspace."""
    page = read_page(source, wanted.gallery)
    pictures = pictures_of(source) if wanted.with_images else None
    return lambda: page_html(page if pictures is None else illustrated(page, pictures))


_Writer = Callable[[Source, Path, Sequence[TableName]], list[Path]]


def _each_table(write: Callable[[Path, Table], Path], suffix: str) -> _Writer:
    def written(source: Source, target: Path, tables: Sequence[TableName]) -> list[Path]:
        return [write(target / f"{name}.{suffix}", run_table(name, source)) for name in tables]

    return written


def _markdown(source: Source, target: Path, tables: Sequence[TableName]) -> list[Path]:
    title = f"{visible(source.card.title)}: run {visible(source.run.name)}"
    return [write_whole(target / "tables.md", markdown_of(title, _about(source), _grids(source, tables)))]


def _latex(source: Source, target: Path, tables: Sequence[TableName]) -> list[Path]:
    """A fragment for a paper, and a document around it that compiles as it is."""
    label = latex_label(source.run.dataset, source.run.name)
    fragment = latex_fragment(_about(source), _grids(source, tables), label)
    return [
        write_whole(target / _FRAGMENT, fragment),
        write_whole(target / "tables-standalone.tex", latex_standalone(_FRAGMENT)),
    ]


_WRITERS: Final[Mapping[Format, _Writer]] = MappingProxyType(
    {
        Format.CSV: _each_table(lambda path, table: write_whole(path, csv_of(table)), "csv"),
        Format.JSONL: _each_table(lambda path, table: write_whole(path, jsonl_of(table)), "jsonl"),
        Format.PARQUET: _each_table(write_parquet, "parquet"),
        Format.MARKDOWN: _markdown,
        Format.LATEX: _latex,
    }
)
"""All but the report, which is made in two steps."""


def _grids(source: Source, tables: Sequence[TableName]) -> Iterator[Grid]:
    if TableName.METRICS in tables:
        yield comparison_grid(source, compare_published(source))
        yield metrics_grid(source)
        yield classes_grid(source)
    if TableName.CONFUSION in tables:
        yield confusion_grid(source)
    if TableName.REFUSALS in tables:
        yield refusals_grid(source)


def _about(source: Source) -> list[tuple[str, str]]:
    """The head of a document. Its tables repeat the counts, since people cut them out."""
    scores, spec = source.scores.scores, source.run.spec
    about = {
        "data set": f"{source.card.title} ({source.run.dataset})",
        "run": source.run.name,
        "model": f"{spec.model} at endpoint {spec.endpoint}, prompt {spec.prompt}",
        "protocol": f"{source.scores.protocol}: {source.scores.rule}",
        "spec": source.run.spec_hash,
        "data": f"{source.fingerprint} (SHA-256 of names, gold labels and clusters)",
        "planned": f"{scores.planned:,}",
        "answered": f"{scores.answered:,}",
        "coverage": f"{percent(scores.coverage)} %",
        "intervals": scores.interval or "none, since nothing counts",
        "made by": source.about["versions"],
    }
    return [(name, visible(value)) for name, value in about.items()]
