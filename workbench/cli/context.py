"""What every command starts from: its settings, and the workspace."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.application.context import Context
from workbench.cli.output import say
from workbench.domain.datasets.cards import DatasetCard, card_of
from workbench.settings import Settings, load_settings

if TYPE_CHECKING:
    from workbench.storage.workspace.database import Database

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The data set's key; `emowb datasets` lists them.")]
RunName = Annotated[
    str | None, typer.Option("--run", metavar="NAME", help="The run's name. Default: the run changed last.")
]


def settings_of(context: typer.Context, **flags: Any) -> Settings:
    """The settings of a command: files and environment, then `--db`, then the command's own flags that were given."""
    settings = load_settings(os.environ, Path.cwd())
    given = {name: value for name, value in {**(context.obj or {}), **flags}.items() if value is not None}
    sources = {**settings.sources, **dict.fromkeys(given, "command line")}
    return replace(settings, **given, sources=MappingProxyType(sources))


def context_of(command: typer.Context, **flags: Any) -> Context:
    """What a command passes to every function of the application; `flags` as in `settings_of`."""
    return Context(settings=settings_of(command, **flags), environment=os.environ, tell=say)


@dataclass(frozen=True, slots=True)
class Opened:
    """A workspace and one data set in it."""

    settings: Settings
    db: "Database"
    card: DatasetCard


@contextmanager
def opened(context: typer.Context, key: str, **flags: Any) -> Iterator[Opened]:
    """The workspace of a command that works on one data set.

    Raises UsageError for an unknown key, before a missing workspace is spoken of: a misspelt word is the likelier one.
    """
    settings = settings_of(context, **flags)
    if not settings.db.exists():
        card_of(key)
    with workspace(settings) as db:
        from workbench.storage.samples import load_card

        yield Opened(settings, db, load_card(db, key))


@contextmanager
def workspace(settings: Settings, *, create: bool = False) -> Iterator["Database"]:
    """The workspace, closed at the end."""
    from workbench.storage.workspace.database import open_workspace

    db = open_workspace(settings.db, create=create, say=say)
    try:
        yield db
    finally:
        db.close()
