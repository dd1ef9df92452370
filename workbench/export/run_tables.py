"""The tables of a run: metrics, predictions, confusion, reviews, refusals, attempts.

`planned` and `answered` count samples whose gold label is scored, as everywhere; the predictions hold a row for every
planned sample. New columns go to the end: people read these files by place, too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workbench.domain.cases import Result
from workbench.domain.messages import Attempt
from workbench.domain.reviews import Review
from workbench.domain.scoring.intervals import MetricValue
from workbench.export.source import Source
from workbench.export.tables import Column, Row, Table, Value, counts, labels, numbers, tags, texts
from workbench.pipeline.scoring.answer_rates import Rates
from workbench.pipeline.scoring.run_scores import RunScores
from workbench.storage.cases.review_log import load_reviews
from workbench.storage.runs.attempts import read_attempts
from workbench.storage.runs.results import read_results


class TableName(StrEnum):
    """The tables of a run, by the names of their files without what comes after the dot."""

    METRICS = "metrics"
    PREDICTIONS = "predictions"
    CONFUSION = "confusion"
    REVIEWS = "reviews"
    REFUSALS = "refusals"
    ATTEMPTS = "attempts"


def run_table(name: TableName, source: Source) -> Table:
    """One table of a run."""
    columns, rows = _TABLES[name]
    shape = columns(source)
    return Table(name=name, columns=shape, rows=lambda: rows(source), about=source.about)


def _metrics_columns(_: Source) -> tuple[Column, ...]:
    return (
        *texts("dataset", "run", "spec_hash", "protocol", "metric", "label"),
        *numbers("value", "low", "high"),
        *counts("support", "planned", "answered"),
        *numbers("coverage"),
        *texts("against", "rule"),
    )


def _metrics_rows(source: Source) -> Iterator[Row]:
    """One long table: a row for each figure, `label` being None for those of the whole run."""
    one = source.scores
    run = (one.dataset, one.run, one.spec_hash, str(one.protocol))
    after = (one.scores.planned, one.scores.answered, one.scores.coverage, str(one.against), one.rule)
    for metric, label, figure, support in _figures(one):
        yield (*run, metric, label, figure.value, figure.low, figure.high, support, *after)


def _figures(run_scores: RunScores) -> Iterator[tuple[str, str | None, MetricValue, int | None]]:
    """Metric, class (None: the whole run), figure, and the number of samples that it is taken over, where known.

    All figures are fractions but `mae` and `pearson`.
    """
    scores = run_scores.scores
    for name, figure in scores.metrics.items():
        yield name, None, figure, scores.counted
    for name, figure in run_scores.intensity.items():
        yield name, None, figure, None
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


def _predictions_columns(_: Source) -> tuple[Column, ...]:
    return (
        *(*texts("sample", "gold", "status", "top1"), *labels("ranking"), *counts("rank_of_gold", "attempts")),
        *(*texts("raw_label", "cluster", "first_status", "failure"), *counts("place"), *texts("note")),
        *_OF_RUN,
    )


def _predictions_rows(source: Source) -> Iterator[Row]:
    """A row for each planned sample, in planned order; without a final status yet, its status is None."""
    after = _of_run(source)
    for one in read_results(source.db, source.run.id):
        yield (*_prediction(one), *after)


def _prediction(one: Result) -> Row:
    sample, ranking = one.sample, None if one.prediction is None else one.prediction.ranking
    return (
        *(sample.id, sample.gold, one.status, one.top1, ranking, one.gold_rank, one.attempts),
        *(sample.raw_label, sample.cluster, one.first_status, one.failure, one.place, one.note),
    )


def _confusion_columns(source: Source) -> tuple[Column, ...]:
    """A column for each predicted label, named after it; a word that is also another column's name is marked."""
    fixed = {column.name for column in (*texts("gold"), *_OF_RUN)}
    predicted = source.scores.scores.confusion.predicted
    names = [_apart(word, fixed.union(predicted)) if word in fixed else word for word in predicted]
    return (*texts("gold"), *counts(*names), *_OF_RUN)


def _apart(word: str, taken: set[str]) -> str:
    while word in taken:
        word += " (predicted)"
    return word


def _confusion_rows(source: Source) -> Iterator[Row]:
    """The matrix: a row for each gold class, the last column being for no answer."""
    matrix, after = source.scores.scores.confusion, _of_run(source)
    for gold, cells in zip(matrix.gold, matrix.counts, strict=True):
        yield (gold, *cells, *after)


