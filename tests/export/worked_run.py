"""A run with whatever a test wants to have become of its samples, built through the storage's own functions."""

from collections.abc import Mapping
from pathlib import Path

from sqlite_utils import Database

from workbench.domain.batches import Step
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.messages import Outcome, Reply
from workbench.domain.predictions import PredictionStatus, RankedPrediction, judge
from workbench.domain.runs import Run, RunSpec
from workbench.storage.runs.attempts import Received, Settled, save_received, save_sent
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run, release_run
from workbench.storage.runs.run_records import create_run, load_run
from workbench.storage.samples import ImportedDataset, save_dataset

AT = "2026-11-23T10:00:00.000+00:00"
REFUSED = RankedPrediction(PredictionStatus.REFUSED)
UNPARSED = RankedPrediction(PredictionStatus.UNPARSED)


def ranked(*labels: str) -> RankedPrediction:
    return RankedPrediction(PredictionStatus.RANKED, labels)


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
    spec = RunSpec(
        dataset=card.key,
        endpoint="embedded",
        model="schematic-baseline",
        prompt="named/1",
        modality=card.modality,
        frames=str(card.frames),
        labels=card.labels.names,
        batch_size=max(len(gold), 1),
    )
    return create_run(db, name, spec, [tuple(gold)] if gold else [], AT)


def answer(
    db: Database,
    card: DatasetCard,
    run: Run,
    settled: Mapping[str, RankedPrediction],
    said: Mapping[str, PredictionStatus] | None = None,
) -> Run:
    """One request and its reply: what it settles, and what it only says of samples that are to be asked again."""
    hold = claim_run(db, run, AT)
    batch = open_batches(db, run.id)[0]
    asked = {result: place for place, result in enumerate(batch.sample_ids)}
    left = [name for name in asked if name not in settled]
    gold = dict(db.conn.execute("SELECT id, gold FROM sample WHERE dataset = ?", (card.key,)).fetchall())
    received = Received(
        reply=Reply(outcome=Outcome.ANSWERED, text="as asked"),
        outcome=Outcome.ANSWERED,
        cost_usd=None,
        step=Step.REPEAT if left else Step.KEEP,
        said={name: prediction.status for name, prediction in settled.items()} | dict(said or {}),
        settled=[_settled(card, name, gold[name], one, asked[name]) for name, one in settled.items()],
        follow=[left] if left else [],
    )
    attempt_id = save_sent(db, hold, batch, asked=batch.sample_ids, prompt="What do they feel?", at=AT)
    save_received(db, hold, batch, attempt_id, received, AT)
    release_run(db, hold, reason=None, elapsed_s=1.0, at=AT)
    return load_run(db, card.key, run.name)


def _settled(card: DatasetCard, name: str, gold: str, prediction: RankedPrediction, place: int) -> Settled:
    judgement = judge(card, gold, prediction)
    return Settled(
        sample_id=name, prediction=prediction, gold_rank=judgement.gold_rank, failure=judgement.failure, place=place
    )
