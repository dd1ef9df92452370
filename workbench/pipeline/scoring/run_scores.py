"""The scores of a run: metrics over the samples that count, and all that is shown beside them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.json_values import json_value
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run
from workbench.domain.score_words import definition_lines
from workbench.domain.scoring.consensus import as_class, corrected_gold, gold_class
from workbench.domain.scoring.counting import answer_of, count_answers
from workbench.domain.scoring.intensities import count_of_intensities, intensity_metrics
from workbench.domain.scoring.intervals import MetricValue, proportion
from workbench.domain.scoring.protocols import Against, Answer, Neutral, Protocol, Rules, is_scored, rules_of
from workbench.domain.scoring.scores import Scores, compute_scores
from workbench.pipeline.scoring.answer_rates import Rates, rates_by, rates_of, statuses_of
from workbench.pipeline.scoring.published_figures import PublishedFigure, published_for
from workbench.storage.cases.review_log import load_reviews
from workbench.storage.runs.results import load_result
from workbench.storage.runs.run_answers import count_by_place, count_intensities, load_answers
from workbench.storage.workspace.database import Database


@dataclass(frozen=True, slots=True)
class PositionScores:
    """Accuracy at one place in a request: answers should not depend on the other samples of the request."""

    place: int
    """From 0."""
    counted: int
    """Answered samples that had this place in the request that answered them."""
    accuracy: MetricValue


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScores:
    """A run's scores under one protocol. Every count is of planned samples whose gold label is scored."""

    dataset: str
    run: str
    spec_hash: str
    protocol: Protocol
    rules: Rules
    rule: str
    """The rules in words, for this data set; and what answers are compared with, where that is not gold."""
    against: Against
    regolded: int
    """Samples that are compared with a label of the reviewers instead of gold."""
    headline: tuple[str, ...]
    """The metrics that the paper reports for the data set, the first one first."""
    scores: Scores
    intensity: Mapping[str, MetricValue]
    """MAE in units of the owner's scale, and Pearson's r; empty where samples have no intensity."""
    n_intensities: int | None
    """Samples that these are over; None where there are none."""
    by_status: Mapping[PredictionStatus, int]
    by_first_status: Mapping[PredictionStatus, int]
    """Samples by the status that the first attempt alone gave them."""
    pending: int
    """Samples without a final status yet."""
    unscored: int
    """Samples of the plan that leave every score for their gold label."""
    rates: Rates
    """Of answers and refusals, by no protocol, as the next two."""
    rates_by_class: tuple[Rates, ...]
    """By gold class, since an overall rate hides that refusals are seldom spread evenly."""
    rates_by_cluster: tuple[Rates, ...]
    """By cluster; empty where samples have none."""
    cluster: str | None
    """What samples of one cluster share."""
    positions: tuple[PositionScores, ...]
    """By place in the request, by no protocol, over the samples that were answered."""
    published: tuple[PublishedFigure, ...]

    def trivial(self, metric: str) -> tuple[float | None, float | None]:
        """What always answering the most frequent class reaches, and what guessing does; None where not defined."""
        majority, uniform = (self.scores.baselines.get(name) for name in ("majority", "uniform"))
        return (
            None if majority is None else majority.metrics.get(metric),
            None if uniform is None else uniform.metrics.get(metric),
        )


def score_run(
    db: Database,
    card: DatasetCard,
    run: Run,
    protocol: Protocol = Protocol.STRICT,
    *,
    neutral: Neutral | None = None,
    against: Against = Against.GOLD,
    with_intervals: bool = True,
) -> RunScores:
    """Score a run as it is in the workspace now. `neutral` replaces the protocol's own rule for neutral answers."""
    rules = rules_of(protocol, card, neutral)
    regolded = _regolded(db, card, run) if against is Against.REVIEWS else {}
    answers = load_answers(
        db,
        run.id,
        whole_rankings=rules.needs_rankings(card),
        clusters=card.cluster is not None,
        without=regolded,
    )
    answers.extend(regolded.values())
    count = count_answers(card, rules, answers)
    plan = [answer for answer in answers if is_scored(card, answer.gold)]
    intensities = count_intensities(db, run.id)
    known = not run.spec.is_loaded
    return RunScores(
        dataset=run.dataset,
        run=run.name,
        spec_hash=run.spec_hash,
        protocol=protocol,
        rules=rules,
        rule=rules.in_words(card) + (_regolded_in_words(len(regolded)) if against is Against.REVIEWS else ""),
        against=against,
        regolded=len(regolded),
        headline=card.metrics,
        scores=compute_scores(count, clustered_by=card.cluster, with_intervals=with_intervals),
        intensity=MappingProxyType(intensity_metrics(card, intensities)),
        n_intensities=None if card.intensity_scale is None else count_of_intensities(intensities),
        by_status=_counted(plan, lambda answer: answer.status),
        by_first_status=_counted(plan, lambda answer: answer.first_status),
        pending=sum(answer.count for answer in plan if answer.status is None),
        unscored=count.unscored,
        rates=replace(rates_of("all", statuses_of(plan)), refusals_known=known),
        rates_by_class=tuple(replace(one, refusals_known=known) for one in _by_class(card, count.classes, plan)),
        rates_by_cluster=tuple(
            replace(one, refusals_known=known) for one in rates_by(plan, lambda answer: answer.cluster).values()
        ),
        cluster=card.cluster,
        positions=tuple(
            PositionScores(place, counted, proportion(right, counted))
            for place, counted, right in count_by_place(db, run.id, unscored=card.unscored_gold)
        ),
        published=published_for(run.dataset),
    )


