"""Sentiment intensities: numbers whose sign is the gold label."""

import math
from typing import Final

from workbench.domain.visible import visible
from workbench.importers.ledger import Unusable

_LONGEST_CHARS: Final = 40


def intensity(text: str, column: str = "score") -> float:
    """An intensity as a number. Raises Unusable for anything that is none, naming its column."""
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise Unusable(f"its {column} {visible(text, longest=_LONGEST_CHARS)!r} is no number")
    return score


def polarity(score: float) -> str:
    """The sentiment that an intensity stands for."""
    if score == 0:
        return "neutral"
    return "positive" if score > 0 else "negative"
