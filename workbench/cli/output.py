"""How the command line speaks: data on stdout, everything else on stderr, nothing from outside unescaped.

Every text that a command prints passes here, and so passes `visible`.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

import typer

from workbench.domain.visible import visible

_UNBOUND_WIDTH: Final = 240
"""Columns of a table that goes to a file or a pipe, where there is no edge to fit."""


def say(text: str) -> None:
    """Narration: to stderr. Nobody has to listen: a terminal or a reader that has gone away ends nothing."""
    with suppress(OSError):
        typer.echo(visible(text, lines=True), err=True)


def suggest(command: str) -> None:
    """What to do next: to stderr, in one line."""
    say(f"next: {command}")


def show(text: str) -> None:
    """Something that was asked for: to stdout."""
    typer.echo(visible(text, lines=True))


def show_json(document: Any) -> None:
    """One JSON document, alone on stdout. Numbers that are not finite would be no JSON and are an error."""
    typer.echo(json.dumps(document, ensure_ascii=True, indent=2, allow_nan=False))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """A table for people: text to the left, columns that begin with # (which is dropped) to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        numeric = column.startswith("#")
        table.add_column(Text(column.removeprefix("#")), justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(Text(visible("" if cell is None else str(cell))) for cell in row))
    Console(width=None if sys.stdout.isatty() else _UNBOUND_WIDTH, markup=False, highlight=False).print(table)


class Meter(Protocol):
    """Shows how far something has come."""

    def advance(self, done: int, note: str) -> None:
        """So many are done in all; `note` says how it stands."""
        ...

    def say(self, text: str) -> None:
        """Narration that leaves the bar whole."""
        ...


@contextmanager
def meter(title: str, total: int) -> Iterator[Meter]:
    """A progress bar on a terminal; nothing where stderr is a file or a pipe."""
    if not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True, markup=False, highlight=False)) as progress:
        task = progress.add_task(visible(title), total=total, note="")

        class Bar:
            def advance(self, done: int, note: str) -> None:
                progress.update(task, completed=done, note=visible(note))

            def say(self, text: str) -> None:
                progress.console.print(visible(text, lines=True), soft_wrap=True)

        yield Bar()


class _Silent:
    def advance(self, done: int, note: str) -> None:
        """Draw nothing."""

    def say(self, text: str) -> None:
        """A line like any other."""
        say(text)
