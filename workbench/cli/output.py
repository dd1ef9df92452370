"""What commands print: data on stdout, everything else on stderr.

Every text that a command prints goes through here, and so through `visible`.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

import typer

from workbench.domain.visible import visible

_UNBOUND_WIDTH: Final = 240
"""Columns of a table that goes to a file or a pipe, which has no edge."""


def say(text: str) -> None:
    """Print a message to stderr. That the terminal or the reader is gone is no error."""
    with suppress(OSError):
        typer.echo(visible(text, lines=True), err=True)


def suggest(command: str) -> None:
    """Print what to do next to stderr, in one line."""
    say(f"next: {command}")


def show(text: str) -> None:
    """Print a result to stdout."""
    typer.echo(visible(text, lines=True))


def show_json(document: Any) -> None:
    """Print one JSON document to stdout. Raises ValueError for a number that is not finite: JSON has none."""
    typer.echo(json.dumps(document, ensure_ascii=True, indent=2, allow_nan=False))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print a table to stdout. Columns whose name begins with # (which is not shown) are numbers, aligned right."""
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
    """A progress bar, or nothing in its place."""

    def advance(self, done: int, note: str) -> None:
        """Set the number that are done, and the note beside the bar."""
        ...

    def say(self, text: str) -> None:
        """Print a message to stderr without breaking the bar."""
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
        pass

    def say(self, text: str) -> None:
        say(text)
