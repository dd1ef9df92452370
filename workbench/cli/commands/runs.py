"""`emowb runs` and `emowb show`."""

from typing import Annotated

import typer

from workbench.cli.commands.metrics import rates_line
from workbench.cli.context import AsJson, Key, opened, settings_of, workspace
from workbench.cli.job_sending import jobs_json, show_jobs
from workbench.cli.output import show, show_json, show_table, suggest
from workbench.cli.sending import run_json, show_progress
from workbench.domain.figure_words import dollars
from workbench.domain.predictions import PredictionStatus


def list_runs(
    context: typer.Context,
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="Only of this data set.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List runs: state, progress and cost.

    \b
    Example:
        emowb runs rafdb
    """
    from workbench.storage.runs.batch_rows import load_totals
    from workbench.storage.runs.run_records import load_runs
    from workbench.storage.samples import load_card

    with workspace(settings_of(context)) as db:
        wanted = load_card(db, key).key if key else None
        runs = [(run, load_totals(db, run.id)) for run in load_runs(db, wanted)]
    if as_json:
        show_json([run_json(run, progress) for run, progress in runs])
        return
    show_table(
        ("data set", "run", "model", "prompt", "state", "#settled", "#planned", "#refused", "#cost", "changed"),
        (
            (
                *(run.dataset, run.name, run.spec.model, run.spec.prompt, run.state),
                *(progress.settled, progress.planned, progress.by_status.get(PredictionStatus.REFUSED, 0)),
                *(dollars(progress.cost_usd), run.changed_at[:16].replace("T", " ")),
            )
            for run, progress in runs
        ),
    )
    if not runs:
        suggest(f"emowb run {key or 'KEY'} --endpoint NAME")


def show_run(
    context: typer.Context,
    key: Key,
    name: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Default: the one touched last.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show everything about one run.

    \b
    Example:
        emowb show rafdb
    """
    from workbench.application.runs import chosen_run
    from workbench.pipeline.scoring.answer_rates import run_rates
    from workbench.storage.runs.batch_rows import load_totals
    from workbench.storage.runs.run_records import load_answerers, load_endpoint_record, load_estimate

    with opened(context, key) as at:
        run = chosen_run(at.db, at.card.key, name)
        answerers = load_answerers(at.db, run.id)
        record, estimate = load_endpoint_record(at.db, run.id), load_estimate(at.db, run.id)
        progress = load_totals(at.db, run.id)
        jobs = jobs_json(at.db, run)
        rates = run_rates(at.db, run.id)
    if as_json:
        document = {**run_json(run, progress), "jobs": jobs, "rates": rates.as_json(), "answered_by": answerers}
        document |= {"estimate": estimate, "endpoint_record": record}
        show_json({**document, "spec": run.spec.as_json(), "spec_hash": run.spec_hash})
        return
    show(f"{run.dataset} / {run.name}: {run.state}" + (f" ({run.reason})" if run.reason else ""))
    show(f"  spec {run.spec_hash}, made {run.created_at}, touched {run.changed_at}, sending took {run.elapsed_s:.1f} s")
    if run.spec.is_loaded:
        show(f"  predictions of {run.spec.model} {run.spec.prompt}; how they were asked for is not known")
    else:
        for word, value in run.spec.as_json().items():
            show(f"  {word}: {', '.join(value) if isinstance(value, tuple | list) else value}")
    show_progress(progress)
    show(f"  {rates_line(rates)}")
    if answerers:
        show(f"  answered by {', '.join(f'{model} ({count:,})' for model, count in answerers.items())}")
    if record is not None:
        show(f"  its endpoint was probed at {record.get('probed_at')}")
    show_jobs(jobs)
    suggest(f"emowb open {run.dataset} --run {run.name}")
