"""What commands that open a screen do before it: ask the terminal what it can show."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.tui.pictures.terminal_facts import TerminalFacts

Pictures = Annotated[
    Literal["auto", "half-blocks", "kitty", "sixel", "words"] | None,
    typer.Option("--pictures", help="How pictures are shown. Default: settings, else the terminal is asked."),
]

_DRIVER: Final = "TEXTUAL_DRIVER"


def known_terminal(settings: "Settings") -> "TerminalFacts":
    """What the terminal answers. Before Textual is imported: it reads what this leaves in the environment."""
    from workbench.tui.pictures.terminal_facts import NOT_ASKED, tell_textual
    from workbench.tui.pictures.terminal_query import ask_terminal

    in_browser = os.environ.get(_DRIVER) and not _has_terminal()
    facts = NOT_ASKED if in_browser else ask_terminal(settings.pictures, os.environ)
    tell_textual(facts, os.environ)
    return facts


def check_screen(instead: str) -> None:
    """Raises UsageError where nobody would see a screen; `instead` says what works there.

    A browser takes a terminal's place where Textual's own server has chosen the driver (textual-serve).
    """
    if not (_has_terminal() or os.environ.get(_DRIVER)):
        raise UsageError(f"the screen needs a terminal; {instead}")


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
