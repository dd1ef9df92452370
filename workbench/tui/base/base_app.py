"""What both applications have in common: a person's colours and keys, and a terminal that may be closed."""

import asyncio
import os
import select
import signal
import sys
from functools import partial
from typing import Any, ClassVar, Final

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input, TextArea

from workbench.application.context import Context
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.base.keymap import textual_keymap
from workbench.tui.base.palette import Palette
from workbench.tui.base.preferences import Preferences
from workbench.tui.base.screen_table import new_screen
from workbench.tui.base.textual_internals import draws_only_changes
from workbench.tui.base.theme import DARK, THEMES

EXIT_HUNG_UP: Final = 129
"""The exit code that a shell reports for a program that SIGHUP ended."""
_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT)
_SIGNALLED: Final = 128
"""Added to a signal's number: the exit code that a shell reports for a program that it ended."""
_LOOK_S: Final = 1.0
_GONE: Final = select.POLLHUP | select.POLLERR | select.POLLNVAL

draws_only_changes(Screen)  # every screen, also the palette and others of Textual's own


class BaseApp(App[None]):
    """An application with the preferences of a person; it ends when its terminal is closed."""

    TITLE = "emowb"
    COMMANDS = {Palette}  # noqa: RUF012  # Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # Textual declares it so
    CSS = """
    * { scrollbar-color: $panel-lighten-2; scrollbar-background: $background; }
    ModalScreen VerticalScroll { scrollbar-background: $panel; }
    ToastRack { dock: top; align: right top; margin: 1 0 0 0; }
    CommandPalette SearchIcon { display: none; }
    """

    def __init__(self, preferences: Preferences | None, *given: Any) -> None:
        super().__init__(*given)
        self.preferences = preferences or Preferences()
        self._ended_by: signal.Signals | None = None
        self.context: Context | None = None
        """What a new run is made with; None: none can be made here."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._preferred_theme()
        self.set_keymap(textual_keymap(self.preferences.commands))

    def run(self, **given: Any) -> None:
        """Show the application until the person leaves. Raises SystemExit when a signal has ended it."""
        super().run(**given)
        if self._ended_by is not None:
            raise SystemExit(_SIGNALLED + self._ended_by)

    def on_load(self) -> None:
        """From now on a signal ends the application as `q` does: the terminal is restored, and reviews are written."""
        if not self.is_headless:
            for number in _SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, partial(self._end_by, number))

    def _end_by(self, number: signal.Signals) -> None:
        leave_when_hung_up()
        self._ended_by = number
        self.exit()

    def on_ready(self) -> None:
        self.theme_changed_signal.subscribe(self, lambda theme: self.preferences.memory.keep_look(theme=theme.name))
        if not self.is_headless:
            self.set_interval(_LOOK_S, leave_when_hung_up)

    def on_unmount(self) -> None:
        self.preferences.memory.close()

    async def action_new_run(self) -> None:
        if self.context is not None:
            await open_new_run(self, self.context)

    async def action_endpoints(self) -> None:
        if self.context is not None:
            await self.push_screen(new_screen("endpoints", self.context))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A cursor that blinks would write to the terminal for as long as a line is open."""
        if isinstance(event.widget, Input | TextArea):
            event.widget.cursor_blink = False

    def action_next_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        place = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(place + 1) % len(names)]

    def _preferred_theme(self) -> str:
        chosen = self.preferences.theme or self.preferences.memory.look().get("theme")
        return chosen if isinstance(chosen, str) and chosen in self.available_themes else DARK.name


async def open_new_run(app: App[Any], context: Context, dataset: str | None = None) -> None:
    """Have a new run planned, of that data set at first, and show its queue when it is sent."""

    async def sent(queued: tuple[Any, Any] | None) -> None:
        if queued is not None:
            actions, launched = queued
            await app.push_screen(new_screen("queue", actions, launched=launched))

    known = app.context if isinstance(app, BaseApp) and app.context is not None else context
    await app.push_screen(new_screen("new run", known, dataset), sent)


def leave_when_hung_up() -> None:
    """End the program at once when its terminal is gone. No review is lost: each is committed when it is given.

    The kernel signals only the leader of the session, which may be a `make` or a wrapper that waits for this process;
    and Textual's input thread would read the end of the terminal again and again, as fast as it can.
    """
    poll = select.poll()
    poll.register(sys.__stdin__ or 0, 0)  # the three above are reported unasked
    if any(event & _GONE for _, event in poll.poll(0)):
        os._exit(EXIT_HUNG_UP)
