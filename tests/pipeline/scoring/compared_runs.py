"""Runs of one data set in a real workspace, of different specs, each with what became of its samples."""

from collections.abc import Mapping
from pathlib import Path

from sqlite_utils import Database

from tests.building import spec_of
from tests.export.worked_run import AT, answer
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.predictions import RankedPrediction
from workbench.domain.runs import Run
from workbench.storage.runs.run_records import create_run
from workbench.storage.samples import ImportedDataset, save_dataset


def answered_run(
    db: Database,
    card: DatasetCard,
    gold: Mapping[str, str],
    fates: Mapping[str, RankedPrediction],
    *,
    name: str,
    clusters: Mapping[str, str] | None = None,
    **changed: object,
) -> Run:
    """A run over these samples by gold label, of the card's spec but for what is `changed`."""
    samples = [
        Sample(id=one, gold=label, raw_label=label, media=MediaKind.IMAGE, path=one, cluster=(clusters or {}).get(one))
        for one, label in gold.items()
    ]
    save_dataset(db, ImportedDataset(card, Path("/nowhere"), AT, ()), samples)
    run = create_run(db, name, spec_of(card.key, **changed), [tuple(gold)], AT)
    return answer(db, card, run, fates)
