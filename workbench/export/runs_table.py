"""One table of many runs over many data sets: a row for each run name, a column for each data set's headline metric.

Every run is tested against the first one of its data set over the samples that both planned: the permutation of whole
clusters where there are any, else McNemar's test, with Holm's adjustment over all tests of the table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from workbench import __version__
from workbench.domain.exports import Format
from workbench.domain.figure_words import DASH, interval, metric_title, percent, points, points_interval, short
from workbench.domain.scoring.comparison import holm
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import UsageError
from workbench.export.latex import latex_fragment
from workbench.export.markdown import markdown_of
from workbench.export.run_grids import Grid, GridLine
from workbench.export.table_files import CsvCell, csv_lines
from workbench.pipeline.scoring.run_comparison import RunPair
from workbench.pipeline.scoring.run_scores import RunScores

_COLUMNS: Final = (
    *("dataset", "run", "spec_hash", "protocol", "rule", "metric", "value", "low", "high", "n", "planned", "answered"),
    *("interval", "against_run", "difference", "difference_low", "difference_high", "p", "p_holm"),
)
_STARS_NOTE: Final = (
    "Stars: paired tests of accuracy against the first run of the data set, over the samples that both planned (whole "
    "clusters permuted where there are any, else McNemar), by Holm over all tests of this table: * p < .05, "
    "** p < .01, *** p < .001."
)
_STARS: Final = ((0.001, "***"), (0.01, "**"), (0.05, "*"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsTable:
    """The scores of runs by name and data set."""

    protocol: Protocol
    runs: Sequence[str]
    datasets: Sequence[str]
    scores: Mapping[tuple[str, str], RunScores]
    """By run and data set; where a run is missing, so is its entry."""
    pairs: Mapping[tuple[str, str], RunPair]
    """Each run against the first one of the data set: A is the run."""

    @property
    def adjusted(self) -> dict[tuple[str, str], float | None]:
        """The p of each pair by Holm over all of them."""
        return dict(zip(self.pairs, holm([_p(pair) for pair in self.pairs.values()]), strict=True))


def runs_document(table: RunsTable, wanted: Format) -> str:
    """The table as csv, md or latex. Raises UsageError for another format."""
    if wanted is Format.CSV:
        return "".join(csv_lines(_COLUMNS, _rows(table)))
    about = [("protocol", str(table.protocol)), ("made by", f"emowb {__version__}")]
    if wanted is Format.MARKDOWN:
        return "".join(markdown_of("Runs by data set", about, [_grid(table)]))
    if wanted is Format.LATEX:
        return "".join(latex_fragment(about, [_grid(table)], "runs"))
    raise UsageError(f"table prints csv, md or latex, not {wanted}")


def _p(pair: RunPair) -> float | None:
    compared = pair.comparison
    return compared.mcnemar.p if compared.permutation is None else compared.permutation.p


def _rows(table: RunsTable) -> Iterator[tuple[CsvCell, ...]]:
    adjusted = table.adjusted
    for (run, dataset), one in table.scores.items():
        name = one.headline[0]
        figure, pair = one.scores.metrics[name], table.pairs.get((run, dataset))
        paired: tuple[CsvCell, ...] = (None,) * 6
        if pair is not None:
            found = pair.comparison.headline
            paired = (pair.b, found.value, found.low, found.high, _p(pair), adjusted[run, dataset])
        yield (
            *(dataset, run, one.spec_hash, str(one.protocol), one.rule, name, figure.value, figure.low, figure.high),
            *(one.scores.counted, one.scores.planned, one.scores.answered, one.scores.interval),
            *paired,
        )


def _grid(table: RunsTable) -> Grid:
    adjusted = table.adjusted
    compared = [run for run in table.runs if any(key[0] == run for key in table.pairs)]
    heads: list[str] = []
    notes: list[str] = []
    for dataset in table.datasets:
        some = next((one for (_, key), one in table.scores.items() if key == dataset), None)
        heads.append(dataset if some is None else f"{dataset}: {metric_title(some.headline[0])}")
        found = ((run, table.scores.get((run, dataset))) for run in table.runs)
        notes.extend(
            f"{dataset}, {short(run)}: n {one.scores.counted:,}; {one.rule} {one.scores.interval}."
            for run, one in found
            if one is not None
        )
    lines = tuple(
        GridLine.of(
            short(run), *(_cell(table.scores.get((run, one)), adjusted.get((run, one))) for one in table.datasets)
        )
        for run in table.runs
    )
    differences = tuple(
        GridLine.of(f"{short(run)} − first", *(_difference(table.pairs.get((run, one))) for one in table.datasets))
        for run in compared
    )
    return Grid(
        key="runs",
        caption=f"Runs by data set, protocol {table.protocol} (per cent, with 95 % intervals).",
        stub="Run",
        heads=tuple(heads),
        sections=(lines, differences) if differences else (lines,),
        notes=(
            _STARS_NOTE,
            *notes,
        ),
    )


def _cell(one: RunScores | None, p: float | None) -> str:
    if one is None:
        return DASH
    figure = one.scores.metrics[one.headline[0]]
    within = interval(figure.low, figure.high)
    stars = "" if p is None else next((stars for most, stars in _STARS if p < most), "")
    return f"{percent(figure.value)}{stars}" + (f" ({within})" if within else "")


def _difference(pair: RunPair | None) -> str:
    if pair is None:
        return DASH
    found = pair.comparison.headline
    within = points_interval(found.low, found.high)
    return points(found.value) + (f" ({within})" if within else "")
