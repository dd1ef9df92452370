"""`emowb queue`."""

import sys
from dataclasses import replace

import typer

from workbench.application.context import ignore
from workbench.application.run_actions import run_actions
from workbench.cli.context import Key, RunName, context_of
from workbench.errors import UsageError
from workbench.tui.base.preferences import read_preferences
from workbench.tui.queue.queue_screen import run_queue


def open_queue(command: typer.Context, key: Key, *, run: RunName = None) -> None:
    """Watch a run while it is sent, by whatever process, and steer it.

    Shows its batches by state, how far each limit is used, tokens, cost and budget, and the time left. `p` pauses the
    run, `r` resumes it in a process of its own, `l` changes limits, `enter` shows a batch, `?` shows all keys.

    \b
    Example:
        emowb queue rafdb
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the queue needs a terminal; `emowb show` says without one how a run stands")
    context = context_of(command)
    actions = run_actions(context, key, run)  # says what is done to an older workspace, while there is no screen yet
    run_queue(replace(actions, context=replace(context, tell=ignore)), read_preferences(context.settings))
