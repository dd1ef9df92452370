"""What the gold labels of a manifest mean: labels that its user gives, or else those that its rows hold.

A gold label in a spelling that the labels do not have would make every answer to it wrong, without a word said. So
another spelling is resolved and noted, and a word that is none is refused with the label that is nearest to it.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from workbench.domain.datasets.labels import LabelSet, fold
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.ledger import Unusable

MOST_LABELS: Final = 50
"""Found in rows; more are no label set but a column of something else."""
HOW_TO_GIVE_LABELS: Final = "give the labels: --labels, or a line `# labels: happy, sad` above the header"

_LONGEST_CHARS: Final = 60
_PART_LISTS: Final = frozenset(",;|[]{}")
"""What would part a label in two in a list of labels, or in a reply."""
_MOST_ADVISED: Final = 1000
"""Different unknown words of which the nearest label is looked for, which is slow; beyond, the column is wrong."""


class GoldLabels:
    """The labels of one manifest, while it is read."""

    def __init__(self, given: LabelSet | None) -> None:
        self._given: Final = given
        self._labels = given or LabelSet(())
        self._known: Final[dict[str, str]] = {}
        self._refused: Final[dict[str, str]] = {}

    @property
    def labels(self) -> LabelSet:
        """The labels given, or those found so far in order of first appearance."""
        return self._labels

    def meant(self, word: str) -> str:
        """The label that a word of the manifest means.

        Raises Unusable for a word that is none of the labels given, or cannot be a label, and DataError where more
        labels are found than a prompt can hold.
        """
        label = self._known.get(word) or self._labels.resolve(word)
        if label is None:
            label = self._found(word)
        self._known[word] = label
        return label

    def _found(self, word: str) -> str:
        if self._given is not None:
            raise Unusable(self._why_refused(word))
        if reason := why_no_label(word):
            raise Unusable(reason)
        if len(self._labels.names) == MOST_LABELS:
            raise DataError(f"the manifest has more than {MOST_LABELS} different gold labels; {HOW_TO_GIVE_LABELS}")
        self._labels = LabelSet((*self._labels.names, word))
        return word

    def _why_refused(self, word: str) -> str:
        shown = f"unknown label {visible(word, longest=_LONGEST_CHARS)!r}"
        if word not in self._refused and len(self._refused) < _MOST_ADVISED:
            near = nearest(word, self._labels.names)
            self._refused[word] = f"{shown}; the nearest is {near!r}" if near else shown
        return self._refused.get(word, shown)


def label_set(words: Iterable[str]) -> LabelSet:
    """The labels that a user gives. Raises ValueError for fewer than two, and for any that cannot be told apart."""
    names = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    for name in names:
        if reason := why_no_label(name):
            raise ValueError(reason)
    if len(names) < 2:
        raise ValueError("a model must have two labels or more to choose from")
    return LabelSet(names)


def why_no_label(word: str) -> str:
    """Why a word cannot be offered as a label; empty where it can."""
    shown = f"{visible(word, longest=_LONGEST_CHARS)!r} cannot be a label"
    if not fold(word):
        return f"{shown}: it has no letters"
    if visible(word) != word:
        return f"{shown}: it holds control characters"
    if len(word) > _LONGEST_CHARS:
        return f"{shown}: it is longer than {_LONGEST_CHARS} characters"
    if _PART_LISTS & {*word}:
        return f"{shown}: it holds one of {' '.join(sorted(_PART_LISTS))}"
    return ""


def nearest(word: str, names: Sequence[str]) -> str | None:
    """The name that is most like a word, None where none is like it at all."""
    folded = {fold(name): name for name in names}
    near = get_close_matches(fold(word)[:_LONGEST_CHARS], folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else None
