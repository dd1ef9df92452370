"""A run as CSV files: its metrics, predictions, confusion matrix, reviews, and rates of answers and refusals.

Each row says which run it is of, by name and by the hash of its spec. Ratios are fractions; None is an empty cell.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets import DatasetCard
from workbench.domain.reviews import Review
from workbench.domain.runs import Run
from workbench.domain.scoring.metrics import MetricValue
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import unknown_name
from workbench.export.cells import Cell, csv_text, joined
from workbench.export.writing import path_part, write_whole
from workbench.pipeline.scoring.rates import Rates
from workbench.pipeline.scoring.run_scores import RunScores, score_results
from workbench.storage.database import Database
from workbench.storage.results import Result, load_results
from workbench.storage.reviews import load_reviews


class Table(StrEnum):
    """The files of an export, by their names without `.csv`."""

    METRICS = "metrics"
    PREDICTIONS = "predictions"
    CONFUSION = "confusion"
    REVIEWS = "reviews"
    REFUSALS = "refusals"


def export_run(
    db: Database,
    card: DatasetCard,
    run: Run,
    folder: Path,
    protocol: Protocol = Protocol.STRICT,
    what: Iterable[str] = tuple(Table),
) -> list[Path]:
    """Write the tables of a run into `<folder>/<data set>/<run>/`; returns the files in the order asked.

    All of them speak of the run at one moment. Raises UsageError for a table that does not exist, DataError for a
    folder that cannot be written.
    """
    tables = [_table(name) for name in what]
    results = load_results(db, run.id)
    source = _Source(results, score_results(card, run, results, protocol), load_reviews(db, run.id))
    target = folder / path_part(run.dataset) / path_part(run.name)
    return [write_whole(target / f"{table}.csv", _TEXTS[table](source)) for table in tables]


@dataclass(frozen=True, slots=True)
class _Source:
    results: Sequence[Result]
    scores: RunScores
    reviews: Mapping[str, Sequence[Review]]
    """By sample."""

    @property
    def run(self) -> tuple[Cell, ...]:
        return self.scores.run, self.scores.spec_hash


def _table(name: str) -> Table:
    try:
        return Table(name)
    except ValueError:
        raise unknown_name("table", name, list(Table)) from None


def _metrics(source: _Source) -> str:
    """One long table: a row for each figure, `label` being empty for those of the whole run."""
    run_scores = source.scores
    scores = run_scores.scores
    run = (run_scores.dataset, run_scores.run, run_scores.spec_hash, run_scores.protocol)
    counts = (scores.planned, scores.answered, scores.coverage)
    header = (
        *("dataset", "run", "spec_hash", "protocol", "metric", "label", "value", "low", "high"),
        *("support", "planned", "answered", "coverage"),
    )
    return csv_text(
        header,
        (
            (*run, metric, label, figure.value, figure.low, figure.high, support, *counts)
            for metric, label, figure, support in _figures(run_scores)
        ),
    )


def _figures(run_scores: RunScores) -> Iterator[tuple[str, str | None, MetricValue, int]]:
    """Metric, class (None: the whole run), figure, and the number of samples that it is taken over."""
    scores = run_scores.scores
    for name, figure in scores.metrics.items():
        yield name, None, figure, scores.counted
    if scores.bounds is not None:
        yield "accuracy_bounds", None, MetricValue(None, scores.bounds.low, scores.bounds.high), scores.planned
    for name, baseline in scores.baselines.items():
        for metric, value in baseline.metrics.items():
            yield f"{name}_{metric}", None, MetricValue(value), scores.counted
    for one in scores.per_class:
        yield "precision", one.label, MetricValue(one.precision), one.support
        yield "recall", one.label, MetricValue(one.recall), one.support
        yield "f1", one.label, MetricValue(one.f1), one.support
    for rates in run_scores.rates_by_class:
        yield "refusal_rate", rates.label, MetricValue(rates.refusal_rate), rates.planned


def _predictions(source: _Source) -> str:
    """A row for each planned sample, in planned order; without a final status yet, its status is empty."""
    header = (
        *("sample", "gold", "status", "top1", "ranking", "rank_of_gold", "attempts"),
        *("raw_label", "cluster", "first_status", "failure", "place", "note", "run", "spec_hash"),
    )
    return csv_text(header, ((*_prediction(result), *source.run) for result in source.results))


def _prediction(result: Result) -> tuple[Cell, ...]:
    sample, prediction = result.sample, result.prediction
    said: tuple[Cell, ...] = (None, None, None)
    if prediction is not None:
        said = (prediction.status, prediction.top1, joined(prediction.ranking))
    return (
        *(sample.id, sample.gold, *said, result.gold_rank, result.attempts),
        *(sample.raw_label, sample.cluster, result.first_status, result.failure, result.place, result.note),
    )


def _confusion(source: _Source) -> str:
    """The matrix: a row for each gold class, a column for each predicted label, the last of them for no answer."""
    matrix = source.scores.scores.confusion
    header = ("gold", *matrix.predicted, "run", "spec_hash", "protocol")
    rows = zip(matrix.gold, matrix.counts, strict=True)
    return csv_text(header, ((gold, *counts, *source.run, source.scores.protocol) for gold, counts in rows))


def _reviews(source: _Source) -> str:
    """A row for each reviewer of each sample, as they think now; samples in planned order."""
    header = (
        *("sample", "reviewer", "verdict", "label", "tags", "note", "changed_at"),
        *("gold", "top1", "run", "spec_hash"),
    )
    return csv_text(
        header,
        (
            (*_review(review, result), *source.run)
            for result in source.results
            for review in source.reviews.get(result.sample.id, ())
        ),
    )


def _review(review: Review, result: Result) -> tuple[Cell, ...]:
    top1 = None if result.prediction is None else result.prediction.top1
    said = (review.reviewer, review.verdict, review.label, " ".join(review.tags), review.note, review.changed_at)
    return (result.sample.id, *said, result.sample.gold, top1)


def _refusals(source: _Source) -> str:
    """Rates of answers and refusals at the first attempt and after retries: of all, of each class, of each cluster."""
    scores = source.scores
    header = (
        *("group", "label", "planned", "first_answered", "first_refused", "answered", "refused"),
        *("first_coverage", "first_refusal_rate", "coverage", "refusal_rate", "run", "spec_hash"),
    )
    groups = (
        *(("all", None, scores.rates),),
        *(("class", one.label, one) for one in scores.rates_by_class),
        *((scores.cluster or "cluster", one.label, one) for one in scores.rates_by_cluster),
    )
    return csv_text(header, ((group, label, *_rates(one), *source.run) for group, label, one in groups))


def _rates(one: Rates) -> tuple[Cell, ...]:
    return (
        *(one.planned, one.first_answered, one.first_refused, one.answered, one.refused),
        *(one.first_coverage, one.first_refusal_rate, one.coverage, one.refusal_rate),
    )


_TEXTS: Final[Mapping[Table, Callable[[_Source], str]]] = MappingProxyType(
    {
        Table.METRICS: _metrics,
        Table.PREDICTIONS: _predictions,
        Table.CONFUSION: _confusion,
        Table.REVIEWS: _reviews,
        Table.REFUSALS: _refusals,
    }
)
