"""A run in which everything that comes from outside attacks whoever reads its exports."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from tests.building import received, spec_of
from workbench.application.reviews import ReviewSession
from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.labels import LabelSet
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.reviews import Verdict
from workbench.domain.runs import Run
from workbench.storage.runs.attempts import save_received, save_sent
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run, release_run
from workbench.storage.runs.run_records import create_run, load_run
from workbench.storage.samples import ImportedDataset, save_dataset

AT: Final = "2026-11-23T10:00:00.000+00:00"
SCRIPT: Final = "<script>document.title='PWNED'</script><img src=x onerror=\"document.title='PWNED'\">"
LATEX: Final = "\\input{/etc/passwd} a_b & 50% #1 $x$ ~^\\ {} -- ?`"
ATTACK: Final = (
    f"=cmd|'/c calc'!A1 {SCRIPT} {LATEX} \x1b]0;PWNED\x07\u202egnp.exe\u2028 **b** | [x](javascript:alert(1)) 情感"
)
SECRET: Final = "sk-proj-0123456789abcdefSECRET"


def hostile_card() -> DatasetCard:
    """A card of one's own, hostile in its words."""
    base = CARDS["mer2023"]
    return replace(
        base,
        key="mine",
        title=f"Mine {ATTACK}",
        labels=LabelSet((*base.labels.names, f"{ATTACK} label")),
        licence=f"none {ATTACK}",
    )


def hostile_run(db: Database, *, name: str = f"run {ATTACK}", card: DatasetCard | None = None) -> Run:
    """Right, wrong, outside the labels, refused: ids, words, replies, reviewers, notes are hostile."""
    card = card or hostile_card()
    label = card.labels.names[-1]
    said = {
        f"right {ATTACK}": (label, RankedPrediction(PredictionStatus.RANKED, (label, "sad"))),
        f"wrong {ATTACK}": ("sad", RankedPrediction(PredictionStatus.RANKED, (label, "sad"))),
        f"outside {ATTACK}": (
            "happy",
            RankedPrediction(PredictionStatus.OUT_OF_VOCABULARY, (f"word {ATTACK}", "</svg>")),
        ),
        f"refused {ATTACK}": ("angry", RankedPrediction(PredictionStatus.REFUSED)),
    }
    samples = [
        Sample(id=one, gold=gold, raw_label=ATTACK, media=MediaKind.NONE, text=ATTACK, cluster=f"cluster {ATTACK}")
        for one, (gold, _) in said.items()
    ]
    save_dataset(db, ImportedDataset(card, Path("/nowhere"), AT, (ATTACK,)), samples)
    spec = spec_of(card, endpoint=f"endpoint {ATTACK}", model=f"model {ATTACK}", modality="text", batch_size=4)
    run = create_run(db, name, spec, [tuple(said)], AT)
    lease = claim_run(db, run, AT)
    (batch,) = open_batches(db, run.id)
    reply = received(
        {one: prediction for one, (_, prediction) in said.items()},
        gold={one: gold for one, (gold, _) in said.items()},
        card=card,
        note=ATTACK,
        text=f"{ATTACK}\n{ATTACK}",
        model=f"answerer {ATTACK}",
        error=ATTACK,
        status_code=None,
    )
    attempt_id = save_sent(db, lease, batch, asked=batch.sample_ids, prompt=ATTACK, at=AT)
    save_received(db, lease, batch, attempt_id, reply, AT)
    release_run(db, lease, reason=ATTACK, elapsed_s=1.0, at=AT)
    session = ReviewSession(db, run, card, f"ada {ATTACK}", lambda: AT)
    for one in list(said)[1:]:
        session.set_verdict(one, Verdict.UNSURE)
        session.set_note(one, ATTACK)
        session.set_tags(one, (ATTACK,))
    return load_run(db, card.key, name)
