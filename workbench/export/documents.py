"""The Markdown and LaTeX documents of a run: which grids stand in them, and their files."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from workbench.domain.figure_words import percent
from workbench.domain.visible import visible
from workbench.export.comparison_grid import comparison_grid
from workbench.export.grids import Grid
from workbench.export.latex import latex_fragment, latex_label, latex_standalone
from workbench.export.markdown import markdown_of
from workbench.export.published_comparison import compare_published
from workbench.export.run_grids import classes_grid, confusion_grid, metrics_grid, refusals_grid
from workbench.export.run_tables import TableName
from workbench.export.source import Source
from workbench.settings.whole_files import write_whole

DOCUMENT_TABLES: Final = frozenset({TableName.METRICS, TableName.CONFUSION, TableName.REFUSALS})
"""What a document for people holds; the others are lists of thousands of rows."""
_FRAGMENT: Final = "tables.tex"


def write_markdown(target: Path, source: Source, tables: Collection[TableName]) -> Path:
    """Write `tables.md`; returns its path."""
    title = f"{visible(source.card.title)}: run {visible(source.run.name)}"
    return write_whole(target / "tables.md", markdown_of(title, _about(source), _grids(source, tables)))


def write_latex(target: Path, source: Source, tables: Collection[TableName]) -> list[Path]:
    """Write `tables.tex`, a fragment for a paper, and `tables-standalone.tex` around it; returns their paths."""
    label = latex_label(source.run.dataset, source.run.name)
    fragment = latex_fragment(_about(source), _grids(source, tables), label)
    return [
        write_whole(target / _FRAGMENT, fragment),
        write_whole(target / "tables-standalone.tex", latex_standalone(_FRAGMENT)),
    ]


def _grids(source: Source, tables: Collection[TableName]) -> Iterator[Grid]:
    if TableName.METRICS in tables:
        yield comparison_grid(source, compare_published(source))
        yield metrics_grid(source)
        yield classes_grid(source)
    if TableName.CONFUSION in tables:
        yield confusion_grid(source)
    if TableName.REFUSALS in tables:
        yield refusals_grid(source)


def _about(source: Source) -> list[tuple[str, str]]:
    """What the document is of; its tables repeat the counts, since they are cut out."""
    scores, spec = source.scores.scores, source.run.spec
    told = {
        "data set": f"{source.card.title} ({source.run.dataset})",
        "run": source.run.name,
        "model": f"{spec.model} at endpoint {spec.endpoint}, prompt {spec.prompt}",
        "protocol": f"{source.scores.protocol}: {source.scores.rule}",
        "spec": source.run.spec_hash,
        "planned": f"{scores.planned:,}",
        "answered": f"{scores.answered:,}",
        "coverage": f"{percent(scores.coverage)} %",
        "intervals": source.scores.scores.interval or "none, since nothing counts",
        "made by": f"emowb {source.about['emowb_version']}",
    }
    return [(name, visible(value)) for name, value in told.items()]
