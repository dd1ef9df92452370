"""A run's requests as a file for a program of the user's own, such as `vllm run-batch`, and its answers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workbench.application.context import Context
from workbench.application.run_parts import job_parts
from workbench.application.run_sending import open_run
from workbench.application.run_setup import stored_spec
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.endpoints import EMBEDDED, Endpoint
from workbench.domain.jobs import FILE_ENDPOINT
from workbench.domain.run_options import card_spec, resumed_spec
from workbench.domain.run_status import RunSnapshot
from workbench.domain.runs import Run
from workbench.errors import UsageError
from workbench.pipeline.jobs import file_jobs
from workbench.pipeline.jobs.answer_joiner import AnswerLines
from workbench.pipeline.jobs.file_jobs import WrittenFile
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.run_parts import RunParts
from workbench.provider.api_keys import NO_KEY
from workbench.settings import endpoint_named
from workbench.storage.runs.batch_rows import load_snapshot
from workbench.storage.runs.plans import OpenPlan

__all__ = ["AnswerLines", "FilesRead", "WrittenFile", "drop_files", "read_files", "run_for_files", "write_file"]

_ENDPOINT: Final = "vllm"
"""In whose dialect a new run's requests are written, where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesRead:
    """What files of answers have brought."""

    lines: AnswerLines
    n_away: int
    """Requests of the run that are still out in files."""
    n_open: int
    """Requests that are to be written next."""
    snapshot: RunSnapshot


def run_for_files(context: Context, card: DatasetCard, name: str | None, given: Mapping[str, Any]) -> Run:
    """The run of that name, made where there is none; `given` are fields of a run spec, None where not given.

    Raises UsageError for a new run without a model, and for an endpoint that no file can be meant for.
    """
    model = given["model"] or (None if name else context.settings.model)
    name = name or model
    stored = stored_spec(context, card, name)
    if name is None or (stored is None and model is None):
        raise UsageError("a new run needs --model, the name by which the server that will answer knows it")
    if stored is None:
        spec = card_spec(card, {**given, "model": model, "endpoint": given["endpoint"] or _ENDPOINT})
    else:
        spec = resumed_spec(stored, given)
    _endpoint(context, spec.endpoint)  # before a run is made that nobody could answer
    return open_run(context, name, spec)[0]


def write_file(context: Context, run: Run, out: Path) -> WrittenFile:
    """Write all that is open of a run into a file; from then on it is not asked elsewhere.

    A file of that name is replaced. Raises DataError where it cannot be written.
    """
    return asyncio.run(file_jobs.write_job_file(*_parts(context, run), out))


def read_files(context: Context, run: Run, paths: Sequence[Path]) -> FilesRead:
    """Read files of answers; one that was read before changes nothing.

    Raises UsageError where the run has no file out, DataError for files that answer nothing of it.
    """
    lines, n_away = asyncio.run(file_jobs.read_job_files(*_parts(context, run), paths))
    with context.workspace() as db:
        snapshot = load_snapshot(db, run, context.now())
        return FilesRead(lines=lines, n_away=n_away, n_open=len(OpenPlan(db, run.id)), snapshot=snapshot)


def drop_files(context: Context, run: Run) -> int:
    """Have everything that is out in files asked otherwise; returns how many requests. Answers come too late then."""
    return asyncio.run(file_jobs.give_back_files(*_parts(context, run)))


def _parts(context: Context, run: Run) -> tuple[RunParts, JobTarget]:
    return job_parts(context, run, _endpoint(context, run.spec.endpoint), NO_KEY, answered_by=FILE_ENDPOINT)


def _endpoint(context: Context, name: str) -> Endpoint:
    if name == EMBEDDED:
        raise UsageError("the embedded endpoint reads no files; choose a run of another endpoint")
    return endpoint_named(context.settings, name)
