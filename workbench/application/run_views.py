"""What the screens around one run get of the house: its scores, its comparisons, its exports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from workbench.application.context import Context
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Protocol
from workbench.settings import Settings
from workbench.storage.cases.confusions import count_confusion
from workbench.storage.runs.run_records import load_runs
from workbench.storage.workspace.database import Database, open_workspace

if TYPE_CHECKING:
    from workbench.application.run_actions import RunActions
    from workbench.domain.exports import ExportRequest
    from workbench.pipeline.scoring.run_comparison import ChangedSample, RunPair
    from workbench.pipeline.scoring.run_scores import RunScores

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
class RunViews:
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
    export: Callable[[Path, "ExportRequest"], list[Path]]
    """Write files into a folder; returns their paths."""
    queue: "Callable[[], RunActions]"
    """What the queue of the run gets."""


def run_views_of(settings: Settings, environment: Mapping[str, str], card: DatasetCard, run: Run) -> RunViews:
    """What the screens around a run get, its queue among them."""

    def queue() -> "RunActions":
        from workbench.application.run_actions import run_actions

        return run_actions(Context(settings=settings, environment=environment), card.key, run.name)

    return run_views(settings.db, settings.exports, card, run, queue)


def run_views(
    workspace: Path, exports: Path, card: DatasetCard, run: Run, queue: "Callable[[], RunActions]"
) -> RunViews:
    """What the screens around a run get. Every call opens the workspace for itself: threads share no connection."""

    def within(work: Callable[[Database], T]) -> T:
        db = open_workspace(workspace)
        try:
            return work(db)
        finally:
            db.close()

    return RunViews(
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
    from workbench.pipeline.scoring.run_comparison import changed_sides, compare_runs

    found = compare_runs(db, card, [run, other], protocol)
    changed = changed_sides(db, card, run, other, rules_of(protocol, card))
    return Compared(found.rule, found.pairs[0], tuple(islice(changed, MOST_CHANGED)))


def _exported(db: Database, card: DatasetCard, run: Run, folder: Path, wanted: "ExportRequest") -> list[Path]:
    from workbench.export.export_run import export_run

    return export_run(db, card, run, folder, wanted)
