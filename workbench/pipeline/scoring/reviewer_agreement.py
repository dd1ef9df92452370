"""The reviews of a run as numbers: agreement, doubts about gold labels, and samples on which reviewers disagree.

Labels are compared as the classes by which the data set is scored.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from workbench.domain.cases import Result
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.json_values import json_value
from workbench.domain.reviews import Review, Verdict
from workbench.domain.runs import Run
from workbench.domain.scoring.agreement import Agreement, Coefficient, agreement_of, krippendorffs_alpha
from workbench.domain.scoring.consensus import (
    Consensus,
    as_class,
    consensus_of,
    gold_class,
    has_vote,
    implied_label,
)
from workbench.domain.scoring.label_noise import GoldOpinion, LabelNoise, Stratum, estimate_noise, is_doubted
from workbench.storage.cases.review_log import load_reviews
from workbench.storage.runs.results import read_results
from workbench.storage.workspace.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerCounts:
    """How many samples one reviewer has reviewed."""

    reviewer: str
    reviewed: int
    """Samples with a verdict or a label by this reviewer."""
    labelled: int
    """Those of them with a label: the reviewer's own, or gold where the verdict accepts it."""
    doubts: int
    """Those whose gold label is doubted without another one in its place. Agreement with gold cannot count them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerOpinion:
    """What one reviewer says of a sample that is in conflict."""

    reviewer: str
    label: str | None
    """The reviewer's own."""
    implied: str | None
    """The class that it counts as; where there is no own label, the one that the verdict implies."""
    verdict: Verdict | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A sample whose reviewers contradict each other."""

    sample: str
    gold: str
    top1: str | None
    """None without an answer."""
    split: float
    """The share of pairs of reviewers who contradict each other about the label: by different labels, or by a doubt
    without a label against gold. 0 where only verdicts differ."""
    opinions: tuple[ReviewerOpinion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAgreement:
    """The reviews of a run as numbers. Reviews without verdict and label are in none of them."""

    dataset: str
    run: str
    spec_hash: str
    planned: int
    reviewed: int
    """Samples with at least one verdict or label."""
    reviewers: tuple[ReviewerCounts, ...]
    labels: Agreement
    verdicts: Coefficient
    """Krippendorff's alpha of the verdicts."""
    noise: LabelNoise
    noise_by_class: tuple[tuple[str, LabelNoise], ...]
    """By gold class, in the card's order."""
    conflicts: tuple[Conflict, ...]
    """Those with the largest `split` first; where that is equal, in planned order."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A planned sample with its reviews."""

    result: Result
    gold: str
    """As a class."""
    votes: tuple[Review, ...]
    """As stored, without those that have neither verdict nor label."""
    reviews: tuple[Review, ...]
    """The same with labels as classes."""
    consensus: Consensus


def agree_run(db: Database, card: DatasetCard, run: Run) -> RunAgreement:
    """Load a run's reviews and compute their figures. A run without reviews has no reviewers and no conflicts."""
    return agree_results(card, run, list(read_results(db, run.id)), load_reviews(db, run.id))


def agree_results(
    card: DatasetCard, run: Run, results: Sequence[Result], reviews: Mapping[str, Sequence[Review]]
) -> RunAgreement:
    """The same for results and reviews (by sample id) that are already loaded."""
    cases = [_case(card, result, reviews.get(result.sample.id, ())) for result in results]
    reviewers = sorted({review.reviewer for case in cases for review in case.votes})
    reviewed = [case for case in cases if case.votes]
    rows = [_row(case, reviewers) for case in reviewed]
    by_reviewer = [{review.reviewer: review.verdict for review in case.votes} for case in reviewed]
    return RunAgreement(
        dataset=run.dataset,
        run=run.name,
        spec_hash=run.spec_hash,
        planned=len(cases),
        reviewed=len(reviewed),
        reviewers=tuple(_counts(one, reviewed) for one in reviewers),
        labels=agreement_of(reviewers, rows, [case.gold for case in reviewed]),
        verdicts=krippendorffs_alpha([[verdicts.get(one) for one in reviewers] for verdicts in by_reviewer]),
        noise=_noise(cases),
        noise_by_class=_noise_by_class(card, cases),
        conflicts=_conflicts(reviewed),
    )