def _reviews_columns(_: Source) -> tuple[Column, ...]:
    return (
        *(*texts("sample", "reviewer", "verdict", "label"), *tags("tags"), *texts("note", "changed_at")),
        *(*texts("gold", "top1"), *_OF_RUN),
    )


def _reviews_rows(source: Source) -> Iterator[Row]:
    """A row for each reviewer of each sample, as they think now; samples in planned order."""
    after, reviews = _of_run(source), load_reviews(source.db, source.run.id)
    for one in read_results(source.db, source.run.id, only=reviews):
        for review in reviews[one.sample.id]:
            yield (*_review(review, one), *after)


def _review(review: Review, one: Result) -> Row:
    said = (review.reviewer, review.verdict, review.label, review.tags, review.note, review.changed_at)
    return (one.sample.id, *said, one.sample.gold, one.top1)


def _refusals_columns(_: Source) -> tuple[Column, ...]:
    return (
        *texts("group", "label"),
        *counts("planned", "first_answered", "first_refused", "answered", "refused"),
        *numbers("first_coverage", "first_refusal_rate", "coverage", "refusal_rate"),
        # `planned` and `answered` are the group's here; the run's stand in the row of all.
        *texts("run", "spec_hash", "protocol", "dataset"),
    )


def _refusals_rows(source: Source) -> Iterator[Row]:
    """Rates of answers and refusals at the first attempt and after retries: of all, of each class, of each cluster."""
    scores = source.scores
    groups: Iterable[tuple[str, str | None, Rates]] = (
        *(("all", None, scores.rates),),
        *(("class", one.label, one) for one in scores.rates_by_class),
        *((scores.cluster or "cluster", one.label, one) for one in scores.rates_by_cluster),
    )
    after = (scores.run, scores.spec_hash, str(scores.protocol), scores.dataset)
    for group, label, one in groups:
        yield (group, label, *_rates(one), *after)


def _rates(one: Rates) -> Row:
    return (
        *(one.planned, one.first_answered, one.first_refused, one.answered, one.refused),
        *(one.first_coverage, one.first_refusal_rate, one.coverage, one.refusal_rate),
    )


def _attempts_columns(_: Source) -> tuple[Column, ...]:
    return (*_ATTEMPT, *_OF_RUN)


def _attempts_rows(source: Source) -> Iterator[Row]:
    """A row for each request that left, in the order of sending. Keys are nowhere in the workspace."""
    after = _of_run(source)
    for attempt in read_attempts(source.db, source.run.id):
        yield (*_attempt(attempt), *after)


def _attempt(attempt: Attempt) -> Row:
    return tuple(getattr(attempt, _FIELDS.get(column.name, column.name)) for column in _ATTEMPT)


_ATTEMPT: Final = (
    *(*counts("id", "batch", "parent_batch", "depth", "number"), *labels("asked"), *texts("sent_at", "received_at")),
    *(*texts("outcome", "fault"), *counts("status_code"), *texts("finish_reason", "step", "model", "endpoint")),
    *counts("job", "prompt_tokens", "completion_tokens", "cached_tokens", "image_tokens"),
    *(*numbers("cost_usd", "estimated_usd", "latency_s"), *texts("reply", "refusal", "error", "prompt")),
)
_FIELDS: Final = {"batch": "batch_id", "parent_batch": "parent_batch_id", "job": "job_id"}
"""What columns of attempts are called in `Attempt`, where it is something else."""
_OF_RUN: Final = (*texts("run", "spec_hash", "protocol"), *counts("planned", "answered"), *texts("dataset", "against"))


def _of_run(source: Source) -> tuple[Value, ...]:
    one = source.scores
    counted = one.scores
    return (
        *(one.run, one.spec_hash, str(one.protocol), counted.planned, counted.answered),
        one.dataset,
        str(one.against),
    )


_Columns = Callable[[Source], tuple[Column, ...]]
_Rows = Callable[[Source], Iterator[Row]]
_TABLES: Final[Mapping[TableName, tuple[_Columns, _Rows]]] = MappingProxyType(
    {
        TableName.METRICS: (_metrics_columns, _metrics_rows),
        TableName.PREDICTIONS: (_predictions_columns, _predictions_rows),
        TableName.CONFUSION: (_confusion_columns, _confusion_rows),
        TableName.REVIEWS: (_reviews_columns, _reviews_rows),
        TableName.REFUSALS: (_refusals_columns, _refusals_rows),
        TableName.ATTEMPTS: (_attempts_columns, _attempts_rows),
    }
)
