"""`emowb batch-file`: a run's requests as a file for a program such as `vllm run-batch`, and its answers."""

from pathlib import Path
from shlex import quote
from typing import Annotated, Final

import typer

from workbench.application.batch_files import WrittenFile, drop_files, read_files, run_for_files, write_file
from workbench.application.datasets import find_card
from workbench.application.runs import choose_run
from workbench.cli import run_options as flags
from workbench.cli.context import AsJson, Key, RunName, context_of
from workbench.cli.output import say, show, show_json, suggest
from workbench.cli.sending import run_json, say_what_is_away, show_totals
from workbench.domain.prompts import prompt_version
from workbench.domain.run_options import checked_modality, frame_policy
from workbench.domain.runs import Run
from workbench.errors import EXIT_WORTH_KNOWING, UsageError

_HELP: Final = """Have a file of requests answered by a program of your own, such as vllm run-batch.

\b
Example:
    emowb batch-file write rafdb --model Qwen/Qwen2.5-VL-7B-Instruct --run qwen --out requests.jsonl
    vllm run-batch -i requests.jsonl -o answers.jsonl --model Qwen/Qwen2.5-VL-7B-Instruct
    emowb batch-file read rafdb --run qwen answers.jsonl
"""


def write(
    command: typer.Context,
    key: Key,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write: JSON lines.")],
    run: Annotated[
        str | None, typer.Option("--run", metavar="NAME", help="The run. Default: the model's name.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The name that the server has for the model; needed for a new run.")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="NAME", help="The endpoint whose form of requests is used. Default: vllm.")
    ] = None,
    prompt: flags.Prompt = None,
    frames: flags.Frames = None,
    modality: flags.ModalityOf = None,
    batch_size: flags.BatchSize = None,
    limit: flags.Limit = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write all requests that a run has still to send into a file.

    The file holds pictures, and only you can read it. `emowb run` does not send what is in it, until its answers are
    read or `emowb batch-file drop` takes it back.

    \b
    Example:
        emowb batch-file write rafdb --model Qwen/Qwen2.5-VL-7B-Instruct --run qwen --out requests.jsonl
        vllm run-batch -i requests.jsonl -o answers.jsonl --model Qwen/Qwen2.5-VL-7B-Instruct
        emowb batch-file read rafdb --run qwen answers.jsonl
    """
    out = out.expanduser().absolute()
    if out.exists() and not force:
        raise UsageError(f"{out} is there already; choose another name, or replace it with --force")
    given = {
        "model": model,
        "endpoint": endpoint,
        "prompt": prompt_version(prompt) if prompt else None,
        "frames": frame_policy(frames),
        "batch_size": batch_size,
        "limit": limit,
    }
    context = context_of(command)
    card = find_card(context, key)
    found = run_for_files(context, card, run, given | {"modality": checked_modality(card, modality)})
    say_what_is_away(context, found)
    written = write_file(context, found, out)
    for one in written.bad:
        say(f"bad media: {one.sample_id}: {one.reason}")
    _report_written(found, written, out, as_json=as_json)


def read(
    command: typer.Context,
    key: Key,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What the program wrote.")],
    *,
    run: RunName = None,
    as_json: AsJson = False,
) -> None:
    """Read the answers to a run's requests.

    Answers are matched by their ids, in any order. A file that was read before changes nothing. Requests that a file
    leaves out keep waiting: the answers may come in several files.

    \b
    Example:
        emowb batch-file read rafdb --run qwen answers.jsonl
    """
    context = context_of(command)
    found = choose_run(context, find_card(context, key).key, run)
    done = read_files(context, found, [one.expanduser() for one in files])
    lines, totals = done.lines, done.snapshot.totals
    counts = {
        "joined": lines.joined,
        "repeated": lines.repeated,
        "unknown": lines.unknown,
        "broken": lines.broken,
        "out": done.n_away,
        "open": done.n_open,
    }
    if as_json:
        show_json(run_json(done.snapshot) | {"lines": counts})
    else:
        show(f"{found.dataset} / {found.name}: {lines.joined:,} answers read, {done.n_away:,} requests still out")
        left_out = [f"{counts[word]:,} {word}" for word in ("repeated", "unknown", "broken") if counts[word]]
        if left_out:
            show(f"  lines left out: {', '.join(left_out)}")
        show_totals(totals)
    if lines.stopped is not None:
        say(f"every request was turned away: {lines.stopped}")
    if done.n_away:
        suggest(f"read the file with the rest, or emowb batch-file drop {found.dataset} --run {found.name}")
    elif done.n_open:
        suggest(
            f"emowb batch-file write {found.dataset} --run {found.name} --out NEXT.jsonl ({done.n_open:,} requests)"
        )
    else:
        suggest(f"emowb metrics {found.dataset} --run {found.name}")
    if done.n_away or done.n_open or totals.unanswered:
        raise typer.Exit(EXIT_WORTH_KNOWING)


def drop(command: typer.Context, key: Key, *, run: RunName = None, as_json: AsJson = False) -> None:
    """Take back requests in files that will not be answered, so that they are sent again.

    \b
    Example:
        emowb batch-file drop rafdb --run qwen
    """
    context = context_of(command)
    found = choose_run(context, find_card(context, key).key, run)
    count = drop_files(context, found)
    if as_json:
        show_json({"run": found.name, "dataset": found.dataset, "given_back": count})
        return
    show(f"{found.dataset} / {found.name}: {count:,} requests are open again")
    suggest(f"emowb run {found.dataset} --name {found.name}")


def _report_written(run: Run, written: WrittenFile, out: Path, *, as_json: bool) -> None:
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