def agreement_json(agreement: RunAgreement) -> dict[str, Any]:
    """All of it as values for JSON, ratios as fractions; what is not defined is None."""
    labels = json_value(agreement.labels)
    del labels["reviewers"]
    return {
        **{name: getattr(agreement, name) for name in ("dataset", "run", "spec_hash", "planned", "reviewed")},
        "reviewers": json_value(agreement.reviewers),
        "labels": labels,
        "verdicts": {"krippendorff": json_value(agreement.verdicts)},
        "label_noise": {
            "overall": _noise_json(agreement.noise),
            "per_class": [{"label": label, **_noise_json(noise)} for label, noise in agreement.noise_by_class],
        },
        "conflicts": json_value(agreement.conflicts),
    }


def _case(card: DatasetCard, result: Result, reviews: Sequence[Review]) -> _Case:
    votes = tuple(review for review in reviews if has_vote(review))
    as_classes = tuple(as_class(card, review) for review in votes)
    gold = gold_class(card, result.sample.gold)
    return _Case(result, gold, votes, as_classes, consensus_of(as_classes, gold))


def _row(case: _Case, reviewers: Sequence[str]) -> list[str | None]:
    implied = {review.reviewer: implied_label(review, case.gold) for review in case.reviews}
    return [implied.get(one) for one in reviewers]


def _counts(reviewer: str, cases: Sequence[_Case]) -> ReviewerCounts:
    mine = [(review, case.gold) for case in cases for review in case.reviews if review.reviewer == reviewer]
    return ReviewerCounts(
        reviewer=reviewer,
        reviewed=len(mine),
        labelled=sum(implied_label(review, gold) is not None for review, gold in mine),
        doubts=sum(review.label is None and review.verdict is Verdict.GOLD_DOUBTFUL for review, _ in mine),
    )


def _noise(cases: Iterable[_Case]) -> LabelNoise:
    return estimate_noise(
        GoldOpinion(_stratum(case.result), bool(case.votes), is_doubted(case.consensus, case.gold)) for case in cases
    )


def _noise_by_class(card: DatasetCard, cases: Sequence[_Case]) -> tuple[tuple[str, LabelNoise], ...]:
    """Classes of gold labels that the card does not list but an import was asked to keep come last."""
    found = {case.gold for case in cases}
    order = [label for label in dict.fromkeys((*card.classes, *card.unscored_gold, *sorted(found))) if label in found]
    return tuple((label, _noise(case for case in cases if case.gold == label)) for label in order)


def _noise_json(noise: LabelNoise) -> dict[str, Any]:
    return {**json_value(noise), "naive": noise.naive}


def _stratum(result: Result) -> Stratum:
    if result.prediction is None or not result.prediction.status.is_answer:
        return Stratum.NO_ANSWER
    return Stratum.RIGHT if result.failure is None else Stratum.WRONG


def _conflicts(cases: Iterable[_Case]) -> tuple[Conflict, ...]:
    found = [_conflict(case) for case in cases if not case.consensus.unanimous]
    return tuple(sorted(found, key=lambda one: (-one.split, -len(one.opinions))))


def _conflict(case: _Case) -> Conflict:
    prediction = case.result.prediction
    return Conflict(
        sample=case.result.sample.id,
        gold=case.result.sample.gold,
        top1=None if prediction is None else prediction.top1,
        split=_split(case.consensus, case.gold),
        opinions=tuple(
            ReviewerOpinion(
                reviewer=vote.reviewer,
                label=vote.label,
                implied=implied_label(review, case.gold),
                verdict=vote.verdict,
                note=vote.note,
            )
            for vote, review in zip(case.votes, case.reviews, strict=True)
        ),
    )


def _split(consensus: Consensus, gold: str) -> float:
    votes = Counter(consensus.labels)
    voters = votes.total() + consensus.doubts
    unlike = sum(votes[one] * votes[other] for one, other in combinations(votes, 2)) + consensus.doubts * votes[gold]
    return unlike / (voters * (voters - 1) / 2) if unlike else 0.0
