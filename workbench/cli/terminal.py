"""What commands that open a screen do before it: ask the terminal what it can show."""

import os
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.tui.pictures.terminal_facts import TerminalFacts

Pictures = Annotated[
    Literal["auto", "half-blocks", "kitty", "sixel", "words"] | None,
    typer.Option("--pictures", help="How pictures are shown. Default: settings, else the terminal is asked."),
]


def known_terminal(settings: "Settings") -> "TerminalFacts":
    """What the terminal answers. Before Textual is imported: it reads what this leaves in the environment."""
    from workbench.tui.pictures.probe import ask_terminal
    from workbench.tui.pictures.terminal_facts import tell_textual

    facts = ask_terminal(settings.pictures, os.environ)
    tell_textual(facts, os.environ)
    return facts
