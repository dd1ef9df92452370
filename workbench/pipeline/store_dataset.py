"""Stores what an importer found as the data set of a workspace."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import Sample
from workbench.domain.predictions import RankedPrediction, judge
from workbench.importers.import_result import ImportResult, SkippedEntry
from workbench.pipeline.planning import utc_now
from workbench.storage.runs.results import judge_again
from workbench.storage.samples import ImportedDataset, save_dataset
from workbench.storage.workspace.database import Database

_LACKED: Final = ("no file", "no folder", "listed before")
"""How the reasons of skips begin that a complete copy may have."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import."""

    dataset: str
    imported: int
    """Samples that the data set has now."""
    skipped: tuple[SkippedEntry, ...]
    """Entries that the owner lists and that cannot be used."""
    expected: int | None
    by_label: Mapping[str, int]
    """Samples of each gold label, in the card's order."""
    notes: tuple[str, ...]
    """Which samples were left out, and why the number differs from the expected one."""
    complete: bool
    """Whether the number of samples is that of a complete copy, and all that was skipped are files that it lacks."""
    doubts: tuple[str, ...]
    """Why this may not be the set that it should be."""


def store_dataset(db: Database, card: DatasetCard, found: ImportResult) -> ImportReport:
    """Store the samples of an import. Samples that are already stored are updated.

    Predictions of earlier runs are judged again, since gold labels may have changed.
    """
    dataset = ImportedDataset(card, found.root, utc_now(), found.notes)
    gone = save_dataset(db, dataset, found.samples)
    judge_again(db, card.key, lambda sample, prediction: _judged(card, sample, prediction))
    notes = list(found.notes)
    if gone:
        notes.append(f"{gone} samples of an earlier import are no longer in the source and were removed")
    counts = Counter(sample.gold for sample in found.samples)
    notes.extend(
        f"{counts[label]:,} with the label {label} are imported and not scored"
        for label in card.unscored_gold
        if counts[label]
    )
    n_found = len(found.samples)
    is_whole = n_found == card.expected or n_found in card.other_sizes
    if n_found in card.other_sizes or (is_whole and found.skipped and card.expected_note):
        notes.append(f"Table 1 of the paper has {card.expected}: {card.expected_note}")
    by_label = {label: counts[label] for label in card.labels.names if counts[label]}
    complete = is_whole and all(one.reason.startswith(_LACKED) for one in found.skipped)
    return ImportReport(card.key, n_found, found.skipped, card.expected, by_label, tuple(notes), complete, found.doubts)


def _judged(card: DatasetCard, sample: Sample, prediction: RankedPrediction) -> tuple[int | None, str | None]:
    judgement = judge(card, sample.gold, prediction)
    return judgement.gold_rank, judgement.failure
