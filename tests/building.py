"""Workspaces for tests, built step by step through the storage's own functions: a data set, a run, its replies."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from workbench.domain.batches import Batch, Step
from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.messages import Fault, Outcome, Reply
from workbench.domain.predictions import PredictionStatus, RankedPrediction, judge
from workbench.domain.runs import Run, RunSpec
from workbench.storage.runs.attempts import Received, Settled, save_received, save_sent
from workbench.storage.runs.run_control import Lease
from workbench.storage.runs.run_records import create_run
from workbench.storage.samples import ImportedDataset, save_dataset

CARD = CARDS["rafdb"]
_START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

REFUSED = RankedPrediction(PredictionStatus.REFUSED)
UNPARSED = RankedPrediction(PredictionStatus.UNPARSED)


def at(seconds: float = 0.0) -> str:
    """So many seconds after ten o'clock, as it stands in every `..._at` column."""
    return (_START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def ranked(*labels: str) -> RankedPrediction:
    """An answer."""
    return RankedPrediction(PredictionStatus.RANKED, labels)


def sample(name: str, gold: str = "happy", **more: Any) -> Sample:
    """An image with a gold label."""
    given = {"raw_label": gold.title(), "media": MediaKind.IMAGE, "path": f"{name}.jpg"} | more
    return Sample(id=name, gold=gold, **given)


def store(db: Database, samples: Sequence[Sample], *, key: str = CARD.key, notes: Sequence[str] = ()) -> int:
    """Import these samples; returns how many are gone."""
    return save_dataset(db, ImportedDataset(CARDS[key], Path("/data") / key, at(), tuple(notes)), samples)


def spec_of(dataset: DatasetCard | str = CARD, **changed: Any) -> RunSpec:
    """The spec of a run of the data set with prompt `named`."""
    card = CARDS[dataset] if isinstance(dataset, str) else dataset
    given: dict[str, Any] = {
        "dataset": card.key,
        "endpoint": "scripted",
        "model": "scripted-model",
        "prompt": "named/1",
        "modality": str(card.modality),
        "frames": str(card.frames),
        "labels": card.labels.names,
        "batch_size": card.batch_size,
    }
    return RunSpec(**(given | changed))


def plan(db: Database, *batches: Sequence[str], name: str = "main", key: str = CARD.key) -> Run:
    """A run that asks about these samples in these requests."""
    return create_run(db, name, spec_of(key), batches, at())


def settled(
    name: str,
    prediction: RankedPrediction,
    *,
    gold: str = "happy",
    place: int | None = 0,
    card: DatasetCard = CARD,
    note: str | None = None,
) -> Settled:
    """The result of a sample, judged as the runner does."""
    judgement = judge(card, gold, prediction)
    return Settled(
        sample_id=name,
        prediction=prediction,
        gold_rank=judgement.gold_rank,
        failure=judgement.failure,
        place=place,
        note=note,
    )


def received(
    predictions: Mapping[str, RankedPrediction] | None = None,
    *,
    gold: Mapping[str, str] | None = None,
    step: Step = Step.KEEP,
    follow: Sequence[Sequence[str]] = (),
    cost_usd: float | None = None,
    outcome: Outcome = Outcome.ANSWERED,
    said: Mapping[str, PredictionStatus] | None = None,
    card: DatasetCard = CARD,
    places: Mapping[str, int] | None = None,
    note: str | None = None,
    **reply: Any,
) -> Received:
    """A reply that settles these samples; further words go into the reply itself."""
    predictions = predictions or {}
    places = places or {name: place for place, name in enumerate(predictions)}
    return Received(
        reply=Reply(outcome=outcome, **({"status_code": 200} | reply)),
        outcome=outcome,
        cost_usd=cost_usd,
        step=step,
        said={name: one.status for name, one in predictions.items()} | dict(said or {}),
        settled=[
            settled(name, one, gold=(gold or {}).get(name, "happy"), place=places[name], card=card, note=note)
            for name, one in predictions.items()
        ],
        follow=follow,
    )


def broken(fault: Fault = Fault.TRANSIENT, *, step: Step = Step.REPEAT, **reply: Any) -> Received:
    """A fault: nobody said anything."""
    return received(outcome=Outcome.FAILED, step=step, fault=fault, **({"status_code": 500} | reply))


def exchange(
    db: Database,
    lease: Lease,
    batch: Batch,
    what: Received,
    *,
    asked: Sequence[str] | None = None,
    seconds: float = 1.0,
) -> list[Batch]:
    """Send a batch and store what comes back; returns the batches that take over."""
    names = batch.sample_ids if asked is None else asked
    number = save_sent(db, lease, batch, asked=names, prompt="What do they feel?", at=at(seconds))
    return save_received(db, lease, batch, number, what, at(seconds + 0.5))
