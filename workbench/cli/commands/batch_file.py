"""`emowb batch-file`: a run's requests as a file for a program such as `vllm run-batch`, and its answers."""

import asyncio
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from workbench.cli.context import AsJson, Key, Opened, RunName, opened
from workbench.cli.job_sending import REQUESTS, say_what_travels
from workbench.cli.output import say, show, show_json, suggest
from workbench.cli.run_specs import card_spec, checked_modality, frame_policy, resumed_spec, stored_spec
from workbench.cli.sending import run_json, show_progress
from workbench.domain.datasets.tasks import Modality
from workbench.domain.prompts import prompt_version
from workbench.errors import EXIT_WORTH_KNOWING, UsageError

if TYPE_CHECKING:
    from workbench.domain.runs import Run
    from workbench.pipeline.jobs.file_jobs import Written

_HELP: Final = """Have a file of requests answered by a program of your own, such as vllm run-batch.

\b
Example:
    emowb batch-file write rafdb --model Qwen/Qwen2.5-VL-7B-Instruct --run qwen --out requests.jsonl
    vllm run-batch -i requests.jsonl -o answers.jsonl --model Qwen/Qwen2.5-VL-7B-Instruct
    emowb batch-file read rafdb --run qwen answers.jsonl
"""
_ENDPOINT: Final = "vllm"
"""In whose dialect a new run's requests are written, where nothing else is said."""


