"""How a row of a list gives its label: as a word, a code, votes of several people, or an intensity of sentiment."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from workbench.domain.visible import visible
from workbench.importers.files.annotation_tables import Row
from workbench.importers.import_options import ImportOptions, MajorityRule
from workbench.importers.import_result import LeftOut, Unusable

LabelRule = Callable[[Row, ImportOptions], str]
"""From a row to the owner's word for its label. Raises LeftOut where there is none, Unusable where it is unreadable."""

_LONGEST_CHARS: Final = 40


def worded(row: Row, _options: ImportOptions) -> str:
    """The rule of lists with a word in the field `label`."""
    return row["label"]


def coded(words: Mapping[str, str], no_labels: Mapping[str, str] | None = None) -> LabelRule:
    """The rule of lists with a code in the field `label`; `words` maps codes to the owner's words.

    `no_labels` maps codes to reasons why there is no label.
    """

    def word_of(row: Row, _options: ImportOptions) -> str:
        return word_of_code(row["label"], words, no_labels)

    return word_of


def numbered(words: str, *, start: int, digits: int = 1) -> Mapping[str, str]:
    """Codes for a list of words, counted up from `start` and padded to so many digits."""
    return {f"{code:0{digits}}": word for code, word in enumerate(words.split(), start)}


def word_of_code(code: str, words: Mapping[str, str], no_labels: Mapping[str, str] | None = None) -> str:
    """The owner's word for a code. Raises LeftOut for an unknown code and for one that means no label."""
    if no_labels and code in no_labels:
        raise LeftOut(f"without a label: {no_labels[code]}")
    if code not in words:
        raise LeftOut(f"unknown label code {code!r:.40}")
    return words[code]


def most_voted(words: Sequence[str]) -> LabelRule:
    """The rule of lists with a column of votes for each of `words`: the word with most votes. Ties are left out."""

    def word_of(row: Row, _options: ImportOptions) -> str:
        votes = _votes(row, words)
        most = max(votes.values())
        winners = [word for word, n_votes in votes.items() if n_votes == most]
        if len(winners) > 1:
            raise LeftOut("ties of votes")
        return winners[0]

    return word_of


def majority_of(words: Sequence[str], others: Sequence[str]) -> LabelRule:
    """The rule of FERPlus: votes for emotions, `words`, and for `others`; the option `majority` decides."""

    def word_of(row: Row, options: ImportOptions) -> str:
        votes = _votes(row, (*words, *others))
        if options.majority is MajorityRule.ARGMAX:
            return max(words, key=lambda word: votes[word])  # the first of equals, whatever the others have
        counted = {word: n_votes for word, n_votes in votes.items() if n_votes > 1}
        winner = max(counted, key=lambda word: counted[word], default="")
        if not winner or 2 * counted[winner] <= sum(counted.values()):
            raise LeftOut("without a majority of the votes")
        if winner in others:
            raise LeftOut("most voted to be no emotion")
        return winner

    return word_of


def agreed_on(words: Sequence[str]) -> LabelRule:
    """The rule of lists of votes of which at least `agreement` (an option) must agree."""

    def word_of(row: Row, options: ImportOptions) -> str:
        votes = _votes(row, words)
        winner = max(words, key=lambda word: votes[word])
        if votes[winner] < options.agreement:
            raise LeftOut(f"fewer than {options.agreement} agree")
        return winner

    return word_of


def _votes(row: Row, words: Sequence[str]) -> Mapping[str, int]:
    try:
        return {word: int(row[word]) for word in words}  # as numbers: "10" is more than "9"
    except ValueError:
        raise Unusable("its votes are not all whole numbers") from None


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
