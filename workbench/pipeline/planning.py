"""Plans runs: makes one or finds the one of that name, and plans what is asked again."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from workbench.domain.batches import plan_batches
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run, RunSpec, run_key, spec_difference
from workbench.errors import DataError, UsageError
from workbench.storage.runs.plans import add_batches, open_batches
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_records import create_run, has_run, load_run
from workbench.storage.samples import load_dataset, load_sample_ids
from workbench.storage.workspace.database import Database, transaction

_ISOLATED: Final = (PredictionStatus.REFUSED, PredictionStatus.UNPARSED)


def utc_now() -> str:
    """The time as UTC ISO 8601 text, as in every `..._at` column."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def open_run(db: Database, name: str, spec: RunSpec) -> tuple[Run, bool]:
    """The run of that name, made where there is none; and whether it was there before.

    Raises UsageError with the difference when the name stands for another spec, DataError when the data set has not
    been imported or holds nothing.
    """
    if (run := stored_run(db, name, spec)) is not None:
        return run, True
    batches = plan_samples(db, spec)
    return create_run(db, name, spec, batches, utc_now()), False


def stored_run(db: Database, name: str, spec: RunSpec) -> Run | None:
    """The run of that name, None where there is none yet. Raises as `open_run`."""
    load_dataset(db, spec.dataset)
    if not has_run(db, spec.dataset, name):
        return None
    run = load_run(db, spec.dataset, name)
    if run.spec_hash != run_key(spec):
        changes = "; ".join(spec_difference(run.spec, spec)) or "another version of emowb"
        raise UsageError(f"run {name!r} was planned otherwise ({changes}); choose another --name")
    return run


def plan_samples(db: Database, spec: RunSpec) -> list[tuple[str, ...]]:
    """The batches of a run of this spec, as sample ids. Raises DataError where the data set has no samples."""
    sample_ids = load_sample_ids(db, spec.dataset)
    if not sample_ids:
        raise DataError(f"{spec.dataset} holds no sample; import it again")
    planned = plan_batches(sample_ids, size=spec.batch_size, seed=spec.seed)
    if spec.limit is None:
        return planned
    order = [sample_id for batch in planned for sample_id in batch][: spec.limit]
    return [tuple(order[start : start + spec.batch_size]) for start in range(0, len(order), spec.batch_size)]


def samples_with(db: Database, run: Run, statuses: Collection[PredictionStatus]) -> list[str]:
    """The ids of samples whose status is one of these, in planned order."""
    return [
        result.sample.id
        for result in read_results(db, run.id)
        if result.prediction is not None and result.prediction.status in statuses
    ]


def plan_again(db: Database, run: Run, sample_ids: Sequence[str]) -> int:
    """Plan to ask again about samples without an answer; returns how many. Until then they keep their status.

    A refused or unreadable sample was isolated already and is asked alone; others share requests as before. A sample
    that is still to be asked anyway is not planned twice. Raises UsageError for one that has an answer, DataError
    for one that the run does not hold.
    """
    waiting = {sample_id for batch in open_batches(db, run.id, in_jobs=True) for sample_id in batch.sample_ids}
    known = {result.sample.id: result.prediction for result in read_results(db, run.id)}
    alone: list[str] = []
    together: list[str] = []
    for sample_id in dict.fromkeys(sample_ids):
        if sample_id not in known:
            raise DataError(f"run {run.name} has no sample {sample_id!r}")
        prediction = known[sample_id]
        if prediction is not None and prediction.status.is_answer:
            raise UsageError(f"{sample_id} has an answer; only samples without one are asked again")
        if sample_id not in waiting:
            (alone if prediction is not None and prediction.status in _ISOLATED else together).append(sample_id)
    size = run.spec.batch_size
    batches = [(sample_id,) for sample_id in alone] + [
        tuple(together[start : start + size]) for start in range(0, len(together), size)
    ]
    with transaction(db):
        add_batches(db, run.id, batches)
    return len(alone) + len(together)
