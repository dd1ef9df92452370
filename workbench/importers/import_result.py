"""The result of an import, and the collector that gathers it while a data set is read.

Users want to know three things apart: rows that the selection does not want (`LeftOut`, counted), rows that are wanted
but cannot be used (`Unusable`, listed with the reason), and samples that are used with a reservation (a remark).
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
"""Kinds of rows left out that are listed; a wrong table has as many unknown labels as rows."""
_NAMES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """A row of a table, or a file in the tree, that cannot be used."""

    path: str
    """The path below the root, or the name in the owner's table; without control characters."""
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What one import found. Importing the same tree again gives the same result."""

    root: Path
    """The resolved folder of which the samples' paths are relative."""
    samples: tuple[Sample, ...]
    """In the owner's order."""
    skipped: tuple[SkippedEntry, ...]
    notes: tuple[str, ...]
    """In words: what was left out, counted, and every reservation about what was kept."""
    doubts: tuple[str, ...] = ()
    """In words: why this may not be the set that it should be. The import ends with exit code 1."""


class LeftOut(Exception):  # nothing broke
    """A row that the selection does not want; rows with the same message are counted together."""


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
        self._doubts: dict[str, None] = {}
        self.kept: Final = frozenset(
            card.gold_labels if labels is KeptLabels.PAPER else (*card.labels.names, *card.scored)
        )

    @property
    def n_samples(self) -> int:
        """Samples kept so far."""
        return len(self._samples)

    def add(self, sample: Sample) -> None:
        """Keep a sample. Raises Unusable for an id that is taken, too long, or holds control characters."""
        if sample.id in self._samples:
            raise Unusable("listed before under the same name")
        if len(sample.id) > _LONGEST_ID_CHARS:
            raise Unusable(f"its name is longer than {_LONGEST_ID_CHARS} characters")
        if visible(sample.id) != sample.id:
            raise Unusable("its name holds control characters")
        self._samples[sample.id] = sample

    def skip(self, path: str, reason: str) -> None:
        """List a path as unusable. The same path with the same reason is listed once."""
        self._skipped[SkippedEntry(visible(path, longest=_LONGEST_ID_CHARS), reason)] = None

    def leave_out(self, kind: str) -> None:
        """Count one row that the selection does not want."""
        self._left_out[kind] += 1

    def remark(self, about: str, name: str) -> None:
        """Note a reservation about one sample. Remarks with the same words become one note."""
        self._remarks[about] += 1
        names = self._remarked.setdefault(about, [])
        if len(names) < _NAMES_SHOWN:
            names.append(visible(name, longest=_LONGEST_ID_CHARS))

    def note(self, text: str) -> None:
        """Add a note about the whole import; the same note is added once."""
        self._notes[text] = None

    def doubt(self, text: str) -> None:
        """Add a reason why this may not be the set that it should be."""
        self._doubts[text] = None

    @contextmanager
    def row(self, name: str) -> Iterator[None]:
        """A context for reading one row: LeftOut is counted, Unusable is listed under `name`, and reading goes on."""
        try:
            yield
        except LeftOut as kind:
            self.leave_out(str(kind))
        except Unusable as reason:
            self.skip(name, str(reason))

    def gold(self, word: str) -> str:
        """The canonical gold label for the owner's `word`.

        Raises LeftOut for an unknown word and for a label that is not kept.
        """
        shown = visible(word, longest=_LONGEST_WORD_CHARS)
        label = canonical(word)
        if label is None:
            raise LeftOut(f"unknown label {shown!r}")
        if label not in self.kept:
            raise LeftOut(f"label {shown!r}, which is not scored")
        return label

    def result(self, root: Path) -> ImportResult:
        """What was collected; `root` is the folder of which the samples' paths are relative."""
        return ImportResult(
            root,
            tuple(self._samples.values()),
            tuple(self._skipped),
            (*self._notes, *self._left_out_notes(), *self._remark_notes()),
            tuple(self._doubts),
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
