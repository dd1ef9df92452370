"""What several reviewers say of one gold label, put together."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeVar

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.reviews import Review, Verdict

_Vote = TypeVar("_Vote", bound=str)
_STANDS_BY_GOLD: Final = frozenset({Verdict.MODEL_WRONG, Verdict.BOTH_ACCEPTABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """The votes of the reviewers of one sample. Who gave neither verdict nor label has no vote."""

    label: str | None
    """What more reviewers imply than any other label; None for a tie, and where nobody implies one."""
    verdict: Verdict | None
    """What more reviewers chose than any other verdict; None for a tie, and where nobody chose one."""
    labels: Mapping[str, int]
    """Votes of implied labels, the most frequent first."""
    verdicts: Mapping[Verdict, int]
    doubts: int
    """Reviewers who doubt gold and name no label in its place."""
    unanimous: bool
    """Whether somebody has a vote and nobody contradicts another, in verdict or in implied label. Who leaves one of
    the two open contradicts nobody by it."""
    reviewers: int
    """How many have a vote."""


def implied_label(review: Review, gold: str) -> str | None:
    """The class label that a review says: its own where it has one, else what its verdict says of gold.

    "Model wrong" sets gold against the model, and "both acceptable" accepts it: both stand by gold. "Gold doubtful"
    says what the label is not, and no more; of bad media no label can be told; who is unsure does not tell one; and
    without a verdict nothing is said. All of these are None: a gap, and never a vote for gold.
    """
    if review.label is not None:
        return review.label
    return gold if review.verdict in _STANDS_BY_GOLD else None


def has_vote(review: Review) -> bool:
    """Whether a review says something that can be counted: tags and notes alone do not."""
    return review.verdict is not None or review.label is not None


def consensus_of(reviews: Sequence[Review], gold: str) -> Consensus:
    """Count the votes: more than for any other wins, a tie is open.

    A doubt that names no label is a vote against gold, so gold wins only with more votes than there are such doubts.
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
    """The class that a label means when it is said of a sample, by its owner or by a reviewer.

    The zeros of the sentiment sets stay as they are. That "neutral" is scored as negative is a rule for answers: a
    reviewer who calls a sample neutral takes it out of the scores.
    """
    return label if label in card.unscored_gold else card.scored_as(label)


def as_class(card: DatasetCard, review: Review) -> Review:
    """The review with its own label as the class that it counts as, as gold's is.

    Without this, "weakly negative" would contradict "negative" in a set that scores both as one.
    """
    return review if review.label is None else replace(review, label=gold_class(card, review.label))


def _counted(votes: Iterable[_Vote]) -> Mapping[_Vote, int]:
    found = Counter(votes)
    return MappingProxyType({vote: found[vote] for vote in sorted(found, key=lambda one: (-found[one], one))})


def _winner(votes: Mapping[_Vote, int]) -> _Vote | None:
    """The first of votes in order, where it is alone at the top."""
    if not votes:
        return None
    first, *others = votes
    return None if others and votes[others[0]] == votes[first] else first
