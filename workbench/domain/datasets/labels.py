"""The words for emotions: one canonical word each, with the other spellings that owners and models use.

Canonical words are those of Table 2 of arXiv 2312.04293. `neutral` and `calm` are different emotions, and
`worried` is not folded into `fearful`: the data sets that have them keep them apart.
"""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "happy": ("happiness", "joy", "joyful"),
    "sad": ("sadness",),
    "angry": ("anger",),
    "fearful": ("fear", "scared"),
    "disgusted": ("disgust",),
    "surprised": ("surprise",),
    "neutral": (),
    "contempt": ("comtempt", "contemptuous"),  # the first is a typo in the sheets of CASME
    "amused": ("amusement",),
    "awed": ("awe",),
    "content": ("contentment", "contented"),
    "excited": ("excitement",),
    "repressed": ("repression",),
    "tensed": ("tense", "tenseness", "tension"),
    "others": ("other",),
    "worried": ("worry",),
    "calm": ("calmness",),
    "positive": (),
    "negative": (),
    "weakly positive": ("slightly positive",),
    "weakly negative": ("slightly negative",),
}

CARD_ORDER: Final = "card"
REVERSED: Final = "reversed"
_SHUFFLED: Final = re.compile(r"shuffled:(?P<seed>\d{1,9})")

_AROUND: Final = " .,:;!?\"'`*()[]{}\u201c\u201d\u2018\u2019"  # curly quotes last

_CANONICAL: Final[dict[str, str]] = {
    spelling: word for word, spellings in _SPELLINGS.items() for spelling in (word, *spellings)
}


def fold(word: str) -> str:
    """The form in which words are compared: no case, single blanks, no quotes or full stops around."""
    return " ".join(word.casefold().replace("_", " ").split()).strip(_AROUND)


def canonical(word: str) -> str | None:
    """The canonical word for a spelling; None for a word that is not in the table above."""
    return _CANONICAL.get(fold(word))


def canonical_words() -> tuple[str, ...]:
    """Every canonical word, in the order of the table above."""
    return tuple(_SPELLINGS)


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels that a prompt offers, in the order in which it offers them."""

    names: tuple[str, ...]
    """As written in the prompt; a canonical word for the built-in data sets, any word in a user's own."""

    def __post_init__(self) -> None:
        """Refuse two names that a reply could not tell apart."""
        if len({fold(name) for name in self.names}) != len(self.names):
            raise ValueError(f"two labels are the same word: {', '.join(self.names)}")

    def resolve(self, word: str) -> str | None:
        """The label meant by `word`: the name itself, else another spelling of it; None when outside the set.

        A word is never guessed: "happ" is no label, nor is "happiness" where both "happy" and "joyful" are.
        """
        folded = fold(word)
        for name in self.names:
            if fold(name) == folded:
                return name
        meaning = _CANONICAL.get(folded)
        if meaning is None:
            return None
        meant = [name for name in self.names if _CANONICAL.get(fold(name)) == meaning]
        return meant[0] if len(meant) == 1 else None

    def with_order(self, names: Iterable[str]) -> "LabelSet":
        """The same labels, offered in another order."""
        reordered = LabelSet(tuple(names))
        if set(reordered.names) != set(self.names):
            raise ValueError("another order of labels must hold the same labels")
        return reordered

    def ordered(self, order: str) -> "LabelSet":
        """The same labels in the order called `card` (this order), `reversed` or `shuffled:SEED`.

        A shuffle is the same for the same labels in the same order and the same seed. Raises ValueError for another
        word, with the orders that exist.
        """
        word = order.strip().lower()
        if word == CARD_ORDER:
            return self
        if word == REVERSED:
            return self.with_order(reversed(self.names))
        if (match := _SHUFFLED.fullmatch(word)) is None:
            raise ValueError(f"{order!r} is no order of labels; use {CARD_ORDER}, {REVERSED} or shuffled:SEED")
        names = list(self.names)
        random.Random(int(match["seed"])).shuffle(names)  # noqa: S311 (an order, not a secret)
        return self.with_order(names)
