"""All keys, written from the table of commands."""

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from workbench.tui.commands import COMMANDS, Command, Scope, bindings
from workbench.tui.scrolling import Scrolling


class HelpScreen(Scrolling, ModalScreen[None]):
    """Shows every command with its keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.HELP)
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > #box { width: 90%; max-width: 84; height: auto; max-height: 90%; padding: 1 2; background: $panel; }
    }
    """

    def compose(self) -> ComposeResult:
        """One long page."""
        with VerticalScroll(id="box", classes="scrolled"):
            yield Static(help_page(), markup=False)
        yield Footer(compact=True, show_command_palette=False)


def help_page() -> Content:
    """The table of commands by scope, keys at the left."""
    blocks = [_block(scope, list(commands)) for scope, commands in groupby(COMMANDS, lambda command: command.scope)]
    return Content("\n\n").join(blocks)


def _block(scope: Scope, commands: list[Command]) -> Content:
    lines = [Content.assemble((f"{command.key_words:<14}", "$text-accent"), command.title) for command in commands]
    return Content("\n").join([Content.styled(str(scope), "bold"), *lines])
