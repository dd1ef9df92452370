"""What a workspace holds, at a glance: its data sets, their runs, how far each has come and what it scores."""

from dataclasses import dataclass

from workbench.application.context import Context
from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.run_status import RunTotals
from workbench.domain.runs import Run
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.run_records import load_runs
from workbench.storage.samples import count_samples, load_cards
from workbench.storage.workspace.database import Database


@dataclass(frozen=True, slots=True)
class NewRunStart:
    """The workbench at home, with the form of a new run of a data set filled in."""

    context: Context
    dataset: str


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run and how far it has come."""

    run: Run
    progress: RunTotals


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """A data set of the workspace, and its runs, the one changed last first."""

    card: DatasetCard
    imported: int
    """Samples."""
    runs: tuple[RunEntry, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """A run's first metric under the protocol `strict`."""

    metric: str
    value: float | None
    """None where nothing counts."""


def list_datasets(context: Context) -> list[DatasetEntry]:
    """Every data set: those with runs first, the one changed last at the top, then those with samples.

    Without a workspace, the published ones.
    """
    if not context.settings.db.exists():
        return [DatasetEntry(card, 0, ()) for card in CARDS.values()]
    with context.workspace() as db:
        imported = count_samples(db)
        entries = [_entry(db, card, imported.get(card.key, 0)) for card in load_cards(db)]
    return sorted(entries, key=_freshness, reverse=True)


def load_headline(context: Context, run: Run) -> Headline:
    """Score a run by its first metric. Raises WorkbenchError where it cannot be scored."""
    from workbench.application.scores import score_run  # the list of runs is shown before the first one is scored

    scored = score_run(context, run, with_intervals=False)
    metric = scored.headline[0]
    return Headline(metric, scored.scores.metrics[metric].value)


def _entry(db: Database, card: DatasetCard, imported: int) -> DatasetEntry:
    runs = tuple(RunEntry(run, load_totals(db, run.id)) for run in load_runs(db, card.key))
    return DatasetEntry(card, imported, runs)


def _freshness(entry: DatasetEntry) -> tuple[bool, str, bool]:
    return bool(entry.runs), entry.runs[0].run.changed_at if entry.runs else "", entry.imported > 0
