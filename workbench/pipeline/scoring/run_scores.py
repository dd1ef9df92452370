"""Scores a run: which of its samples count, as which classes, and what is told beside the figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from workbench.domain.datasets import DatasetCard
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run
from workbench.domain.scoring.metrics import NO_ANSWER, Scores, compute_scores
from workbench.domain.scoring.protocols import Protocol, is_scored
from workbench.pipeline.scoring.published import PublishedFigure, published_for
from workbench.pipeline.scoring.rates import Rates, fate_of, rates_by, rates_of
from workbench.storage.database import Database
from workbench.storage.results import Result, load_results


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScores:
    """A run's scores under one protocol. Every count is of planned samples whose gold label is scored."""

    dataset: str
    run: str
    spec_hash: str
    protocol: Protocol
    headline: tuple[str, ...]
    """The metrics that the paper reports for the data set, the first one first."""
    scores: Scores
    by_status: Mapping[PredictionStatus, int]
    by_first_status: Mapping[PredictionStatus, int]
    """What the first attempt alone brought: retries ask again only where there was no answer, which is a selection."""
    pending: int
    """Samples without a final status yet."""
    unscored: int
    """Samples of the plan that leave every score for their gold label."""
    rates: Rates
    """Of answers and refusals, whatever the protocol, as the two below."""
    rates_by_class: tuple[Rates, ...]
    """By gold class: refusals are seldom spread evenly, and hide in an overall figure."""
    rates_by_cluster: tuple[Rates, ...]
    """Where samples have one."""
    cluster: str | None
    """What samples of one cluster share."""
    published: tuple[PublishedFigure, ...]


def score_run(db: Database, card: DatasetCard, run: Run, protocol: Protocol = Protocol.STRICT) -> RunScores:
    """Score a run as it stands in the workspace."""
    return score_results(card, run, load_results(db, run.id), protocol)


def score_results(card: DatasetCard, run: Run, results: Sequence[Result], protocol: Protocol) -> RunScores:
    """Score results that are loaded already, so that several tables can speak of the same moment."""
    plan = [result for result in results if is_scored(card, result.sample.gold)]
    return RunScores(
        dataset=run.dataset,
        run=run.name,
        spec_hash=run.spec_hash,
        protocol=protocol,
        headline=card.metrics,
        scores=_scores(card, plan, protocol),
        by_status=_counted(_status(one) for one in plan),
        by_first_status=_counted(one.first_status for one in plan),
        pending=sum(one.prediction is None for one in plan),
        unscored=len(results) - len(plan),
        rates=rates_of("all", Counter(map(fate_of, plan))),
        rates_by_class=_by_class(card, plan),
        rates_by_cluster=tuple(rates_by(plan, lambda one: one.sample.cluster).values()),
        cluster=card.cluster,
        published=published_for(run.dataset),
    )


def as_json(run_scores: RunScores) -> dict[str, Any]:
    """The scores as plain values, ratios as fractions; what is not computed is None."""
    scores = run_scores.scores
    return {
        "dataset": run_scores.dataset,
        "run": run_scores.run,
        "spec_hash": run_scores.spec_hash,
        "protocol": str(run_scores.protocol),
        "rule": run_scores.protocol.rule,
        "planned": scores.planned,
        "answered": scores.answered,
        "coverage": scores.coverage,
        "counted": scores.counted,
        "pending": run_scores.pending,
        "unscored": run_scores.unscored,
        "by_status": {str(status): n for status, n in run_scores.by_status.items()},
        "by_first_status": {str(status): n for status, n in run_scores.by_first_status.items()},
        "headline": list(run_scores.headline),
        "metrics": {name: asdict(metric) for name, metric in scores.metrics.items()},
        "bounds": None if scores.bounds is None else asdict(scores.bounds),
        "per_class": [asdict(one) for one in scores.per_class],
        "refusals": [
            {"label": one.label, "planned": one.planned, "refused": one.refused, "rate": one.refusal_rate}
            for one in run_scores.rates_by_class
        ],
        "rates": {
            "overall": run_scores.rates.as_json(),
            "per_class": [one.as_json() for one in run_scores.rates_by_class],
            "per_cluster": [one.as_json() for one in run_scores.rates_by_cluster],
            "cluster": run_scores.cluster,
        },
        "confusion": {
            "gold": list(scores.confusion.gold),
            "predicted": list(scores.confusion.predicted),
            "counts": [list(row) for row in scores.confusion.counts],
        },
        "baselines": {name: {"label": one.label, **one.metrics} for name, one in scores.baselines.items()},
        "published": [asdict(figure) for figure in run_scores.published],
    }


def _scores(card: DatasetCard, plan: Sequence[Result], protocol: Protocol) -> Scores:
    classes = _classes(card, plan)
    counted = [one for one in plan if protocol.counts(_status(one))]
    return compute_scores(
        [card.scored_as(one.sample.gold) for one in counted],
        [_answer(card, classes, one) for one in counted],
        classes,
        gold_ranks=[one.gold_rank for one in counted],
        planned=len(plan),
        answered=sum(_answer(card, classes, one) is not None for one in plan),
    )


def _classes(card: DatasetCard, plan: Sequence[Result]) -> tuple[str, ...]:
    """The card's classes, and those of gold labels that the card does not list but an import was asked to keep."""
    found = sorted({card.scored_as(one.sample.gold) for one in plan})
    return tuple(dict.fromkeys((*card.classes, *found)))


def _answer(card: DatasetCard, classes: Sequence[str], result: Result) -> str | None:
    """The class that the answer counts as, the model's own word where it is no label, None without an answer.

    Trap: where labels are folded, a model can answer with the name of a class ("positive") that was not among the
    labels it was offered. Such a word stays outside, and so does one that reads like the column for no answer.
    """
    prediction = result.prediction
    if prediction is None or not prediction.status.is_answer or prediction.top1 is None:
        return None
    word = prediction.top1
    if prediction.status is PredictionStatus.RANKED:
        return card.scored_as(word)
    return f"{word} (not offered)" if word in (*classes, NO_ANSWER) else word


def _status(result: Result) -> PredictionStatus | None:
    return None if result.prediction is None else result.prediction.status


def _counted(statuses: Iterable[PredictionStatus | None]) -> Mapping[PredictionStatus, int]:
    """How many of each, in the order in which the statuses are defined; those that do not occur are left out."""
    found = Counter(statuses)
    return MappingProxyType({status: found[status] for status in PredictionStatus if found[status]})


def _by_class(card: DatasetCard, plan: Sequence[Result]) -> tuple[Rates, ...]:
    found = rates_by(plan, lambda one: card.scored_as(one.sample.gold))
    return tuple(found.get(label) or rates_of(label, {}) for label in _classes(card, plan))
