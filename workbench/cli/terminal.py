"""What a command does before it opens a screen: ask the terminal what it can show."""

import os
import sys
from typing import Annotated, Final, Literal

import typer

from workbench.application.context import Context
from workbench.application.datasets import DatasetView
from workbench.application.home import NewRunStart
from workbench.application.reviews import RunReview
from workbench.errors import UsageError
from workbench.settings import Settings
from workbench.tui.pictures.terminal_facts import NOT_ASKED, TerminalFacts, tell_textual
from workbench.tui.pictures.terminal_query import ask_terminal

Pictures = Annotated[
    Literal["auto", "half-blocks", "kitty", "sixel", "words"] | None,
    typer.Option("--pictures", help="How pictures are shown. Default: settings, else the terminal is asked."),
]

_DRIVER: Final = "TEXTUAL_DRIVER"


def known_terminal(settings: Settings) -> TerminalFacts:
    """Ask the terminal what it can show. To be called before Textual is imported, which reads the answers."""
    in_browser = os.environ.get(_DRIVER) and not _has_terminal()
    facts = NOT_ASKED if in_browser else ask_terminal(settings.pictures, os.environ)
    tell_textual(facts, os.environ)
    return facts


def open_workbench(settings: Settings, start: RunReview | DatasetView | NewRunStart | Context) -> None:
    """Ask the terminal what it can show, and work in it until the person leaves."""
    facts = known_terminal(settings)
    from workbench.tui.base.preferences import read_preferences  # Textual reads at its import what the terminal said
    from workbench.tui.workbench_app import run_workbench

    run_workbench(start, facts, read_preferences(settings))


def check_screen(instead: str) -> None:
    """Raise UsageError where there is no terminal; `instead` says what works without one.

    A browser takes a terminal's place where Textual's own server has chosen the driver (textual-serve).
    """
    if not (_has_terminal() or os.environ.get(_DRIVER)):
        raise UsageError(f"the screen needs a terminal; {instead}")


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
