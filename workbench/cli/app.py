"""The root of the command line: options before the command, errors into one line and an exit code."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from workbench import __version__
from workbench.cli.command_table import COMMANDS, CommandTable
from workbench.cli.output import say, show
from workbench.errors import EXIT_INTERRUPTED, UsageError, WorkbenchError
from workbench.settings import load_settings


class WorkbenchGroup(TyperGroup):
    """Loads a command's file when the command runs, and turns errors into an exit code as `errors` says."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = CommandTable()

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the lines of the table, without loading any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: Any) -> Any:
        """Run the command. An error of ours is one line on stderr; a bug keeps its traceback."""
        try:
            return super().invoke(ctx)
        except WorkbenchError as error:
            say(f"emowb: {error}")
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as error:
            say("emowb: interrupted")
            raise typer.Exit(EXIT_INTERRUPTED) from error
        except BrokenPipeError as error:  # the reader of our output went away: `emowb datasets | head -1`
            raise typer.Exit(0) from error


app = typer.Typer(
    name="emowb",
    cls=WorkbenchGroup,
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich alone would double the time that --help takes
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 (typer calls it so)
    if wanted:
        show(f"emowb {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    *,
    db: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The workspace file. Default: $EMOWB_DB, else ./emowb.db.")
    ] = None,
    version: Annotated[  # noqa: ARG001 (handled by its callback)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Evaluate vision language models zero-shot on emotion data sets, and review every failure.

    Without a command, where there is a workspace: `emowb open`, which does all of it on one screen.

    \b
    Try it without a key, a network or data of your own:
        emowb demo

    \b
    The main job:
        emowb import rafdb ~/data/RAF-DB
        emowb run rafdb --endpoint openai --model NAME
        emowb open rafdb
        emowb metrics rafdb
        emowb export rafdb

    Exit codes: 0 done; 1 done, with something worth knowing; 2 usage; 3 data; 4 endpoint; 5 database;
    130 interrupted.
    """
    context.obj = {"db": db.expanduser() if db else None}
    if context.invoked_subcommand is None:
        _begin(context)


def _begin(context: typer.Context) -> None:
    """Without a command: the workbench where there are a terminal and a workspace, else the help."""
    has_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if has_terminal and (context.obj["db"] or load_settings(os.environ, Path.cwd()).db).exists():
        context.invoke(CommandTable()["open"])
    else:
        show(context.get_help())
        raise typer.Exit(UsageError.exit_code)


def main() -> None:
    """The command `emowb`."""
    app()
