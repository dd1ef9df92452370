"""The figures of a run as grids, the tables that people read: metrics, classes, confusion, refusals, places."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Self

from workbench.domain.figure_words import interval, metric_interval, metric_title, metric_value, percent, short
from workbench.domain.score_words import definition_lines, f1_words
from workbench.domain.scoring.counting import NO_ANSWER
from workbench.domain.scoring.intervals import MetricValue
from workbench.domain.scoring.scores import Confusion
from workbench.domain.visible import visible
from workbench.export.source import Source
from workbench.pipeline.scoring.answer_rates import Rates
from workbench.pipeline.scoring.published_figures import GPT_4V, SOURCE, gpt4v_words
from workbench.pipeline.scoring.run_scores import RunScores

OTHER_WORDS: Final = "other words"
_MOST_OTHERS: Final = 3
"""The most other words that get columns of their own."""
_NOT_PER_CENT: Final = "; the error in units of the owner's scale, r from −1 to 1"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as text."""

    text: str
    strong: bool = False
    """Whether it is the best of its column."""


@dataclass(frozen=True, slots=True)
class GridLine:
    """One row."""

    head: str
    cells: tuple[Cell, ...]
    """One for each column."""
    strong: bool = False
    """Whether this is the line that the table is about."""

    @classmethod
    def of(cls, head: str, *cells: str | int, strong: bool = False) -> Self:
        """A row of plain cells."""
        return cls(head, tuple(Cell(str(cell)) for cell in cells), strong)


@dataclass(frozen=True, slots=True)
class Span:
    """A head over several columns."""

    text: str
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One table of a document. All texts have been made visible, and are not yet escaped for any format."""

    key: str
    """A word that names it in labels and ids."""
    caption: str
    stub: str
    """The head of the first column."""
    spans: tuple[Span, ...] = ()
    """Heads over `heads`, side by side; empty: none."""
    heads: tuple[str, ...]
    """Of every column but the first."""
    sections: tuple[tuple[GridLine, ...], ...]
    """Groups of lines, with a rule between two groups."""
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[GridLine, ...]:
        """All rows."""
        return tuple(chain.from_iterable(self.sections))


def sections(*groups: Sequence[GridLine]) -> tuple[tuple[GridLine, ...], ...]:
    """The groups that have lines."""
    return tuple(tuple(group) for group in groups if group)


def metrics_grid(source: Source) -> Grid:
    """Every metric with its interval, beside the trivial baselines and what the paper's GPT-4V reached."""
    one = source.scores
    lines = [_metric_line(one, name, figure) for name, figure in one.scores.metrics.items()]
    on_scale = [_scale_line(name, figure) for name, figure in one.intensity.items() if figure.value is not None]
    return Grid(
        key="metrics",
        caption=f"{_title(source)}: metrics (per cent{_NOT_PER_CENT if on_scale else ''}).",
        stub="Metric",
        heads=("This run", "95 % interval", "Majority class", "Guessing", f"{GPT_4V} as published"),
        sections=sections(lines, on_scale),
        notes=(
            _counts_note(source),
            *definition_lines(one.scores, one.n_intensities if on_scale else None),
            _intervals_note(source),
            f"Published: {SOURCE}.",
        ),
    )


def _metric_line(scores: RunScores, name: str, figure: MetricValue) -> GridLine:
    """The headline's value stands out."""
    value = Cell(percent(figure.value), strong=name == scores.headline[0])
    trivial = ("" if one is None else percent(one) for one in scores.trivial(name))
    beside = (interval(figure.low, figure.high), *trivial, gpt4v_words(scores.published, name))
    return GridLine(metric_title(name), (value, *map(Cell, beside)))


def _scale_line(name: str, figure: MetricValue) -> GridLine:
    """A figure that is no ratio."""
    within = metric_interval(name, figure.low, figure.high)
    return GridLine.of(metric_title(name), metric_value(name, figure.value), within, "", "", "")


def classes_grid(source: Source) -> Grid:
    """Precision, recall and F1 of each class."""
    return Grid(
        key="classes",
        caption=f"{_title(source)}: by gold class (per cent).",
        stub="Gold class",
        heads=("Samples", "Precision", "Recall", "95 % interval", "F1"),
        sections=(
            tuple(
                GridLine.of(
                    *(short(one.label), f"{one.support:,}", percent(one.precision), percent(one.recall)),
                    *(interval(one.recall_low, one.recall_high), f1_words(one)),
                )
                for one in source.scores.scores.per_class
            ),
        ),
        notes=(_counts_note(source), f"The interval is that of recall. {_intervals_note(source)}"),
    )


