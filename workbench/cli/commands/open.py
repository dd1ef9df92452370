"""`emowb open`."""

import gc
import os
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.context import RunName, settings_of, workspace
from workbench.cli.terminal import Pictures, check_screen, known_terminal
from workbench.errors import UsageError
from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.application.home import HomeParts
    from workbench.application.open_review import ReviewParts


def open_review(
    context: typer.Context,
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="The data set's key; without one, all data sets."),
    ] = None,
    *,
    run: RunName = None,
    changed_from: Annotated[
        str | None,
        typer.Option("--changed-from", metavar="NAME", help="Only samples that just one of the two runs has right."),
    ] = None,
    reviewer: Annotated[str | None, typer.Option(help="Whose review it is. Default: settings, else the login.")] = None,
    pictures: Pictures = None,
) -> None:
    """Open the workbench: the review of a run, or without KEY all data sets and their runs.

    Frames, gold beside the ranked prediction, every attempt; `?` shows the keys. With --changed-from, the other run's
    answer stands beside; Escape shows all samples again.

    \b
    Examples:
        emowb open
        emowb open rafdb
        emowb open rafdb --run rgb --changed-from grey
    """
    check_screen("`emowb metrics` and `emowb export` work without one")
    gc.disable()  # until the first lines are painted: all that is loaded until then stays
    if key is None and (run or changed_from):
        raise UsageError("--run and --changed-from are about one data set: emowb open KEY --run NAME")
    settings = settings_of(context, reviewer=reviewer, pictures=pictures)
    with workspace(settings):
        pass  # what is done to an older file is said here, where there is no screen yet
    parts = _parts(settings, key, run, changed_from)
    facts = known_terminal(settings)
    from workbench.tui.base.preferences import read_preferences
    from workbench.tui.workbench_app import run_workbench

    run_workbench(parts, facts, read_preferences(settings))


def _parts(settings: Settings, key: str | None, run: str | None, changed_from: str | None) -> "ReviewParts | HomeParts":
    if key is None:
        from workbench.application.home import home_parts

        return home_parts(settings, os.environ)
    from workbench.application.open_review import review_parts

    return review_parts(settings, os.environ, key, run, changed_from)
