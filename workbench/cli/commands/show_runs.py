"""`emowb runs` and `emowb show`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from workbench.application.datasets import find_card
from workbench.application.runs import RunJob, choose_run, list_snapshots, run_details
from workbench.cli import run_options as flags
from workbench.cli.context import AsJson, Key, context_of
from workbench.cli.output import show, show_json, show_table, suggest
from workbench.cli.sending import run_json, show_totals
from workbench.cli.tables.score_tables import rates_line
from workbench.domain.figure_words import dollars
from workbench.domain.predictions import PredictionStatus


def list_runs(
    command: typer.Context,
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="Only runs of this data set.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List runs: state, progress and cost.

    \b
    Example:
        emowb runs rafdb
    """
    context = context_of(command)
    snapshots = list_snapshots(context, find_card(context, key).key if key else None)
    if as_json:
        show_json([run_json(one) for one in snapshots])
        return
    show_table(
        ("data set", "run", "model", "prompt", "state", "#settled", "#planned", "#refused", "#cost", "changed"),
        (
            (
                *(run.dataset, run.name, run.spec.model, run.spec.prompt, run.state),
                *(totals.settled, totals.planned, totals.by_status.get(PredictionStatus.REFUSED, 0)),
                *(dollars(totals.cost_usd), run.changed_at[:16].replace("T", " ")),
            )
            for run, totals in ((one.run, one.totals) for one in snapshots)
        ),
    )
    if not snapshots:
        suggest(f"emowb run {key or 'KEY'} --endpoint NAME")


def show_run(
    command: typer.Context,
    key: Key,
    name: flags.RunArgument = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show everything about one run.

    \b
    Example:
        emowb show rafdb
    """
    context = context_of(command)
    found = run_details(context, choose_run(context, find_card(context, key).key, name))
    run, jobs = found.snapshot.run, [_job_json(one) for one in found.jobs]
    if as_json:
        document = {**run_json(found.snapshot), "jobs": jobs, "rates": found.rates.as_json()}
        document |= {"answered_by": found.answered_by, "estimate": found.estimate}
        document |= {"endpoint_record": found.endpoint_record, "spec": run.spec.as_json(), "spec_hash": run.spec_hash}
        show_json(document)
        return
    show(f"{run.dataset} / {run.name}: {run.state}" + (f" ({run.reason})" if run.reason else ""))
    show(f"  spec {run.spec_hash}, made {run.created_at}, touched {run.changed_at}, sending took {run.elapsed_s:.1f} s")
    if run.spec.is_loaded:
        show(f"  predictions of {run.spec.model} {run.spec.prompt}; how they were asked for is not known")
    else:
        for word, value in run.spec.as_json().items():
            show(f"  {word}: {', '.join(value) if isinstance(value, tuple | list) else value}")
    show_totals(found.snapshot.totals)
    show(f"  {rates_line(found.rates)}")
    if found.answered_by:
        show(f"  answered by {', '.join(f'{model} ({count:,})' for model, count in found.answered_by.items())}")
    if found.endpoint_record is not None:
        show(f"  its endpoint was probed at {found.endpoint_record.get('probed_at')}")
    _show_jobs(jobs)
    suggest(f"emowb open {run.dataset} --run {run.name}")


def _job_json(one: RunJob) -> dict[str, Any]:
    """A job in the shape of `--json`; `out` is how many of its requests have no answer yet."""
    job = one.job
    return {
        "job": job.input_file if job.is_file else job.name,
        "endpoint": job.endpoint,
        "state": job.state,
        "requests": job.n_requests,
        "out": one.n_away,
        "bytes": job.n_bytes,
        "created_at": job.created_at,
        "error": job.error,
    }


def _show_jobs(jobs: Sequence[Mapping[str, Any]]) -> None:
    if jobs:
        show_table(
            ("job", "at", "state", "#requests", "#out", "#MB", "made", "error"),
            (
                (
                    *(job["job"], job["endpoint"], job["state"], f"{job['requests']:,}", f"{job['out']:,}"),
                    *(f"{job['bytes'] / 1e6:.1f}", job["created_at"][:16].replace("T", " "), job["error"]),
                )
                for job in jobs
            ),
        )
