"""What one import found, and the collector in which a reader writes it down.

A reader meets three kinds of trouble, and the difference is what a user wants to know: a row that the selection does
not want (`LeftOut`, counted), a row that is wanted and cannot be used (`Unusable`, listed with its reason), and a
sample that is used with a reservation (a remark).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.labels import canonical
from workbench.domain.datasets.samples import Sample
from workbench.domain.visible import visible
from workbench.importers.import_options import KeptLabels

_LONGEST_ID_CHARS: Final = 300
_LONGEST_WORD_CHARS: Final = 60
_MOST_KINDS: Final = 20
"""Of rows left out; a table of nonsense has as many unknown labels as rows."""
_NAMES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """Something that is listed, or lies in the tree, and cannot be used."""

    path: str
    """Of the medium relative to the root, or the name that the owner's table gives; fit for a screen."""
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What one import found. Importing the same tree again finds the same."""

    root: Path
    """The resolved folder that the paths of the samples are relative to."""
    samples: tuple[Sample, ...]
    """In the owner's order."""
    skipped: tuple[SkippedEntry, ...]
    notes: tuple[str, ...]
    """What the selection left out, counted, in words; and every reservation about what it kept."""


class LeftOut(Exception):  # nothing broke
    """A row that the selection does not want; the message is what rows of its kind are counted as."""


class Unusable(Exception):  # nothing broke
    """A row that is wanted and cannot be used; the message is the reason."""


class MissingMedia(Unusable):
    """A row whose medium is nowhere in the tree."""


class SampleCollector:
    """Collects samples, skipped entries and counts while one data set is read."""

    def __init__(self, card: DatasetCard, labels: KeptLabels = KeptLabels.PAPER) -> None:
        self.card: Final = card
        self._samples: dict[str, Sample] = {}
        self._skipped: dict[SkippedEntry, None] = {}
        self._left_out: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()
        self._remarked: dict[str, list[str]] = {}
        self._notes: dict[str, None] = {}
        self._kept: Final = frozenset(
            card.gold_labels if labels is KeptLabels.PAPER else (*card.labels.names, *card.scored)
        )

    def add(self, sample: Sample) -> None:
        """Keep a sample. Raises Unusable for an id that is taken, unreadable or endless."""
        if sample.id in self._samples:
            raise Unusable("listed before under the same name")
        if len(sample.id) > _LONGEST_ID_CHARS:
            raise Unusable(f"its name is longer than {_LONGEST_ID_CHARS} characters")
        if visible(sample.id) != sample.id:
            raise Unusable("its name holds control characters")
        self._samples[sample.id] = sample

    def skip(self, path: str, reason: str) -> None:
        """List something as unusable; the same thing for the same reason is listed once."""
        self._skipped[SkippedEntry(visible(path, longest=_LONGEST_ID_CHARS), reason)] = None

    def leave_out(self, kind: str) -> None:
        """Count one row that the selection does not want."""
        self._left_out[kind] += 1

    def remark(self, about: str, name: str) -> None:
        """Note a reservation about one sample; remarks of the same wording become one note."""
        self._remarks[about] += 1
        names = self._remarked.setdefault(about, [])
        if len(names) < _NAMES_SHOWN:
            names.append(visible(name, longest=_LONGEST_ID_CHARS))

    def note(self, text: str) -> None:
        """Say something about the whole import, once."""
        self._notes[text] = None

    @contextmanager
    def row(self, name: str) -> Iterator[None]:
        """Read one row inside: a row left out is counted, an unusable one is listed as `name`, and reading goes on."""
        try:
            yield
        except LeftOut as kind:
            self.leave_out(str(kind))
        except Unusable as reason:
            self.skip(name, str(reason))

    def gold(self, word: str) -> str:
        """The canonical gold label meant by the owner's `word`.

        Raises LeftOut for a word that nobody's list has and for a label that is not to be kept.
        """
        shown = visible(word, longest=_LONGEST_WORD_CHARS)
        label = canonical(word)
        if label is None:
            raise LeftOut(f"unknown label {shown!r}")
        if label not in self._kept:
            raise LeftOut(f"label {shown!r}, which is not scored")
        return label

    def found(self, root: Path) -> ImportResult:
        """Close the collector."""
        return ImportResult(
            root,
            tuple(self._samples.values()),
            tuple(self._skipped),
            (*self._notes, *self._left_out_notes(), *self._remark_notes()),
        )

    def _left_out_notes(self) -> Iterator[str]:
        kinds = self._left_out.most_common()
        for kind, count in kinds[:_MOST_KINDS]:
            yield f"left out {count:,}: {kind}"
        if len(kinds) > _MOST_KINDS:
            rest = sum(count for _, count in kinds[_MOST_KINDS:])
            yield f"left out {rest:,} of {len(kinds) - _MOST_KINDS:,} other kinds"

    def _remark_notes(self) -> Iterator[str]:
        for about, count in self._remarks.items():
            names = self._remarked[about]
            more = f" and {count - len(names):,} more" if count > len(names) else ""
            yield f"{count:,} {about}: {', '.join(names)}{more}"
