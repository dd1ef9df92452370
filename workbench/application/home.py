"""What the home screen gets of the house: the data sets of a workspace and their runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.application.context import Context
from workbench.application.reviews import RunReview, open_review
from workbench.application.run_views import RunViews, run_views_of
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.run_status import RunTotals
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Protocol
from workbench.settings import Settings
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.run_records import load_runs
from workbench.storage.samples import count_samples, load_cards
from workbench.storage.workspace.database import Database, open_workspace


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run and how far it has come."""

    run: Run
    progress: RunTotals


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """One data set of the workspace, its runs touched last first."""

    card: DatasetCard
    imported: int
    runs: tuple[RunEntry, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """A run's first metric under `strict`, and the share of its plan that has an answer; both None where nothing is."""

    metric: str
    value: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeParts:
    """All that the home screen needs of the house. What is called here may block."""

    workspace: Path
    load: Callable[[], list[DatasetEntry]]
    """What the workspace holds now: data sets with samples or runs first, the one touched last at the top."""
    headline: Callable[[DatasetCard, Run], Headline]
    review: Callable[[str, str], RunReview]
    """What the review of a run of a data set gets, both by name."""
    desk: Callable[[DatasetCard, Run], RunViews]


def home_parts(settings: Settings, environment: Mapping[str, str]) -> HomeParts:
    """What the home screen gets."""
    context = Context(settings=settings, environment=environment)
    return HomeParts(
        workspace=settings.db,
        load=lambda: _loaded(settings.db),
        headline=lambda card, run: _headline(settings.db, card, run),
        review=lambda dataset, run: open_review(context, dataset, run),
        desk=lambda card, run: run_views_of(settings, environment, card, run),
    )


def _loaded(path: Path) -> list[DatasetEntry]:
    db = open_workspace(path)
    try:
        imported = count_samples(db)
        entries = [_entry(db, card, imported.get(card.key, 0)) for card in load_cards(db)]
    finally:
        db.close()
    return sorted(entries, key=_freshness, reverse=True)


def _entry(db: Database, card: DatasetCard, imported: int) -> DatasetEntry:
    runs = tuple(RunEntry(run, load_totals(db, run.id)) for run in load_runs(db, card.key))
    return DatasetEntry(card, imported, runs)


def _freshness(entry: DatasetEntry) -> tuple[bool, str, bool]:
    return bool(entry.runs), entry.runs[0].run.changed_at if entry.runs else "", entry.imported > 0


def _headline(path: Path, card: DatasetCard, run: Run) -> Headline:
    from workbench.pipeline.scoring.run_scores import score_run

    db = open_workspace(path)
    try:
        scores = score_run(db, card, run, Protocol.STRICT, with_intervals=False).scores
    finally:
        db.close()
    return Headline(card.metrics[0], scores.metrics[card.metrics[0]].value, scores.coverage)
