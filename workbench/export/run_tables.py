"""The tables of a run: metrics, predictions, confusion, reviews, refusals, attempts.

Ratios are fractions; None is "not known" or "does not apply". Every table says in columns which run it is of, since
files are joined and split. `planned` and `answered` count samples whose gold label is scored, as everywhere; the
predictions hold a row for every planned sample. New columns go to the end: people read these files by position, too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Final, TypeAlias

from workbench.domain.exports import TableName
from workbench.domain.scoring.intervals import MetricValue
from workbench.export.source import Source
from workbench.pipeline.scoring.run_scores import RunScores
from workbench.storage.cases.review_log import load_reviews
from workbench.storage.runs.attempts import read_attempts
from workbench.storage.runs.results import read_results

Value: TypeAlias = str | int | float | tuple[str, ...] | None
Row: TypeAlias = tuple[Value, ...]


class Kind(StrEnum):
    """What a column holds; every kind can also be None."""

    TEXT = auto()
    COUNT = auto()
    """A whole number."""
    NUMBER = auto()
    LABELS = auto()
    """A list of texts, in order."""
    TAGS = auto()
    """A list of texts without blanks."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a run."""

    name: str
    """The name of its file, without the suffix."""
    columns: tuple[Column, ...]
    """No name comes twice."""
    rows: Callable[[], Iterator[Row]]
    """The rows from the first on, each made when it is asked for."""
    about: Mapping[str, str]
    """What the rows are of, for formats with room for it beside them: run, protocol, spec hash, counts, and so on."""


def run_table(name: TableName, source: Source) -> Table:
    """One table of a run."""
    columns = _confusion_columns(source) if name is TableName.CONFUSION else _COLUMNS[name]
    return Table(name=name, columns=columns, rows=lambda: _ROWS[name](source), about=source.about)


def columns(kind: Kind, *names: str) -> tuple[Column, ...]:
    """Columns of one kind."""
    return tuple(Column(name, kind) for name in names)


_OF_RUN: Final = (
    *columns(Kind.TEXT, "run", "spec_hash", "protocol"),
    *columns(Kind.COUNT, "planned", "answered"),
    *columns(Kind.TEXT, "dataset", "against", "data"),
)
_ATTEMPT: Final = (
    *columns(Kind.COUNT, "id", "batch", "parent_batch", "depth", "number"),
    *columns(Kind.LABELS, "asked"),
    *columns(Kind.TEXT, "sent_at", "received_at", "outcome", "fault"),
    *columns(Kind.COUNT, "status_code"),
    *columns(Kind.TEXT, "finish_reason", "step", "model", "endpoint"),
    *columns(Kind.COUNT, "job", "prompt_tokens", "completion_tokens", "cached_tokens", "image_tokens"),
    *columns(Kind.NUMBER, "cost_usd", "estimated_usd", "latency_s"),
    *columns(Kind.TEXT, "reply", "refusal", "error", "prompt"),
)
_ATTEMPT_FIELDS: Final = {"batch": "batch_id", "parent_batch": "parent_batch_id", "job": "job_id"}
"""Where a column of attempts has another name than the field."""
_COLUMNS: Final[Mapping[TableName, tuple[Column, ...]]] = MappingProxyType(
    {
        TableName.METRICS: (
            *columns(Kind.TEXT, "dataset", "run", "spec_hash", "protocol", "metric", "label"),
            *columns(Kind.NUMBER, "value", "low", "high"),
            *columns(Kind.COUNT, "support", "planned", "answered"),
            *columns(Kind.NUMBER, "coverage"),
            *columns(Kind.TEXT, "against", "rule", "interval", "definitions", "data", "versions"),
        ),
        TableName.PREDICTIONS: (
            *columns(Kind.TEXT, "sample", "gold", "status", "top1"),
            *columns(Kind.LABELS, "ranking"),
            *columns(Kind.COUNT, "rank_of_gold", "attempts"),
            *columns(Kind.TEXT, "raw_label", "cluster", "first_status", "failure"),
            *columns(Kind.COUNT, "place"),
            *columns(Kind.TEXT, "note"),
            *_OF_RUN,
        ),
        TableName.REVIEWS: (
            *columns(Kind.TEXT, "sample", "reviewer", "verdict", "label"),
            *columns(Kind.TAGS, "tags"),
            *columns(Kind.TEXT, "note", "changed_at", "gold", "top1"),
            *_OF_RUN,
        ),
        TableName.REFUSALS: (
            *columns(Kind.TEXT, "group", "label"),
            *columns(Kind.COUNT, "planned", "first_answered", "first_refused", "answered", "refused"),
            *columns(Kind.NUMBER, "first_coverage", "first_refusal_rate", "coverage", "refusal_rate"),
            # `planned` and `answered` are the group's here; the run's are in the row of all.
            *columns(Kind.TEXT, "run", "spec_hash", "protocol", "dataset", "data"),
        ),
        TableName.ATTEMPTS: (*_ATTEMPT, *_OF_RUN),
    }
)
"""Those of the confusion matrix depend on the labels."""