def write(
    context: typer.Context,
    key: Key,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write: JSON lines.")],
    run: Annotated[
        str | None, typer.Option("--run", metavar="NAME", help="The run. Default: the model's name.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model by its server's name; needed for a new run.")] = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="NAME", help="In whose dialect requests are written. Default: vllm.")
    ] = None,
    prompt: Annotated[str | None, typer.Option(help="named (the default) or paper.")] = None,
    frames: Annotated[str | None, typer.Option(help="apex, all, last(n), uniform(n) or ends(n).")] = None,
    modality: Annotated[Modality | None, typer.Option(help="What of a sample is sent.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Samples in one request.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many samples of the planned order.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write all that a run has still to ask into a file.

    The file holds pictures and is readable by you alone. What is in it counts as asked: `emowb run` leaves it out
    until its answers are read, or `emowb batch-file drop` gives it back.

    \b
    Example:
        emowb batch-file write rafdb --model Qwen/Qwen2.5-VL-7B-Instruct --run qwen --out requests.jsonl
        vllm run-batch -i requests.jsonl -o answers.jsonl --model Qwen/Qwen2.5-VL-7B-Instruct
        emowb batch-file read rafdb --run qwen answers.jsonl
    """
    from workbench.application.batch_jobs import file_parts
    from workbench.pipeline.jobs.file_jobs import write_job_file

    out = out.expanduser().absolute()
    if out.exists() and not force:
        raise UsageError(f"{out} is there already; choose another name, or replace it with --force")
    options = {
        "model": model,
        "endpoint": endpoint,
        "prompt": prompt_version(prompt) if prompt else None,
        "frames": frame_policy(frames),
        "batch_size": batch_size,
        "limit": limit,
    }
    with opened(context, key) as at:
        options["modality"] = checked_modality(at.card, modality)
        found = _run_to_write(at, run, options)
        say_what_travels(at.db, found, REQUESTS)
        written = asyncio.run(write_job_file(*file_parts(at.settings, at.db, found), out))
    for one in written.bad:
        say(f"bad media: {one.sample_id}: {one.reason}")
    _tell_written(found, written, out, as_json=as_json)


def read(
    context: typer.Context,
    key: Key,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What the program wrote.")],
    *,
    run: RunName = None,
    as_json: AsJson = False,
) -> None:
    """Read the answers to a run's requests.

    Answers are matched by their ids, in any order. A file that was read before changes nothing, and what a file
    leaves out stays out: several files can be read one after the other.

    \b
    Example:
        emowb batch-file read rafdb --run qwen answers.jsonl
    """
    from workbench.application.batch_jobs import file_parts
    from workbench.application.runs import chosen_run
    from workbench.pipeline.jobs.file_jobs import read_job_files
    from workbench.storage.runs.batch_rows import load_totals
    from workbench.storage.runs.plans import OpenPlan
    from workbench.storage.runs.run_records import load_run

    with opened(context, key) as at:
        found = chosen_run(at.db, at.card.key, run)
        done = asyncio.run(read_job_files(*file_parts(at.settings, at.db, found), [one.expanduser() for one in files]))
        found = load_run(at.db, at.card.key, found.name)
        progress, still_open = load_totals(at.db, found.id), len(OpenPlan(at.db, found.id))
    lines = done.lines
    counts = {
        "joined": lines.joined,
        "repeated": lines.repeated,
        "unknown": lines.unknown,
        "broken": lines.broken,
        "out": done.away,
        "open": still_open,
    }
    if as_json:
        show_json(run_json(found, progress) | {"lines": counts})
    else:
        show(f"{found.dataset} / {found.name}: {lines.joined:,} answers read, {done.away:,} requests still out")
        left_out = [f"{counts[word]:,} {word}" for word in ("repeated", "unknown", "broken") if counts[word]]
        if left_out:
            show(f"  lines left out: {', '.join(left_out)}")
        show_progress(progress)
    if lines.stopped is not None:
        say(f"every request was turned away: {lines.stopped}")
    if done.away:
        suggest(f"read the file with the rest, or emowb batch-file drop {found.dataset} --run {found.name}")
    elif still_open:
        suggest(f"emowb batch-file write {found.dataset} --run {found.name} --out NEXT.jsonl ({still_open:,} requests)")
    else:
        suggest(f"emowb metrics {found.dataset} --run {found.name}")
    if done.away or still_open or progress.unanswered:
        raise typer.Exit(EXIT_WORTH_KNOWING)


def drop(context: typer.Context, key: Key, *, run: RunName = None, as_json: AsJson = False) -> None:
    """Give back what is out in files and will not be answered, so that it is asked otherwise.

    \b
    Example:
        emowb batch-file drop rafdb --run qwen
    """
    from workbench.application.batch_jobs import file_parts
    from workbench.application.runs import chosen_run
    from workbench.pipeline.jobs.file_jobs import give_back_files

    with opened(context, key) as at:
        found = chosen_run(at.db, at.card.key, run)
        count = asyncio.run(give_back_files(*file_parts(at.settings, at.db, found)))
    if as_json:
        show_json({"run": found.name, "dataset": found.dataset, "given_back": count})
        return
    show(f"{found.dataset} / {found.name}: {count:,} requests are open again")
    suggest(f"emowb run {found.dataset} --name {found.name}")


def _run_to_write(at: Opened, name: str | None, options: dict[str, Any]) -> "Run":
    """The run of that name, made where there is none. Raises UsageError where a new one has no model."""
    from workbench.application.batch_jobs import file_endpoint
    from workbench.pipeline.planning import open_run

    model = options["model"] or (None if name else at.settings.model)
    name = name or model
    stored = stored_spec(at, name)
    if stored is None and (name is None or model is None):
        raise UsageError("a new run needs --model, the name by which the server that will answer knows it")
    new = {**options, "model": model, "endpoint": options["endpoint"] or _ENDPOINT}
    spec = card_spec(at.card, new) if stored is None else resumed_spec(stored, options)
    file_endpoint(at.settings, spec.endpoint)  # before a run is made that nobody could answer
    assert name is not None, "there is a stored spec of that name, or a new one was refused"
    return open_run(at.db, name, spec)[0]


def _tell_written(run: "Run", written: "Written", out: Path, *, as_json: bool) -> None:
    job = written.job
    if as_json:
        show_json(
            {
                "run": run.name,
                "dataset": run.dataset,
                "file": None if job is None else str(out),
                "requests": 0 if job is None else job.n_requests,
                "bytes": 0 if job is None else job.n_bytes,
                "bad_media": len(written.bad),
            }
        )
    elif job is None:
        show(f"{run.dataset} / {run.name}: nothing is open, so no file was written")
    else:
        show(str(out))
        say(f"{run.dataset} / {run.name}: {job.n_requests:,} requests, {job.n_bytes / 1e6:.1f} MB")
    if job is not None:
        suggest(
            f"vllm run-batch -i {quote(str(out))} -o ANSWERS.jsonl --model {quote(run.spec.model)}; "
            f"emowb batch-file read {run.dataset} --run {run.name} ANSWERS.jsonl"
        )


batch_file = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)
batch_file.command("write")(write)
batch_file.command("read")(read)
batch_file.command("drop")(drop)
