"""The opinions of several reviewers of one sample, as one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeVar

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.reviews import Review, Verdict

_Vote = TypeVar("_Vote", bound=str)
_ACCEPTS_GOLD: Final = frozenset({Verdict.MODEL_WRONG, Verdict.BOTH_ACCEPTABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """The votes of the reviewers of one sample. A review without verdict and label is no vote."""

    label: str | None
    """The label that more reviews imply than any other; None for a tie, and where none is implied."""
    verdict: Verdict | None
    """The verdict that more reviews have than any other; None for a tie, and where there is none."""
    labels: Mapping[str, int]
    """Votes of implied labels, the most frequent first."""
    verdicts: Mapping[Verdict, int]
    doubts: int
    """Reviewers who doubt gold and name no label in its place."""
    unanimous: bool
    """Whether there is a vote and no two contradict each other, in verdict or in implied label. A review that leaves
    one of the two open does not contradict by that."""
    reviewers: int
    """How many reviewers have a vote."""


def implied_label(review: Review, gold: str) -> str | None:
    """The label that a review implies: its own where it has one, else gold where its verdict accepts gold.

    "Model wrong" and "both acceptable" accept gold. "Gold doubtful" says only what the label is not. "Bad media",
    "unsure" and no verdict say nothing about the label. All of these give None: a gap, and never a vote for gold.
    """
    if review.label is not None:
        return review.label
    return gold if review.verdict in _ACCEPTS_GOLD else None


def has_vote(review: Review) -> bool:
    """Whether a review has a verdict or a label. Tags and notes alone are not counted."""
    return review.verdict is not None or review.label is not None


def consensus_of(reviews: Sequence[Review], gold: str) -> Consensus:
    """Count the votes. What has more votes than any other wins; a tie is left open.

    A doubt without a label is a vote against gold, so gold wins only with more votes than there are such doubts.
    """
    voters = [review for review in reviews if has_vote(review)]
    labels = _counted(label for review in voters if (label := implied_label(review, gold)) is not None)
    verdicts = _counted(review.verdict for review in voters if review.verdict is not None)
    doubts = sum(review.label is None and review.verdict is Verdict.GOLD_DOUBTFUL for review in voters)
    label = _winner(labels)
    if label == gold and doubts >= labels[gold]:
        label = None
    contradicted = len(labels) > 1 or len(verdicts) > 1 or (doubts > 0 and gold in labels)
    return Consensus(
        label=label,
        verdict=_winner(verdicts),
        labels=labels,
        verdicts=verdicts,
        doubts=doubts,
        unanimous=bool(voters) and not contradicted,
        reviewers=len(voters),
    )


def corrected_gold(gold: str, reviews: Sequence[Review]) -> str:
    """The reviewers' consensus where there is one, else gold."""
    return consensus_of(reviews, gold).label or gold


def gold_class(card: DatasetCard, label: str) -> str:
    """The class of a label that an owner or a reviewer gives to a sample.

    Labels that are not scored (the zeros of the sentiment sets) stay as they are. That "neutral" is scored as negative
    is a rule for answers: a reviewer who labels a sample neutral takes it out of the scores.
    """
    return label if label in card.unscored_gold else card.scored_as(label)


def as_class(card: DatasetCard, review: Review) -> Review:
    """The review with its own label replaced by its class.

    Without this, "weakly negative" would contradict "negative" in a data set that scores both as one class.
    """
    return review if review.label is None else replace(review, label=gold_class(card, review.label))


def _counted(votes: Iterable[_Vote]) -> Mapping[_Vote, int]:
    found = Counter(votes)
    return MappingProxyType({vote: found[vote] for vote in sorted(found, key=lambda one: (-found[one], one))})


def _winner(votes: Mapping[_Vote, int]) -> _Vote | None:
    """The one with the most votes; None for a tie. `votes` has the most frequent first."""
    if not votes:
        return None
    first, *others = votes
    return None if others and votes[others[0]] == votes[first] else first