def _regolded_in_words(regolded: int) -> str:
    return f" Against reviews: {regolded:,} gold labels are as the reviewers agree, the others as they were."


def scores_json(run_scores: RunScores) -> dict[str, Any]:
    """The scores as values for JSON, ratios as fractions; what is not computed is None."""
    scores = run_scores.scores
    document: dict[str, Any] = {
        "dataset": run_scores.dataset,
        "run": run_scores.run,
        "spec_hash": run_scores.spec_hash,
        "protocol": run_scores.protocol,
        "rule": run_scores.rule,
        "against": run_scores.against,
        "regolded": run_scores.regolded,
        "planned": scores.planned,
        "answered": scores.answered,
        "coverage": scores.coverage,
        "counted": scores.counted,
        "pending": run_scores.pending,
        "unscored": run_scores.unscored,
        "by_status": run_scores.by_status,
        "by_first_status": run_scores.by_first_status,
        "headline": run_scores.headline,
        "metrics": {**scores.metrics, **run_scores.intensity},
        "interval": scores.interval,
        "definitions": list(definition_lines(scores, run_scores.n_intensities)),
        "bounds": scores.bounds,
        "per_class": scores.per_class,
        "positions": run_scores.positions,
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
        "confusion": scores.confusion,
        "baselines": {name: {"label": one.label, **one.metrics} for name, one in scores.baselines.items()},
        "published": run_scores.published,
    }
    return {name: json_value(value) for name, value in document.items()}


def _regolded(db: Database, card: DatasetCard, run: Run) -> dict[str, Answer]:
    """The answers about samples for which the reviewers agree on another label than gold, judged by that label."""
    judged = ((one, answer_against(db, card, run, one, gold)) for one, gold in reviewed_gold(db, card, run).items())
    return {sample_id: answer for sample_id, answer in judged if answer is not None}


def reviewed_gold(db: Database, card: DatasetCard, run: Run) -> dict[str, str]:
    """The label on which the reviewers of a run agree, of each sample where that is another one than gold."""
    found = {}
    for sample_id, reviews in load_reviews(db, run.id).items():
        if (result := load_result(db, run.id, sample_id)) is not None:
            known = gold_class(card, result.sample.gold)
            gold = corrected_gold(known, [as_class(card, review) for review in reviews])
            if gold != known:
                found[sample_id] = gold
    return found


def answer_against(db: Database, card: DatasetCard, run: Run, sample_id: str, gold: str) -> Answer | None:
    """A run's answer about a sample, judged by another gold label; None where the run has not planned it."""
    result = load_result(db, run.id, sample_id)
    if result is None:
        return None
    return answer_of(card, gold, result.prediction, cluster=result.sample.cluster, first_status=result.first_status)


def _counted(
    plan: Iterable[Answer], status_of: Callable[[Answer], PredictionStatus | None]
) -> Mapping[PredictionStatus, int]:
    """How many of each, in the order in which the statuses are defined; those that do not occur are left out."""
    found = Counter[PredictionStatus | None]()
    for answer in plan:
        found[status_of(answer)] += answer.count
    return MappingProxyType({status: found[status] for status in PredictionStatus if found[status]})


def _by_class(card: DatasetCard, classes: Sequence[str], plan: Iterable[Answer]) -> tuple[Rates, ...]:
    found = rates_by(plan, lambda answer: card.scored_as(answer.gold))
    return tuple(found.get(label) or rates_of(label, {}) for label in dict.fromkeys((*card.classes, *found, *classes)))
