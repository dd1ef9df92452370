"""The terminal workbench: one application, which owns the look, the glass and the reviews that are open."""

import gc
import sys
from dataclasses import replace
from typing import ClassVar, Final

from textual import events, on
from textual.binding import BindingType
from textual.screen import Screen

from workbench.domain.reviews import CaseFilter
from workbench.tui.commands import Scope, bindings
from workbench.tui.compare.compare_screen import ChangedFrom
from workbench.tui.habits import Habits
from workbench.tui.hang_up import EVERY_S, leave_when_hung_up
from workbench.tui.home.home_screen import HomeScreen
from workbench.tui.keymap import textual_keymap
from workbench.tui.palette import Palette
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.picture_app import PictureApp
from workbench.tui.pictures.probe import drain
from workbench.tui.pictures.terminal_facts import NOT_ASKED, TerminalFacts
from workbench.tui.remembered import as_it_was
from workbench.tui.review_screen import ReviewScreen
from workbench.tui.session_thread import SessionThread
from workbench.tui.theme import DARK, THEMES
from workbench.wiring.home import HomeParts
from workbench.wiring.reviewing import ReviewParts

_FREEZE_S: Final = 0.5
"""After the first paint, when the first case is there, too."""


class WorkbenchApp(PictureApp):
    """Opens with a review, or at home."""

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

    def __init__(
        self, parts: ReviewParts | HomeParts, facts: TerminalFacts = NOT_ASKED, habits: Habits | None = None
    ) -> None:
        super().__init__(facts)
        self.habits = habits or Habits()
        self._parts = parts
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._liked_theme()
        self.set_keymap(textual_keymap(self.habits.commands))

    def get_default_screen(self) -> Screen[None]:
        """Home, or nothing below the review that was asked for: a screen at the bottom cannot give way to another."""
        return HomeScreen(self._parts) if isinstance(self._parts, HomeParts) else Screen()

    @on(events.Mount)
    async def _open_what_was_asked_for(self) -> None:
        if isinstance(self._parts, ReviewParts):
            await self.open_review(self._parts)

    def on_ready(self) -> None:
        """Watch over the terminal, and do what the first lines need not wait for."""
        self.set_timer(_FREEZE_S, _spare_later_frames)
        self.theme_changed_signal.subscribe(self, lambda theme: self.habits.memory.keep_look(theme=theme.name))
        if not self.is_headless:
            self.set_interval(EVERY_S, leave_when_hung_up)

    def on_unmount(self) -> None:
        """Keep what is remembered."""
        self.habits.memory.close()

    async def open_review(
        self, parts: ReviewParts, *, wanted: CaseFilter | None = None, changed: ChangedFrom | None = None
    ) -> None:
        """Show a review over what is there: where one stood last, or these samples."""
        if changed is not None:
            parts = replace(parts.changed_from(changed.other), start=changed.sample_id)
        elif wanted is not None:
            parts = replace(parts, wanted=wanted)
        else:
            parts = as_it_was(parts, self.habits.memory)
        await self.push_screen(self._review(parts))

    async def reopen_review(self, parts: ReviewParts) -> None:
        """Show another review in place of the one on top."""
        await self.switch_screen(self._review(parts))

    def close_review(self) -> None:
        """Go back home, where one came from; else quit."""
        if isinstance(self._parts, HomeParts):
            self.pop_screen()
        else:
            self.exit()

    def action_next_theme(self) -> None:
        """Other colours: dark, light, high contrast."""
        names = [theme.name for theme in THEMES]
        place = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(place + 1) % len(names)]

    def _review(self, parts: ReviewParts) -> ReviewScreen:
        return ReviewScreen(parts, SessionThread(parts.open_session), FrameLoader(parts, self.glass))

    def _liked_theme(self) -> str:
        liked = self.habits.theme or self.habits.memory.look().get("theme")
        return liked if isinstance(liked, str) and liked in self.available_themes else DARK.name


def _spare_later_frames() -> None:
    """The collector need not walk again over everything loaded so far."""
    gc.collect()
    gc.freeze()
    gc.enable()


def run_workbench(
    parts: ReviewParts | HomeParts, facts: TerminalFacts = NOT_ASKED, habits: Habits | None = None
) -> None:
    """Work in this terminal until the person leaves. `facts` is what was asked of it before."""
    app = WorkbenchApp(parts, facts, habits)
    app.run()
    if app.glass.awaits_answer:
        drain(sys.stdin.fileno())
