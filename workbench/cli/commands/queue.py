"""`emowb queue`."""

import os
import sys

import typer

from workbench.cli.context import Key, RunName, settings_of, workspace
from workbench.errors import UsageError


def open_queue(context: typer.Context, key: Key, *, run: RunName = None) -> None:
    """Look at a run while it is sent, here or in another process, and steer it.

    Batches by state, what every limit is used for, tokens, cost against budget, time left. `p` pauses, `r` goes on in
    a process of its own, `l` changes limits, `enter` looks into a batch; `?` shows the keys.

    \b
    Example:
        emowb queue rafdb
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the queue needs a terminal; `emowb show` says without one how a run stands")
    from workbench.application.run_actions import run_actions

    settings = settings_of(context)
    with workspace(settings):
        pass  # what is done to an older file is said here, where there is no screen yet
    parts = run_actions(settings, os.environ, key, run)
    from workbench.tui.base.preferences import read_preferences
    from workbench.tui.queue.queue_screen import run_queue

    run_queue(parts, read_preferences(settings))
