"""Which samples count: a score means little without the rule that chose what it is taken over.

A protocol is a name, its rule in words for people, and what counts. Whatever the protocol, a sample whose gold label
the card does not score (the zeros of the sentiment sets) leaves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets import DatasetCard
from workbench.domain.predictions import PredictionStatus


class Protocol(StrEnum):
    """The named rules."""

    STRICT = "strict"
    ANSWERED = "answered"

    @property
    def rule(self) -> str:
        """One sentence for people."""
        return _RULES[self].words

    def counts(self, status: PredictionStatus | None) -> bool:
        """Whether a planned sample with this status counts; None stands for a sample without a final status."""
        return status in _RULES[self].counted


@dataclass(frozen=True, slots=True)
class _Rule:
    words: str
    counted: frozenset[PredictionStatus | None]


_RULES: Final[Mapping[Protocol, _Rule]] = MappingProxyType(
    {
        Protocol.STRICT: _Rule(
            "Every sample in the plan counts; one without an answer or with an answer outside the labels is wrong.",
            frozenset((*PredictionStatus, None)),
        ),
        Protocol.ANSWERED: _Rule(
            "Only samples with an answer count; an answer outside the labels is wrong.",
            frozenset(status for status in PredictionStatus if status.is_answer),
        ),
    }
)


def is_scored(card: DatasetCard, gold: str) -> bool:
    """Whether samples of this gold label take part in scores at all."""
    return gold not in card.unscored_gold
