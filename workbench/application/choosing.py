"""Which run a command or a screen is about."""

from workbench.domain.runs import Run
from workbench.errors import UsageError
from workbench.storage.runs.runs import load_run, load_runs
from workbench.storage.workspace.database import Database


def chosen_run(db: Database, dataset: str, name: str | None) -> Run:
    """The run of that name, else the one touched last. Raises UsageError when there is none."""
    if name is not None:
        return load_run(db, dataset, name)
    runs = load_runs(db, dataset)
    if not runs:
        raise UsageError(f"{dataset} has no run yet; `emowb run {dataset}` makes one")
    return runs[0]
