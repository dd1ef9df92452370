"""What every command starts from: its settings, and the workspace."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlite_utils import Database

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The data set's key; `emowb datasets` lists them.")]
RunName = Annotated[str | None, typer.Option("--run", metavar="NAME", help="The run; default: the one touched last.")]


def settings_of(context: typer.Context, **flags: Any) -> Settings:
    """The settings of a command: files and environment, then `--db`, then the command's own flags that were given."""
    settings = load_settings(os.environ, Path.cwd())
    given = {name: value for name, value in {**(context.obj or {}), **flags}.items() if value is not None}
    sources = {**settings.sources, **dict.fromkeys(given, "command line")}
    return replace(settings, **given, sources=MappingProxyType(sources))


@contextmanager
def workspace(settings: Settings, *, create: bool = False) -> Iterator["Database"]:
    """The workspace, closed at the end."""
    from workbench.storage.database import open_workspace

    db = open_workspace(settings.db, create=create)
    try:
        yield db
    finally:
        db.close()
