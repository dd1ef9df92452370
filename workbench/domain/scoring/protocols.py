"""Which samples count, and as what: a score means little without the rules by which samples were counted.

A protocol is a name for a set of rules: how a sample without an answer counts, how an answer outside the labels, how an
answer "neutral" where only signs are scored, and whether two spellings of one label are the same word. The rules can
be varied one by one, which shows what a score depends on. By no rules does a sample count whose gold label the card
does not score (the zeros of the sentiment sets).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Task
from workbench.domain.predictions import PredictionStatus
from workbench.errors import UsageError

NEUTRAL: Final = "neutral"


class Protocol(StrEnum):
    """The named rules."""

    STRICT = "strict"
    ANSWERED = "answered"
    PAPER = "paper"


class Against(StrEnum):
    """What answers are compared with."""

    GOLD = "gold"
    REVIEWS = "reviews"
    """Gold, except for samples for which the reviewers agree on another label."""


class Unanswered(StrEnum):
    """How a sample without an answer counts."""

    WRONG = "wrong"
    DROPPED = "dropped"


class Outside(StrEnum):
    """How an answer counts whose first choice is no label of the data set."""

    WRONG = "wrong"
    DROPPED = "dropped"
    NEXT = "next in rank"
    """The first choice that is a label counts instead; wrong where none is."""


class Neutral(StrEnum):
    """How an answer "neutral" counts where gold has a sign."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    WRONG = "wrong"
    FIRST_NON_NEUTRAL = "first-non-neutral"
    """The next choice that has a sign counts instead; wrong where none has."""
    DROP = "drop"


class Spelling(StrEnum):
    """When two words are the same label."""

    EXACT = "exact"
    """Letter by letter, as the ancestor compared gold files with replies."""
    MEANING = "meaning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What counts, and as what."""

    unanswered: Unanswered = Unanswered.WRONG
    outside: Outside = Outside.WRONG
    neutral: Neutral = Neutral.NEGATIVE
    spelling: Spelling = Spelling.MEANING

    def needs_rankings(self, card: DatasetCard) -> bool:
        """Whether whole rankings are needed, beside the first choice and the rank of gold."""
        return self.outside is Outside.NEXT or (scores_signs(card) and self.neutral is not Neutral.NEGATIVE)

    def in_words(self, card: DatasetCard) -> str:
        """The rules that matter for this data set, as one sentence for people."""
        parts = [_UNANSWERED[self.unanswered], _OUTSIDE[self.outside]]
        if scores_signs(card):
            parts.append(f"gold {' and '.join(card.unscored_gold)} is left out and {_NEUTRAL[self.neutral]}")
        if self.spelling is Spelling.EXACT:
            parts.append("labels are compared letter by letter")
        return "; ".join(parts) + "."


_UNANSWERED: Final = MappingProxyType(
    {
        Unanswered.WRONG: "Every sample in the plan counts, one without an answer as wrong",
        Unanswered.DROPPED: "Only samples with an answer count",
    }
)
_OUTSIDE: Final = MappingProxyType(
    {
        Outside.WRONG: "an answer outside the labels is wrong",
        Outside.DROPPED: "an answer outside the labels is dropped",
        Outside.NEXT: "for an answer outside the labels the next label in rank counts",
    }
)
_NEUTRAL: Final = MappingProxyType(
    {
        Neutral.NEGATIVE: "an answer neutral counts as negative",
        Neutral.POSITIVE: "an answer neutral counts as positive",
        Neutral.WRONG: "an answer neutral is wrong",
        Neutral.FIRST_NON_NEUTRAL: "for an answer neutral the next label in rank counts",
        Neutral.DROP: "an answer neutral is dropped",
    }
)


def rules_of(protocol: Protocol, card: DatasetCard, neutral: Neutral | None = None) -> Rules:
    """The rules of a protocol for a data set, with another neutral rule where one is given.

    `paper` gives the published figures of arXiv 2312.04293 from its authors' prediction files: only answered samples
    count; a word outside the labels is wrong, but dropped in the sets of dynamic faces, whose WAR and UAR were taken
    from a matrix of the known classes; an answer neutral is negative; spellings are compared exactly.

    Raises UsageError for a neutral rule where the data set is not scored by sign.
    """
    if neutral is not None and not scores_signs(card):
        raise UsageError(f"a rule for neutral answers is for data sets that are scored by sign; {card.key} is not")
    match protocol:
        case Protocol.STRICT:
            rules = Rules()
        case Protocol.ANSWERED:
            rules = Rules(unanswered=Unanswered.DROPPED)
        case Protocol.PAPER:
            outside = Outside.DROPPED if card.task is Task.DYNAMIC else Outside.WRONG
            rules = Rules(unanswered=Unanswered.DROPPED, outside=outside, spelling=Spelling.EXACT)
    return rules if neutral is None else replace(rules, neutral=neutral)


def is_scored(card: DatasetCard, gold: str) -> bool:
    """Whether samples of this gold label take part in scores at all."""
    return gold not in card.unscored_gold


def scores_signs(card: DatasetCard) -> bool:
    """Whether only the sign of sentiment is scored, so that a rule is needed for answers "neutral"."""
    return NEUTRAL in card.unscored_gold


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of one sample, or of several that are the same for scoring."""

    gold: str
    """The gold label."""
    status: PredictionStatus | None
    """None: no final status yet."""
    top1: str | None
    """The first choice: a label of the set where it is one, else the model's own word."""
    gold_rank: int | None
    """The place, from 1, of the first label that counts as gold by the card's own folds; None: no label does."""
    ranking: tuple[str, ...] = ()
    """Best first; may be left empty where the rules need no rankings."""
    cluster: str | None = None
    first_status: PredictionStatus | None = None
    """The status after the first attempt that sent the sample."""
    count: int = 1
