"""`emowb backup`."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from workbench.cli.context import AsJson, settings_of
from workbench.cli.output import say, show, show_json, suggest


def backup(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to make.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the workspace while it is in use.

    Everything committed by the time the copy is done, in one file that is checked for damage, safe on the disk and
    readable by you alone. A run goes on meanwhile. The copy is a workspace like any other: name it with --db.

    \b
    Example:
        emowb backup ~/backups/emowb-monday.db
    """
    from workbench.storage.workspace.backups import backup_workspace

    done = backup_workspace(settings_of(context).db, path.expanduser(), force=force)
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
