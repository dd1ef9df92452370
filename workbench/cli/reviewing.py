"""`emowb open`."""

import os
import sys
from typing import Annotated

import typer

from workbench.cli.context import Key, RunName, settings_of, workspace
from workbench.cli.terminal import Pictures, known_terminal
from workbench.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("open")(open_review)


def open_review(
    context: typer.Context,
    key: Key,
    *,
    run: RunName = None,
    changed_from: Annotated[
        str | None,
        typer.Option("--changed-from", metavar="NAME", help="Only samples that just one of the two runs has right."),
    ] = None,
    reviewer: Annotated[str | None, typer.Option(help="Whose review it is. Default: settings, else the login.")] = None,
    pictures: Pictures = None,
) -> None:
    """Open the review screen on a run.

    Frames, gold beside the ranked prediction, every attempt; `?` shows the keys. With --changed-from, the other run's
    answer stands beside; Escape shows all samples again.

    \b
    Examples:
        emowb open rafdb
        emowb open rafdb --run rgb --changed-from grey
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the review screen needs a terminal; `emowb metrics` and `emowb export` work without one")
    from workbench.wiring.reviewing import review_parts

    settings = settings_of(context, reviewer=reviewer, pictures=pictures)
    with workspace(settings):
        pass  # what is done to an older file is said here, where there is no screen yet
    parts = review_parts(settings, os.environ, key, run, changed_from)
    facts = known_terminal(settings)
    from workbench.tui.app import run_workbench

    run_workbench(parts, facts)
