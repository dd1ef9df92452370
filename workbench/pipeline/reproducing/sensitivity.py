"""How far each reproduced figure depends on the rules, and which conclusions of the paper do not.

A conclusion is an order of two figures: a cell against the majority baseline, against the best other method of its
table, or one condition against another (colour and grey, three frames and two, one modality and another). It stands
if every rule gives the same order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.json_values import json_value
from workbench.domain.scoring.protocols import (
    Neutral,
    Outside,
    Protocol,
    Rules,
    Spelling,
    Unanswered,
    rules_of,
    scores_signs,
)
from workbench.domain.scoring.scores import Scores
from workbench.pipeline.reproducing.published_cells import (
    GPT_4V,
    PublishedCell,
    Reproduction,
    cell_json,
    paper_rules,
    rounded,
    score_reading,
)
from workbench.pipeline.scoring.published_figures import published_for

PAPER: Final = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """A cell under one set of rules."""

    rule: str
    """The short name of the rules."""
    words: str
    """The rules in words."""
    value: float | None
    """In per cent."""
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSensitivity:
    """One cell under all rules, with the trivial baselines over the samples that the paper's rules count."""

    cell: PublishedCell
    variations: tuple[Variation, ...]
    majority: float | None
    """In per cent; None where nothing counts."""
    uniform: float | None

    def under(self, rule: str) -> float | None:
        """The figure under a rule, in per cent; that of the paper's rules where the cell has no such rule."""
        found = {one.rule: one.value for one in self.variations}
        return found.get(rule, found[PAPER])


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The order of two figures."""

    table: int
    dataset: str
    metric: str
    first: str
    second: str
    holds: bool
    """Whether the first is above the second under the paper's rules."""
    otherwise: tuple[str, ...]
    """The rules under which the order is another, or both figures are equal."""

    @property
    def stands(self) -> bool:
        """Whether every rule gives the same order."""
        return not self.otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """All cells under all rules."""

    cells: tuple[CellSensitivity, ...]
    conclusions: tuple[Conclusion, ...]


def vary(reproduction: Reproduction) -> Sensitivity:
    """Score every file under every rule."""
    scored: dict[int, dict[str, Scores]] = {}  # by file: one file may stand in two tables, and have two metrics
    for cell in reproduction.cells:
        if id(cell.predictions) not in scored:
            scored[id(cell.predictions)] = _scored(cell)
    cells = tuple(_varied(cell, scored[id(cell.predictions)]) for cell in reproduction.cells)
    return Sensitivity(cells=cells, conclusions=tuple(_conclusions(cells)))


def variations(card: DatasetCard, base: Rules) -> dict[str, Rules]:
    """The paper's rules first, then those that differ from them, by short names."""
    rules = {
        PAPER: base,
        "strict": rules_of(Protocol.STRICT, card),
        "answered": rules_of(Protocol.ANSWERED, card),
        "missing as wrong": replace(base, unanswered=Unanswered.WRONG),
        "outside wrong": replace(base, outside=Outside.WRONG),
        "outside dropped": replace(base, outside=Outside.DROPPED),
        "next in rank": replace(base, outside=Outside.NEXT),
        _by_meaning(card): replace(base, spelling=Spelling.MEANING),
    }
    if scores_signs(card):
        rules |= {f"neutral {one}": replace(base, neutral=one) for one in Neutral}
    return rules


def _by_meaning(card: DatasetCard) -> str:
    """The name of the rule: where the ancestor misspelt a label, the two words that count as the same."""
    return ", ".join(f"{odd} = {label}" for label, odd in card.misspelt.items()) or "by meaning"


def sensitivity_json(sensitivity: Sensitivity) -> dict[str, Any]:
    """All of it as values for JSON; figures in per cent."""
    return {
        "cells": [
            {
                **cell_json(one.cell),
                "under": [{**json_value(each), "value": rounded(each.value)} for each in one.variations],
                "majority": rounded(one.majority),
                "uniform": rounded(one.uniform),
            }
            for one in sensitivity.cells
        ],
        "conclusions": [
            {
                **{name: getattr(one, name) for name in ("table", "dataset", "metric", "first", "second")},
                "first_is_above": one.holds,
                "stands": one.stands,
                "otherwise_under": list(one.otherwise),
            }
            for one in sensitivity.conclusions
        ],
    }


def _scored(cell: PublishedCell) -> dict[str, Scores]:
    rules = variations(cell.predictions.card, paper_rules(cell.predictions))
    readings = {spelling: cell.predictions.read(spelling) for spelling in Spelling}
    return {name: score_reading(readings[each.spelling], each) for name, each in rules.items()}


def _varied(cell: PublishedCell, scored: Mapping[str, Scores]) -> CellSensitivity:
    card, metric = cell.predictions.card, cell.figure.metric
    found = []
    for name, rules in variations(card, paper_rules(cell.predictions)).items():
        value = scored[name].metrics[metric].value
        per_cent = None if value is None else 100 * value
        found.append(Variation(rule=name, words=rules.in_words(card), value=per_cent, n=scored[name].counted))
    baselines = {name: 100 * one.metrics[metric] for name, one in cell.scores.baselines.items()}
    return CellSensitivity(
        cell=cell,
        variations=tuple(found),
        majority=baselines.get("majority"),
        uniform=baselines.get("uniform"),
    )


def _conclusions(cells: Sequence[CellSensitivity]) -> Iterator[Conclusion]:
    for one in cells:
        if one.majority is not None:
            yield _against(one, "always the most frequent class", one.majority)
        if (best := _best_other(one.cell)) is not None:
            yield _against(one, *best)
    for first, second in combinations(cells, 2):
        if _place(first) == _place(second):
            yield _between(first, second)


def _place(one: CellSensitivity) -> tuple[int, str, str]:
    figure = one.cell.figure
    return figure.table, figure.dataset, figure.metric


def _best_other(cell: PublishedCell) -> tuple[str, float] | None:
    figure = cell.figure
    others = [
        (other.value, other.method)
        for other in published_for(figure.dataset)
        if (other.table, other.variant, other.metric) == (figure.table, figure.variant, figure.metric)
        and other.method != GPT_4V
    ]
    if not others:
        return None
    value, method = max(others)
    return method, 100 * value


def _against(one: CellSensitivity, name: str, value: float) -> Conclusion:
    rules = {each.rule: (each.value, value) for each in one.variations}
    variant = one.cell.figure.variant
    return _concluded(one, f"{GPT_4V} {variant}".strip(), name, rules)


def _between(first: CellSensitivity, second: CellSensitivity) -> Conclusion:
    names = [each.rule for each in first.variations]
    rules = {name: (first.under(name), second.under(name)) for name in names}
    return _concluded(first, first.cell.figure.variant, second.cell.figure.variant, rules)


def _concluded(
    one: CellSensitivity, first: str, second: str, rules: Mapping[str, tuple[float | None, float | None]]
) -> Conclusion:
    table, dataset, _ = _place(one)
    order = {name: _sign(*pair) for name, pair in rules.items()}
    return Conclusion(
        table=table,
        dataset=dataset,
        metric=one.cell.figure.printed_metric,
        first=first,
        second=second,
        holds=order[PAPER] > 0,
        otherwise=tuple(name for name, sign in order.items() if sign != order[PAPER]),
    )


def _sign(first: float | None, second: float | None) -> int:
    """Which one is above at two decimals; 0 where neither is."""
    first, second = round(first or 0.0, 2), round(second or 0.0, 2)
    return (first > second) - (first < second)
