"""The runs of a workspace: which there are, and which one a person means."""

from collections.abc import Sequence

from workbench.application.context import Context
from workbench.domain.run_status import RunSnapshot
from workbench.domain.runs import Run
from workbench.errors import UsageError
from workbench.storage.runs.batch_rows import load_snapshot
from workbench.storage.runs.run_records import load_run, load_runs
from workbench.storage.workspace.database import Database


def choose_run(context: Context, dataset: str, name: str | None = None) -> Run:
    """The run of that name; without a name, the one changed last.

    Raises UsageError where the data set has no run of that name, or none at all.
    """
    with context.workspace() as db:
        return chosen_run(db, dataset, name)


def choose_runs(context: Context, dataset: str, names: Sequence[str]) -> list[Run]:
    """The runs of these names, in this order, each once. Raises UsageError for a name that no run has."""
    with context.workspace() as db:
        return [load_run(db, dataset, name) for name in dict.fromkeys(names)]


def list_runs(context: Context, dataset: str | None = None) -> list[Run]:
    """The runs of one data set, or of all; the one changed last comes first."""
    with context.workspace() as db:
        return load_runs(db, dataset)


def run_snapshot(context: Context, run: Run) -> RunSnapshot:
    """How a run stands at this moment. Raises DatabaseError where the workspace cannot be read."""
    with context.workspace() as db:
        return load_snapshot(db, run, context.now())


def chosen_run(db: Database, dataset: str, name: str | None) -> Run:
    """As `choose_run`, for use cases that have opened the workspace."""
    if name is not None:
        return load_run(db, dataset, name)
    runs = load_runs(db, dataset)
    if not runs:
        raise UsageError(f"{dataset} has no run yet; `emowb run {dataset}` makes one")
    return runs[0]
