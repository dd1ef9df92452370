"""A run with whatever a test wants to have become of its samples, built through the storage's own functions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from tests.building import received, spec_of
from workbench.domain.batches import Step
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.runs import Run
from workbench.export.run_grids import Cell, Grid, GridLine, Span
from workbench.storage.runs.attempts import save_received, save_sent
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run, release_run
from workbench.storage.runs.run_records import create_run, load_run
from workbench.storage.samples import ImportedDataset, save_dataset

AT = "2026-11-23T10:00:00.000+00:00"

GRID: Final = Grid(
    key="comparison",
    caption="50 % & a | b",
    stub="Method",
    spans=(Span("DFEW", 2), Span("FERV39k", 1)),
    heads=("WAR", "UAR", "WAR"),
    sections=(
        (GridLine("C3D [56]", (Cell("56.37", strong=True), Cell("45.92"), Cell("–"))),),
        (GridLine.of("mine", "1.00", "−2.00", "", strong=True),),
    ),
    notes=("One.", "Two."),
)
"""A table with heads over several columns and with strong figures."""


def outside(*words: str) -> RankedPrediction:
    return RankedPrediction(PredictionStatus.OUT_OF_VOCABULARY, words)


def plan_run(
    db: Database,
    card: DatasetCard,
    gold: Mapping[str, str],
    *,
    name: str = "first",
    clusters: Mapping[str, str | None] | None = None,
) -> Run:
    """Import samples of these gold labels by name, and plan a run that asks about all of them in one request."""
    of = clusters if clusters is not None else dict.fromkeys(gold, "s1")
    samples = [
        Sample(id=one, gold=label, raw_label=label.title(), media=MediaKind.IMAGE, path=one, cluster=of.get(one))
        for one, label in gold.items()
    ]
    save_dataset(db, ImportedDataset(card, Path("/nowhere"), AT, ()), samples)
    spec = spec_of(card, endpoint="embedded", model="schematic-baseline", batch_size=max(len(gold), 1))
    return create_run(db, name, spec, [tuple(gold)] if gold else [], AT)


def answer(
    db: Database,
    card: DatasetCard,
    run: Run,
    settled: Mapping[str, RankedPrediction],
    said: Mapping[str, PredictionStatus] | None = None,
) -> Run:
    """One request and its reply: what it settles, and what it only says of samples that are to be asked again."""
    lease = claim_run(db, run, AT)
    batch = open_batches(db, run.id)[0]
    asked = {result: place for place, result in enumerate(batch.sample_ids)}
    left = [name for name in asked if name not in settled]
    gold = dict(db.conn.execute("SELECT id, gold FROM sample WHERE dataset = ?", (card.key,)).fetchall())
    reply = received(
        settled,
        gold=gold,
        said=said,
        step=Step.REPEAT if left else Step.KEEP,
        follow=[left] if left else [],
        card=card,
        places=asked,
        text="as asked",
        status_code=None,
    )
    attempt_id = save_sent(db, lease, batch, asked=batch.sample_ids, prompt="What do they feel?", at=AT)
    save_received(db, lease, batch, attempt_id, reply, AT)
    release_run(db, lease, reason=None, elapsed_s=1.0, at=AT)
    return load_run(db, card.key, run.name)
