"""What the screens around one run get of the house: its scores, its comparisons, its exports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from workbench.domain.datasets import DatasetCard
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Protocol
from workbench.settings import Settings
from workbench.storage.confusions import count_confusion
from workbench.storage.database import Database, open_workspace
from workbench.storage.runs import load_runs

if TYPE_CHECKING:
    from workbench.export.exporting import Wanted
    from workbench.pipeline.scoring.comparing import ChangedSample, RunPair
    from workbench.pipeline.scoring.run_scores import RunScores
    from workbench.wiring.queueing import QueueParts

T = TypeVar("T")
MOST_CHANGED: Final = 2000
"""Samples that changed sides and are listed; the review shows all of them."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs side by side under one protocol."""

    rule: str
    """The rules in words."""
    pair: "RunPair"
    changed: "tuple[ChangedSample, ...]"
    """The first of those that changed sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """All that the metrics, compare and export screens need of the house. What is called here may block."""

    card: DatasetCard
    run: Run
    exports: Path
    """Where files go if nobody says otherwise."""
    confusion: Callable[[], Mapping[tuple[str, str], int]]
    """Samples by gold label and top-1, as they were answered."""
    score: Callable[[Protocol], "RunScores"]
    others: Callable[[], list[Run]]
    """The other runs of the data set, the one touched last first."""
    compare: Callable[[Run, Protocol], Compared]
    """This run as A, the other one as B."""
    export: Callable[[Path, "Wanted"], list[Path]]
    """Write files into a folder; returns their paths."""
    queue: "Callable[[], QueueParts]"
    """What the queue of the run gets."""


def desk_of(settings: Settings, environment: Mapping[str, str], card: DatasetCard, run: Run) -> DeskParts:
    """What the screens around a run get, its queue among them."""

    def queue() -> "QueueParts":
        from workbench.wiring.queueing import queue_parts

        return queue_parts(settings, environment, card.key, run.name)

    return desk_parts(settings.db, settings.exports, card, run, queue)


def desk_parts(
    workspace: Path, exports: Path, card: DatasetCard, run: Run, queue: "Callable[[], QueueParts]"
) -> DeskParts:
    """What the screens around a run get. Every call opens the workspace for itself: threads share no connection."""

    def within(work: Callable[[Database], T]) -> T:
        db = open_workspace(workspace)
        try:
            return work(db)
        finally:
            db.close()

    return DeskParts(
        card=card,
        run=run,
        exports=exports,
        confusion=lambda: within(lambda db: count_confusion(db, run.id)),
        score=lambda protocol: within(lambda db: _scored(db, card, run, protocol)),
        others=lambda: within(lambda db: [other for other in load_runs(db, card.key) if other.id != run.id]),
        compare=lambda other, protocol: within(lambda db: _compared(db, card, run, other, protocol)),
        export=lambda folder, wanted: within(lambda db: _exported(db, card, run, folder, wanted)),
        queue=queue,
    )


def _scored(db: Database, card: DatasetCard, run: Run, protocol: Protocol) -> "RunScores":
    from workbench.pipeline.scoring.run_scores import score_run

    return score_run(db, card, run, protocol)


def _compared(db: Database, card: DatasetCard, run: Run, other: Run, protocol: Protocol) -> Compared:
    from workbench.domain.scoring.protocols import rules_of
    from workbench.pipeline.scoring.comparing import changed_sides, compare_runs

    found = compare_runs(db, card, [run, other], protocol)
    changed = changed_sides(db, card, run, other, rules_of(protocol, card))
    return Compared(found.rule, found.pairs[0], tuple(islice(changed, MOST_CHANGED)))


def _exported(db: Database, card: DatasetCard, run: Run, folder: Path, wanted: "Wanted") -> list[Path]:
    from workbench.export.exporting import export_run

    return export_run(db, card, run, folder, wanted)
