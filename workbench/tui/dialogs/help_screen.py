"""The help: all keys of the table of commands. It can be searched, and runs a command of the screen below."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.tui.base.commands import Command, Scope, bindings
from workbench.tui.base.preferences import preferences_of
from workbench.tui.dialogs.text_screen import LineScreen
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListLine, ListScreen

_KEYS_CELLS = 14


class HelpScreen(ListScreen, ModalScreen[str | None]):
    """Ends with the action of the chosen command, or None. `here` are the scopes of the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.HELP)
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > #box { width: 90%; max-width: 88; height: 90%; padding: 1 1 0 1; background: $panel; }
        & #about { color: $text-muted; height: 1; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 2; }
        & LineList { height: 1fr; }
    }
    """

    def __init__(self, here: Sequence[Scope]) -> None:
        super().__init__()
        self._here = tuple(here)
        self._search = ""
        self._entries: tuple[Command | None, ...] = ()
        self._about = Static(id="about", markup=False)
        self.rows = LineList(empty="no command has these words")

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield self._about
            yield self.rows
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self.rows)
        self._show("")

    async def action_search(self) -> None:

        def written(text: str | None) -> None:
            self._show(text or "")

        await self.app.push_screen(LineScreen("search the keys", self._search, "words or keys"), written)

    @on(LineList.Chosen)
    def action_choose(self) -> None:
        command = self._entries[self.rows.cursor] if self._entries else None
        if command is not None and self.rows.has_choice:
            self.dismiss(command.action)

    def action_close(self) -> None:
        self.dismiss(None)

    def _show(self, search: str) -> None:
        self._search = search
        entries = help_entries(preferences_of(self.app).commands, self._here, search)
        self._entries = tuple(entry if isinstance(entry, Command) else None for entry in entries)
        self.rows.renew([_line(entry, self._here) for entry in entries], 0)
        self._about.update(f"keys with “{search}”" if search else "all keys; Enter runs what works here, / searches")


def help_entries(commands: Iterable[Command], here: Sequence[Scope], search: str = "") -> list[Command | Scope]:
    """Scopes and their commands: those of the screen below first, and only those in which the search is found."""
    wanted = search.casefold()
    found = [one for one in commands if wanted in f"{one.title} {one.key_words} {one.id}".casefold()]
    found.sort(key=lambda one: one.scope not in (*here, Scope.EVERYWHERE))
    return list(_with_headings(found))


def _with_headings(commands: Iterable[Command]) -> Iterator[Command | Scope]:
    for scope, several in groupby(commands, lambda command: command.scope):
        yield scope
        yield from several


def _line(entry: Command | Scope, here: Sequence[Scope]) -> ListLine:
    if isinstance(entry, Scope):
        return ListLine(((str(entry), "bold"),), can_be_chosen=False)
    can_run = entry.scope in (*here, Scope.EVERYWHERE) and "{key}" not in entry.action
    keys = f"  {entry.key_words:<{_KEYS_CELLS}} "
    return ListLine(((keys, "accent"), (entry.title, "plain" if can_run else "soft")), can_be_chosen=can_run)
