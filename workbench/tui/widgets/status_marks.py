"""The one-character status of a sample, so that it is never shown by colour alone."""

from typing import Final, NamedTuple

from workbench.domain.cases import CaseRow
from workbench.domain.predictions import PredictionStatus


class StatusMark(NamedTuple):
    """How a status looks and what it is called."""

    character: str
    tone: str
    """Which colour goes with it: right, wrong, doubt or soft."""
    word: str


CORRECT: Final = StatusMark("✓", "right", "correct")
WRONG: Final = StatusMark("✗", "wrong", "wrong")
NOT_YET: Final = StatusMark("·", "soft", "not yet")
FLAG: Final = "⚑"
ASKING: Final = "↻"

_OTHERS: Final = {
    PredictionStatus.REFUSED: StatusMark("R", "doubt", "refused"),
    PredictionStatus.UNPARSED: StatusMark("?", "doubt", "unparsed"),
    PredictionStatus.MISSING: StatusMark("–", "doubt", "missing"),
    PredictionStatus.BAD_MEDIA: StatusMark("!", "wrong", "bad media"),
    PredictionStatus.FAILED: StatusMark("!", "wrong", "failed"),
    PredictionStatus.OUT_OF_VOCABULARY: StatusMark("∉", "wrong", "no word of the set"),
}


def mark_of(status: str | None, failure: str | None) -> StatusMark:
    """The mark of a status, and for an answer whether it is right."""
    if status is None:
        return NOT_YET
    if status == PredictionStatus.RANKED:
        return WRONG if failure else CORRECT
    return _OTHERS[PredictionStatus(status)]


def answer_words(row: CaseRow) -> str:
    """The words of the column of answers: the top-1, or why there is none; outside a run the cluster."""
    if row.cluster is not None:
        return row.cluster
    return row.top1 or mark_of(row.status, row.failure).word
