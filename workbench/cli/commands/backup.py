"""`emowb backup`."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from workbench.application.workspaces import back_up
from workbench.cli.context import AsJson, context_of
from workbench.cli.output import say, show, show_json, suggest


def backup(
    command: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to make.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the workspace, also while it is in use.

    The copy is one file that holds everything committed by the time the copy is done. It is checked for damage, and
    only you can read it. A run that is being sent goes on meanwhile. To use the copy, name it with --db.

    \b
    Example:
        emowb backup ~/backups/emowb-monday.db
    """
    done = back_up(context_of(command), path.expanduser(), force=force)
    if as_json:
        show_json(
            {
                "backup": str(done.path),
                "bytes": done.n_bytes,
                "schema": done.schema,
                "datasets": done.datasets,
                "runs": done.runs,
                "attempts": done.attempts,
                "review_changes": done.review_changes,
            }
        )
        return
    show(str(done.path))
    say(
        f"{done.n_bytes / 1e6:.1f} MB; data sets {done.datasets}, runs {done.runs}, attempts {done.attempts}, "
        f"changes by reviewers {done.review_changes}; no damage found"
    )
    suggest(f"emowb --db {quote(str(done.path))} runs")
