"""What commands share: options, the settings, and the context that they pass to the application."""

import os
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from workbench.application.context import Context
from workbench.cli.output import say
from workbench.domain.scoring.protocols import Against, Neutral, Protocol
from workbench.settings import Settings, load_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The data set's key; `emowb datasets` lists them.")]
RunName = Annotated[
    str | None, typer.Option("--run", metavar="NAME", help="The run's name. Default: the run changed last.")
]
ProtocolOption = Annotated[Protocol, typer.Option("--protocol", help="Which samples count: see docs/scoring.md.")]

NeutralOption = Annotated[
    Neutral | None,
    typer.Option("--neutral", help="What the answer neutral counts as, in data sets that are scored by sign."),
]
AgainstOption = Annotated[
    Against,
    typer.Option(
        "--against", help="What answers are compared with: gold, or gold as corrected by reviewers who agree."
    ),
]


def settings_of(command: typer.Context, **flags: Any) -> Settings:
    """The settings of a command: files and environment, then `--db`, then the command's own flags that were given."""
    settings = load_settings(os.environ, Path.cwd())
    given = {name: value for name, value in {**(command.obj or {}), **flags}.items() if value is not None}
    sources = {**settings.sources, **dict.fromkeys(given, "command line")}
    return replace(settings, **given, sources=MappingProxyType(sources))


def context_of(command: typer.Context, **flags: Any) -> Context:
    """What a command passes to every function of the application; `flags` as in `settings_of`."""
    return Context(settings=settings_of(command, **flags), environment=os.environ, tell=say)
