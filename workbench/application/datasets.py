"""The data sets that a workspace knows, published ones and users' own, and looking at their samples before any run.

`DatasetView` says what is looked at and belongs to no thread; a `SampleReader` owns a connection and belongs to the
thread that opened it.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.application.context import Context
from workbench.application.reviews import ClipFrames
from workbench.domain.cases import CaseFilter, CaseRow
from workbench.domain.datasets.cards import CARDS, DatasetCard, card_of
from workbench.domain.datasets.samples import Sample
from workbench.errors import DataError
from workbench.storage.runs.run_records import load_runs
from workbench.storage.sample_lists import (
    count_golds,
    find_sample_positions,
    load_sample_numbers,
    load_sample_rows,
    position_of_sample,
)
from workbench.storage.samples import count_samples, load_card, load_cards, load_dataset, load_samples_by_id
from workbench.storage.workspace.connections import break_off_when, changes_seen
from workbench.storage.workspace.database import Database, open_for_reading

_NEAR = 500
"""Samples that are looked through for the first rows of a list, which takes some milliseconds."""


def find_card(context: Context, key: str) -> DatasetCard:
    """The data set with this key. Raises UsageError for an unknown key.

    The published data sets need no workspace, and an unknown key is reported before a missing workspace is.
    """
    if not context.settings.db.exists():
        return card_of(key)
    with context.workspace() as db:
        return load_card(db, key)


def list_cards(context: Context) -> list[tuple[DatasetCard, int]]:
    """Every data set with the number of its samples in the workspace, 0 where none are imported."""
    if not context.settings.db.exists():
        return [(card, 0) for card in CARDS.values()]
    with context.workspace() as db:
        imported = count_samples(db)
        return [(card, imported.get(card.key, 0)) for card in load_cards(db)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """What is looked at."""

    context: Context
    card: DatasetCard
    notes: tuple[str, ...]
    """What the import left out, in words."""
    has_runs: bool
    frames: ClipFrames

    def open_reader(self) -> "SampleReader":
        """Open the workspace for the calling thread, for reading alone. Raises DatabaseError."""
        return SampleReader(open_for_reading(self.context.settings.db), self.card.key)


def open_dataset(context: Context, key: str) -> DatasetView:
    """Look at an imported data set. Raises UsageError for an unknown key, DataError where it is not imported."""
    with context.workspace() as db:
        imported = load_dataset(db, key)
        has_runs = bool(load_runs(db, imported.card.key))
    frames = ClipFrames(imported.root, None)
    return DatasetView(context=context, card=imported.card, notes=imported.notes, has_runs=has_runs, frames=frames)


class SampleReader:
    """Looks through the samples of a data set. A position is a place in the owner's order, the same in every list."""

    def __init__(self, db: Database, key: str) -> None:
        self._db = db
        self._key = key
        self._numbers = array("q")
        self._numbers_seen = -1

    def break_off_when(self, is_outdated: Callable[[], bool]) -> None:
        """Call this now and then while a statement runs. When it is true, the statement raises DatabaseError."""
        break_off_when(self._db, is_outdated)

    def planned(self) -> int:
        """How many samples there are."""
        return len(self._known())

    def all_of(self, wanted: CaseFilter) -> Sequence[int]:
        """The positions of all samples that pass the filter, in order."""
        return find_sample_positions(self._db, self._key, wanted)

    def near(self, wanted: CaseFilter, position: int) -> "array[int]":
        """The first positions from `position` on that pass the filter, of few samples, so that it takes no time."""
        return find_sample_positions(self._db, self._key, wanted, self._known()[position : position + _NEAR])

    def count(self, wanted: CaseFilter) -> int:
        """How many samples pass the filter."""
        return len(self.all_of(wanted))

    def golds(self) -> dict[str, int]:
        """The samples by gold label."""
        return count_golds(self._db, self._key)

    def rows(self, positions: Sequence[int]) -> list[CaseRow]:
        """The rows at these positions."""
        numbers = self._known()
        return load_sample_rows(self._db, [numbers[at] for at in positions if at < len(numbers)])

    def position_of(self, sample_id: str) -> int | None:
        """The position of a sample; None: the data set does not have it."""
        return position_of_sample(self._db, self._key, sample_id)

    def passing(self, wanted: CaseFilter, positions: Sequence[int]) -> set[int]:
        """Those of these positions that pass the filter now."""
        numbers = self._known()
        among = [numbers[at] for at in positions if at < len(numbers)]
        return set(find_sample_positions(self._db, self._key, wanted, among))

    def sample(self, sample_id: str) -> Sample:
        """Everything about a sample. Raises DataError where the data set does not have it any more."""
        try:
            return load_samples_by_id(self._db, self._key, [sample_id])[0]
        except KeyError:
            raise DataError(f"{self._key} has no sample {sample_id!r} any more") from None

    def changes_seen(self) -> int:
        """A number that changes when anything is written to the workspace."""
        return changes_seen(self._db)

    def close(self) -> None:
        """Close the workspace."""
        self._db.close()

    def _known(self) -> "array[int]":
        seen = changes_seen(self._db)
        if seen != self._numbers_seen:  # another import may have moved them
            self._numbers_seen, self._numbers = seen, load_sample_numbers(self._db, self._key)
        return self._numbers
