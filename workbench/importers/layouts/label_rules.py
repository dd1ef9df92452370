"""How a row of a list gives its label: as a word, a code, votes of several people, or an intensity of sentiment."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.labels import canonical
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.annotation_tables import Row
from workbench.importers.import_options import ImportOptions, MajorityRule
from workbench.importers.import_result import LeftOut, Unusable

LabelRule = Callable[[Row, ImportOptions], str]
"""From a row to the owner's word for its label. Raises LeftOut where there is none, Unusable where it is unreadable."""

_LONGEST_CHARS: Final = 40
_CODES_SHOWN: Final = 8
_FEW_ROWS: Final = 5


def worded(row: Row, _options: ImportOptions) -> str:
    """The rule of lists with a word in the field `label`."""
    return row["label"]


def folder_above(row: Row, _options: ImportOptions) -> str:
    """The rule of lists whose paths name the label: the folder that a clip lies in."""
    return row["name"].rpartition("/")[0].rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class CodedLabels:
    """Labels that are written as codes: a LabelRule for lists with a code in the field `label`."""

    words: Mapping[str, str]
    """Code to the owner's word."""
    no_labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Code to the reason why it means no label."""

    def __call__(self, row: Row, _options: ImportOptions) -> str:
        """The owner's word for the code of a row."""
        return self.word(row["label"])

    def word(self, text: str) -> str:
        """The owner's word for a code, or for a word that the codes stand for.

        Raises LeftOut for a code that means no label, Unusable for an unknown one.
        """
        code = _plain_code(text)
        for known, reason in self.no_labels.items():
            if code == _plain_code(known):
                raise LeftOut(f"without a label: {reason}")
        for known, word in self.words.items():
            if code == _plain_code(known):
                return word
        if meant := self._means(text):
            return meant
        raise Unusable(f"unknown label code {visible(text, longest=_LONGEST_CHARS)!r}" if text else "it has no label")

    def _means(self, text: str) -> str | None:
        meaning = canonical(text)
        return next((word for word in self.words.values() if meaning and canonical(word) == meaning), None)

    def require_own_codes(self, source: str, texts: Iterable[str], kept: Collection[str]) -> None:
        """Raise DataError where the codes of a whole table show that they are not this set's, or are counted otherwise.

        `kept` are the canonical labels that the set keeps. One bad row in a hundred does not make another table.
        """
        found = Counter(map(_plain_code, texts))
        unreadable = [code for code in found if isinstance(code, str) and not self._means(code)]
        n_unreadable = sum(found[code] for code in unreadable)
        if n_unreadable > _FEW_ROWS and 2 * n_unreadable > found.total():
            examples = ", ".join(repr(visible(code, longest=_LONGEST_CHARS)) for code in unreadable[:3])
            raise DataError(
                f"{source} has no label codes that can be read, but {examples}; is it the list of another set?"
            )
        numbers = {code for code in found if isinstance(code, int)}
        codes = {code: word for text, word in self.words.items() if isinstance(code := _plain_code(text), int)}
        used = [code for code, word in codes.items() if canonical(word) in kept]
        if not numbers or not used:
            return
        known = {*codes, *map(_plain_code, self.no_labels)}
        listing = ", ".join(f"{code} {word}" for code, word in sorted(codes.items()))
        first, last = min(used), max(used)
        is_counted = len({*codes.values()}) == len(codes)
        for step, missing, beyond in ((1, last, first - 1), (-1, first, last + 1)):
            counted_otherwise = is_counted and beyond in numbers and missing not in numbers
            if counted_otherwise and not any(code * step < beyond * step for code in numbers):
                raise DataError(
                    f"{source} has the label code {beyond} and no {missing}: its codes seem to be counted from "
                    f"{first - step}; this data set's are {listing}; write these into the list"
                )
        unknown = sorted(numbers - known)
        n_unknown = sum(found[code] for code in unknown)
        rare = n_unknown * 100 < found.total() or (n_unknown == 1 and unknown[0] not in (first - 1, last + 1))
        if unknown and not rare:
            raise DataError(
                f"{source} has label codes that this data set does not have: {_some(unknown)}; it has {listing}; "
                "is it the list of another set?"
            )
        words_of = [word for code, word in codes.items() if code in numbers]
        if twice := next((word for word in words_of if words_of.count(word) > 1), None):
            both = sorted(code for code, word in codes.items() if word == twice and code in numbers)
            raise DataError(f"{source} has several label codes for {twice}: {_some(both)}; write one of them")


def _plain_code(text: str) -> int | str:
    """A code as a number where it is one: `03`, `3` and `3.0` are the same."""
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else text


def _some(codes: Sequence[int]) -> str:
    return ", ".join(map(str, codes[:_CODES_SHOWN])) + (", ..." if len(codes) > _CODES_SHOWN else "")


def numbered(words: str, *, start: int, digits: int = 1) -> Mapping[str, str]:
    """Codes for a list of words, counted up from `start` and padded to so many digits."""
    return {f"{code:0{digits}}": word for code, word in enumerate(words.split(), start)}


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
        if not any(votes[word] for word in words):
            raise LeftOut("without a vote for an emotion")
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
