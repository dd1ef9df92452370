"""What an export is made of: a run with its scores, and the workspace from which the long tables are read."""

import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from workbench import __version__
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.runs import Run
from workbench.domain.score_words import definition_lines
from workbench.domain.scoring.protocols import Against, Neutral, Protocol
from workbench.pipeline.scoring.run_scores import RunScores, score_run
from workbench.storage.runs.run_answers import data_fingerprint
from workbench.storage.workspace.database import Database

_COMPUTED_BY: Final = ("numpy", "scipy", "scikit-learn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One run at the moment of the export."""

    db: Database
    card: DatasetCard
    run: Run
    scores: RunScores
    fingerprint: str
    """SHA-256 over the ids, gold labels and clusters of the planned samples; see `data_fingerprint`."""

    @property
    def about(self) -> dict[str, str]:
        """What every file says about itself, as texts; ratios as fractions."""
        scores = self.scores.scores
        return {
            "dataset": self.run.dataset,
            "run": self.run.name,
            "spec_hash": self.run.spec_hash,
            "protocol": str(self.scores.protocol),
            "rule": self.scores.rule,
            "against": str(self.scores.against),
            "planned": str(scores.planned),
            "answered": str(scores.answered),
            "coverage": "" if scores.coverage is None else repr(scores.coverage),
            "endpoint": self.run.spec.endpoint,
            "model": self.run.spec.model,
            "spec": json.dumps(self.run.spec.as_json(), ensure_ascii=False),
            "interval": scores.interval,
            "definitions": " ".join(definition_lines(scores, self.scores.n_intensities)),
            "data": self.fingerprint,
            "versions": versions(),
            "emowb_version": __version__,
        }


def read_source(
    db: Database,
    card: DatasetCard,
    run: Run,
    protocol: Protocol,
    *,
    neutral: Neutral | None = None,
    against: Against = Against.GOLD,
) -> Source:
    """Read and score a run."""
    scores = score_run(db, card, run, protocol, neutral=neutral, against=against)
    return Source(db=db, card=card, run=run, scores=scores, fingerprint=data_fingerprint(db, run.id))


def versions() -> str:
    """What computed the figures."""
    return ", ".join((f"emowb {__version__}", *(f"{name} {version(name)}" for name in _COMPUTED_BY)))
