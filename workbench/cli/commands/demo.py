"""`emowb demo`: the whole main job on drawn samples, with no key and no network."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from workbench.application.context import Context
from workbench.application.demo import demo_runs, demo_start
from workbench.application.exports import export_run
from workbench.application.runs import run_snapshot
from workbench.application.scores import score_run
from workbench.cli.context import context_of
from workbench.cli.output import say, show, suggest
from workbench.cli.sending import INTERRUPTED, send
from workbench.cli.tables.score_tables import show_scores
from workbench.cli.terminal import open_workbench
from workbench.domain.exports import ExportRequest
from workbench.domain.runs import Run
from workbench.errors import EXIT_INTERRUPTED, EndpointError

_OPENED: Final = "casme2"
_WORKSPACE: Final = Path("emowb-demo.db")


def demo(
    command: typer.Context,
    *,
    headless: Annotated[
        bool, typer.Option(help="Print metrics and write exports instead of opening the screen.")
    ] = False,
) -> None:
    """Try everything, without a key or a network.

    In a workspace of its own (./emowb-demo.db), it imports small data sets of drawn faces, sends them to the embedded
    endpoint, which refuses now and then as models do, and opens the screen with the form of one more run, of CASME II,
    filled in: Enter sends it. With --headless, that set is sent like the others.

    \b
    Example:
        emowb demo
        emowb demo --headless
    """
    if command.obj["db"] is None:
        command.obj["db"] = _WORKSPACE
    context = context_of(command)
    in_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not headless and not in_terminal:
        say("this is no terminal, so the screen stays closed (--headless)")
    is_shown = in_terminal and not headless
    runs = _send_all(context, left_out=_OPENED if is_shown else None)
    db = context.settings.db
    if not is_shown:
        _report(context, runs)
    else:
        open_workbench(context.settings, demo_start(context, _OPENED))
        suggest(f"emowb --db {db} open rafdb, or the same job on data of your own: emowb --help")


def _send_all(context: Context, *, left_out: str | None) -> list[Run]:
    """Send the run of every sample set but one. Raises EndpointError where one does not come to its end."""
    runs = []
    for handle in demo_runs(context, left_out=left_out):
        send(handle)
        if handle.stop.reason == INTERRUPTED:
            raise typer.Exit(EXIT_INTERRUPTED)
        if handle.stop.reason is not None:
            raise EndpointError(handle.stop.reason)
        runs.append(handle.run)
    return runs


def _report(context: Context, runs: Sequence[Run]) -> None:
    unanswered = 0
    for run in runs:
        show_scores(score_run(context, run))
        for path in export_run(context, run, ExportRequest()):
            show(str(path))
        unanswered += run_snapshot(context, run).totals.unanswered
    if unanswered:
        say(f"{unanswered} samples have no answer: the embedded endpoint refuses some, as models do, to be reviewed")
        suggest(f"emowb --db {context.settings.db} retry rafdb --refused (ask again)")