@dataclass(frozen=True, slots=True)
class Matrix:
    """A confusion matrix that is narrow enough for a page."""

    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    """Classes, other words (or one column for all of them), no answer."""
    counts: tuple[tuple[int, ...], ...]
    n_words: int
    """How many other words are summed in one column; 0 for none."""


def matrix(confusion: Confusion) -> Matrix:
    """The confusion matrix; other words than classes in one column where there are more than three."""
    n_classes = len(confusion.gold)
    n_others = len(confusion.predicted) - n_classes - 1
    if n_others <= _MOST_OTHERS:
        return Matrix(confusion.gold, confusion.predicted, confusion.counts, 0)
    rows = tuple((*row[:n_classes], sum(row[n_classes:-1]), row[-1]) for row in confusion.counts)
    return Matrix(confusion.gold, (*confusion.gold, OTHER_WORDS, NO_ANSWER), rows, n_others)


def confusion_grid(source: Source) -> Grid:
    """The confusion matrix: gold classes down, predicted across."""
    found = matrix(source.scores.scores.confusion)
    summed = (f"“{OTHER_WORDS}” sums {found.n_words:,} words that are no classes.",) if found.n_words else ()
    return Grid(
        key="confusion",
        caption=f"{_title(source)}: confusion matrix (samples).",
        stub="Gold, then predicted",
        heads=tuple(map(short, found.predicted)),
        sections=(
            tuple(
                GridLine.of(short(gold), *(f"{count:,}" for count in row))
                for gold, row in zip(found.gold, found.counts, strict=True)
            ),
        ),
        notes=(_counts_note(source), *summed),
    )


def refusals_grid(source: Source) -> Grid:
    """Answers and refusals at the first attempt and after retries: of all, and by gold class."""
    scores = source.scores
    return Grid(
        key="refusals",
        caption=f"{_title(source)}: answers and refusals (per cent of the planned samples).",
        stub="Gold class",
        heads=("Planned", "First answered", "First refused", "Then answered", "Then refused"),
        sections=(tuple(map(_rates_line, scores.rates_by_class)), (_rates_line(scores.rates),)),
        notes=(
            "“First” is what the first attempt that asked about a sample brought, “then” what stands after retries."
            if scores.rates.refusals_known
            else "How many were refused is not known: the answers came from elsewhere.",
        ),
    )


def _rates_line(one: Rates) -> GridLine:
    rates = (one.first_coverage, one.first_refusal_rate, one.coverage, one.refusal_rate)
    return GridLine.of(short(one.label), f"{one.planned:,}", *map(percent, rates))


def positions_grid(source: Source) -> Grid:
    """Accuracy by place in the request."""
    return Grid(
        key="positions",
        caption=f"{_title(source)}: accuracy by place in the request (per cent).",
        stub="Place",
        heads=("Samples", "Accuracy", "95 % interval"),
        sections=(
            tuple(
                GridLine.of(
                    *(str(one.place + 1), f"{one.counted:,}", percent(one.accuracy.value)),
                    interval(one.accuracy.low, one.accuracy.high),
                )
                for one in source.scores.positions
            ),
        ),
        notes=(
            "Places count from 1. Only answered samples, each at its place in the request that decided.",
            "Intervals take samples as independent.",
        ),
    )


def _title(source: Source) -> str:
    return f"{visible(source.card.title)}, run {short(source.run.name)} ({short(source.run.spec.model)})"


def _intervals_note(source: Source) -> str:
    """How intervals came about, and what is doubtful about them."""
    return f"95 % intervals: {source.scores.scores.interval or 'none, since nothing counts'}."


def _counts_note(source: Source) -> str:
    """What the figures are of. Every table says it, since people cut tables out."""
    scores = source.scores.scores
    return (
        f"Protocol {source.scores.protocol}, spec {source.run.spec_hash}, data {source.fingerprint}: "
        f"planned {scores.planned:,}, answered {scores.answered:,}, "
        f"coverage {percent(scores.coverage)} %, counted {scores.counted:,}."
    )
