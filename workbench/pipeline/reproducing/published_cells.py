"""The paper's GPT-4V figures, cell by cell, beside the scores of its authors' prediction files.

A published figure without a condition belongs to the usual condition of its data set, so one file may give cells of
two tables: RAF-DB in colour in Table 3 and again in Table 8, three frames of RAVDESS in Table 6 and again in Table 9.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workbench.domain.datasets.published_folders import ANCESTOR
from workbench.domain.json_values import json_value
from workbench.domain.runs import Colour
from workbench.domain.scoring.counting import count_answers
from workbench.domain.scoring.protocols import Protocol, Rules, rules_of
from workbench.domain.scoring.scores import Scores, compute_scores
from workbench.importers.prediction_files import find_prediction_files
from workbench.pipeline.reproducing.published_predictions import PublishedPredictions, Reading, read_file
from workbench.pipeline.scoring.published_figures import PublishedFigure, load_published

GPT_4V: Final = "GPT-4V"
_ALIKE: Final = 0.005 + 1e-9
"""Per cent: figures that round to the same two decimals; the small term is for binary fractions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCell:
    """One published figure and the computed one."""

    figure: PublishedFigure
    predictions: PublishedPredictions
    scores: Scores
    """The scores of the file under the paper's rules."""
    rule: str
    """The rules in words."""

    @property
    def published(self) -> float:
        """In per cent."""
        return round(100 * self.figure.value, 2)

    @property
    def computed(self) -> float | None:
        """In per cent; None where nothing counts."""
        value = self.scores.metrics[self.figure.metric].value
        return None if value is None else 100 * value

    @property
    def match(self) -> bool:
        """Whether both are the same to two decimals."""
        return self.computed is not None and abs(self.computed - self.published) <= _ALIKE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """All cells that have a file, and the figures and files that have no counterpart."""

    cells: tuple[PublishedCell, ...]
    """In the order of the tables."""
    without_file: tuple[PublishedFigure, ...]
    without_figure: tuple[PublishedPredictions, ...]
    """Files of conditions for which the paper has no figure."""

    @property
    def matched(self) -> int:
        """How many cells match."""
        return sum(cell.match for cell in self.cells)


def reproduce(folder: Path) -> Reproduction:
    """Score every file of predictions under `folder`. Raises DataError as `find_prediction_files` and `read_file`."""
    read = [read_file(file) for file in find_prediction_files(folder)]
    figures = [figure for figure in load_published() if figure.method == GPT_4V]
    chosen = [(figure, _predictions_of(figure, read)) for figure in figures]
    used = {id(predictions) for _, predictions in chosen if predictions is not None}
    scored = {id(one): _scores(one) for one in read if id(one) in used}
    return Reproduction(
        cells=tuple(
            PublishedCell(
                figure=figure, predictions=one, scores=scored[id(one)], rule=paper_rules(one).in_words(one.card)
            )
            for figure, one in chosen
            if one is not None
        ),
        without_file=tuple(figure for figure, one in chosen if one is None),
        without_figure=tuple(one for one in read if id(one) not in used),
    )


def paper_rules(predictions: PublishedPredictions) -> Rules:
    """The rules that give the paper's figures."""
    return rules_of(Protocol.PAPER, predictions.card)


def score_reading(reading: Reading, rules: Rules, *, with_intervals: bool = False) -> Scores:
    """The scores of a file, as it was read, under any rules of that spelling."""
    count = count_answers(reading.card, rules, reading.answers)
    return compute_scores(count, clustered_by=reading.card.cluster, with_intervals=with_intervals)


def reproduction_json(reproduction: Reproduction) -> dict[str, Any]:
    """The cells as values for JSON: published and computed in per cent, coverage as a fraction."""
    return {
        "cells": [cell_json(cell) for cell in reproduction.cells],
        "matched": reproduction.matched,
        "total": len(reproduction.cells),
        "without_file": json_value(reproduction.without_file),
        "without_figure": [str(one.file.path) for one in reproduction.without_figure],
    }


def cell_json(cell: PublishedCell) -> dict[str, Any]:
    """One cell as values for JSON."""
    metric = cell.scores.metrics[cell.figure.metric]
    return {
        "table": cell.figure.table,
        "dataset": cell.figure.dataset,
        "variant": cell.figure.variant,
        "metric": cell.figure.printed_metric,
        "published": cell.published,
        "computed": rounded(cell.computed),
        "low": None if metric.low is None else rounded(100 * metric.low),
        "high": None if metric.high is None else rounded(100 * metric.high),
        "interval": cell.scores.interval,
        "n": cell.scores.counted,
        "planned": cell.scores.planned,
        "answered": cell.scores.answered,
        "coverage": cell.scores.coverage,
        "rule": cell.rule,
        "match": cell.match,
        "file": str(cell.predictions.file.path),
        "notes": list(cell.predictions.notes),
    }


def _scores(predictions: PublishedPredictions) -> Scores:
    rules = paper_rules(predictions)
    return score_reading(predictions.read(rules.spelling), rules, with_intervals=True)


def rounded(per_cent: float | None) -> float | None:
    """Per cent with four decimals, as documents have it."""
    return None if per_cent is None else round(per_cent, 4)


def _predictions_of(figure: PublishedFigure, read: Sequence[PublishedPredictions]) -> PublishedPredictions | None:
    """The file with the condition of the figure, else one that names none where that is the usual condition."""
    of_set = [one for one in read if one.file.dataset == figure.dataset]
    for condition in _conditions(figure):
        for one in of_set:
            if one.file.condition == condition:
                return one
    return None


def _conditions(figure: PublishedFigure) -> Iterator[str]:
    usual = list(_usual(figure.dataset, _of_set(figure.dataset)))
    yield figure.variant
    if figure.variant == "":
        yield from usual
    elif figure.variant in usual:
        yield ""


def _usual(dataset: str, variants: Iterable[str]) -> Iterator[str]:
    """The conditions that a file or figure without a condition has."""
    if Colour.RGB in variants:
        yield Colour.RGB
    if (frames := ANCESTOR[dataset].frames) is not None:
        yield f"frames={frames}"


def _of_set(dataset: str) -> set[str]:
    return {figure.variant for figure in load_published() if figure.dataset == dataset}
