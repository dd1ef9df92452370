"""`emowb open`."""

import gc
from typing import Annotated

import typer

from workbench.application import reviews
from workbench.application.datasets import find_card, open_dataset
from workbench.application.runs import list_runs
from workbench.application.workspaces import bring_up_to_date
from workbench.cli.context import RunName, context_of
from workbench.cli.terminal import Pictures, check_screen, open_workbench
from workbench.errors import UsageError


def open_review(
    command: typer.Context,
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

    A data set without a run shows its samples. Without a workspace yet, all data sets are listed, to import one.
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
    context = context_of(command, reviewer=reviewer, pictures=pictures)
    if key is not None or context.settings.db.exists():
        bring_up_to_date(context)  # what is done to an older file is said here, where there is no screen yet
    if key is None:
        open_workbench(context.settings, context)
    elif run is None and changed_from is None and not list_runs(context, find_card(context, key).key):
        open_workbench(context.settings, open_dataset(context, key))
    else:
        open_workbench(context.settings, reviews.open_review(context, key, run, changed_from))