def _metrics_rows(source: Source) -> Iterator[Row]:
    """One long table: a row for each figure. `label` is None for figures of the whole run."""
    one = source.scores
    run = (one.dataset, one.run, one.spec_hash, str(one.protocol))
    after = (one.scores.planned, one.scores.answered, one.scores.coverage, str(one.against), one.rule)
    about = tuple(source.about[name] for name in ("interval", "definitions", "data", "versions"))
    for metric, label, figure, support in _figures(one):
        yield (*run, metric, label, figure.value, figure.low, figure.high, support, *after, *about)


def _figures(run_scores: RunScores) -> Iterator[tuple[str, str | None, MetricValue, int | None]]:
    """Metric, class (None: the whole run), figure, and the number of samples that it is taken over, where known.

    All figures are fractions but `mae` and `pearson`.
    """
    scores = run_scores.scores
    for name, figure in scores.metrics.items():
        yield name, None, figure, scores.counted
    for name, figure in run_scores.intensity.items():
        yield name, None, figure, run_scores.n_intensities
    if scores.bounds is not None:
        yield "accuracy_bounds", None, MetricValue(None, scores.bounds.low, scores.bounds.high), scores.planned
    for name, baseline in scores.baselines.items():
        for metric, value in baseline.metrics.items():
            yield f"{name}_{metric}", None, MetricValue(value), scores.counted
    for one in scores.per_class:
        yield "precision", one.label, MetricValue(one.precision), one.support
        yield "recall", one.label, MetricValue(one.recall, one.recall_low, one.recall_high), one.support
        yield "f1", one.label, MetricValue(one.f1), one.support
    for rates in run_scores.rates_by_class:
        yield "refusal_rate", rates.label, MetricValue(rates.refusal_rate), rates.planned


def _predictions_rows(source: Source) -> Iterator[Row]:
    """A row for each planned sample, in planned order; the status is None while there is no final one."""
    after = _of_run(source)
    for one in read_results(source.db, source.run.id):
        sample, ranking = one.sample, None if one.prediction is None else one.prediction.ranking
        yield (
            *(sample.id, sample.gold, one.status, one.top1, ranking, one.gold_rank, one.attempts),
            *(sample.raw_label, sample.cluster, one.first_status, one.failure, one.place, one.note),
            *after,
        )


def _confusion_columns(source: Source) -> tuple[Column, ...]:
    """A column for each predicted label, named after it; a label that is also another column's name is marked."""
    fixed = {"gold", *(column.name for column in _OF_RUN)}
    predicted = source.scores.scores.confusion.predicted
    names = [_unique(label, fixed.union(predicted)) if label in fixed else label for label in predicted]
    return (*columns(Kind.TEXT, "gold"), *columns(Kind.COUNT, *names), *_OF_RUN)


def _unique(label: str, taken: set[str]) -> str:
    while label in taken:
        label += " (predicted)"
    return label


def _confusion_rows(source: Source) -> Iterator[Row]:
    """A row for each gold class; the last column of the matrix is for no answer."""
    matrix, after = source.scores.scores.confusion, _of_run(source)
    for gold, cells in zip(matrix.gold, matrix.counts, strict=True):
        yield (gold, *cells, *after)


def _reviews_rows(source: Source) -> Iterator[Row]:
    """A row for each reviewer of each sample, with what they say now; samples in planned order."""
    after, reviews = _of_run(source), load_reviews(source.db, source.run.id)
    for one in read_results(source.db, source.run.id, only=reviews):
        for review in reviews[one.sample.id]:
            said = (review.reviewer, review.verdict, review.label, review.tags, review.note, review.changed_at)
            yield (one.sample.id, *said, one.sample.gold, one.top1, *after)


def _refusals_rows(source: Source) -> Iterator[Row]:
    """Rates of answers and refusals at the first attempt and after retries: of all, of each class, of each cluster."""
    scores = source.scores
    groups = (
        ("all", None, scores.rates),
        *(("class", one.label, one) for one in scores.rates_by_class),
        *((scores.cluster or "cluster", one.label, one) for one in scores.rates_by_cluster),
    )
    for group, label, one in groups:
        yield (
            *(group, label, one.planned, one.first_answered, one.first_refused if one.refusals_known else None),
            *(one.answered, one.refused if one.refusals_known else None),
            *(one.first_coverage, one.first_refusal_rate, one.coverage, one.refusal_rate),
            *(scores.run, scores.spec_hash, str(scores.protocol), scores.dataset, source.fingerprint),
        )


def _attempts_rows(source: Source) -> Iterator[Row]:
    """A row for each request that was sent, in that order. Keys are nowhere in the workspace."""
    after = _of_run(source)
    for attempt in read_attempts(source.db, source.run.id):
        yield (*(getattr(attempt, _ATTEMPT_FIELDS.get(column.name, column.name)) for column in _ATTEMPT), *after)


def _of_run(source: Source) -> Row:
    one = source.scores
    counts = (one.scores.planned, one.scores.answered)
    return (one.run, one.spec_hash, str(one.protocol), *counts, one.dataset, str(one.against), source.fingerprint)


_ROWS: Final[Mapping[TableName, Callable[[Source], Iterator[Row]]]] = MappingProxyType(
    {
        TableName.METRICS: _metrics_rows,
        TableName.PREDICTIONS: _predictions_rows,
        TableName.CONFUSION: _confusion_rows,
        TableName.REVIEWS: _reviews_rows,
        TableName.REFUSALS: _refusals_rows,
        TableName.ATTEMPTS: _attempts_rows,
    }
)
