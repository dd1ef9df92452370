"""The one-character status of a sample. It is never said by colour alone."""

from typing import Final, NamedTuple

from workbench.domain.predictions import PredictionStatus
from workbench.storage.cases import CaseRow


class Mark(NamedTuple):
    """How a status looks and what it is called."""

    character: str
    tone: str
    """Which colour goes with it: right, wrong, doubt or soft."""
    word: str


CORRECT: Final = Mark("✓", "right", "correct")
WRONG: Final = Mark("✗", "wrong", "wrong")
NOT_YET: Final = Mark("·", "soft", "not yet")
FLAG: Final = "⚑"
ASKING: Final = "↻"

_OTHERS: Final = {
    PredictionStatus.REFUSED: Mark("R", "doubt", "refused"),
    PredictionStatus.UNPARSED: Mark("?", "doubt", "unparsed"),
    PredictionStatus.MISSING: Mark("–", "doubt", "missing"),
    PredictionStatus.BAD_MEDIA: Mark("!", "wrong", "bad media"),
    PredictionStatus.FAILED: Mark("!", "wrong", "failed"),
    PredictionStatus.OUT_OF_VOCABULARY: Mark("∉", "wrong", "no word of the set"),
}


def mark_of(status: str | None, failure: str | None) -> Mark:
    """The mark of a status, and for an answer whether it is right."""
    if status is None:
        return NOT_YET
    if status == PredictionStatus.RANKED:
        return WRONG if failure else CORRECT
    return _OTHERS[PredictionStatus(status)]


def answer_words(row: CaseRow) -> str:
    """What stands in the column of answers: the top-1, or why there is none."""
    return row.top1 or mark_of(row.status, row.failure).word
