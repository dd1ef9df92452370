"""The terminal workbench: one application, which owns the theme, the pictures and the reviews that are open."""

import gc
import sys
from dataclasses import replace
from typing import Final

from textual import events, on
from textual.screen import Screen

from workbench.application.home import HomeParts
from workbench.application.open_review import ReviewParts
from workbench.domain.cases import CaseFilter
from workbench.tui.base.base_app import BaseApp
from workbench.tui.base.preferences import Preferences
from workbench.tui.base.review_opener import ChangedFrom
from workbench.tui.base.screen_table import new_screen
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.picture_app import PictureApp
from workbench.tui.pictures.terminal_facts import NOT_ASKED, TerminalFacts
from workbench.tui.pictures.terminal_query import drain
from workbench.tui.review.remembered_review import as_left
from workbench.tui.review.review_screen import ReviewScreen

_FREEZE_S: Final = 0.5
"""After the first paint, when the first case is there, too."""


class WorkbenchApp(BaseApp, PictureApp):
    """Opens with a review, or at home."""

    def __init__(
        self, parts: ReviewParts | HomeParts, facts: TerminalFacts = NOT_ASKED, habits: Preferences | None = None
    ) -> None:
        super().__init__(habits, facts)
        self._parts = parts

    def get_default_screen(self) -> Screen[None]:
        """Home, or nothing below the review that was asked for: a screen at the bottom cannot give way to another."""
        if not isinstance(self._parts, HomeParts):
            return Screen()
        return new_screen("home", self._parts)

    @on(events.Mount)
    async def _open_what_was_asked_for(self) -> None:
        if isinstance(self._parts, ReviewParts):
            await self.open_review(self._parts)

    @on(events.Ready)
    def _spare_later_frames(self) -> None:
        self.set_timer(_FREEZE_S, _freeze)

    async def open_review(
        self, parts: ReviewParts, *, wanted: CaseFilter | None = None, changed: ChangedFrom | None = None
    ) -> None:
        """Show a review over what is there: where one stood last, or these samples."""
        if changed is not None:
            parts = replace(parts.changed_from(changed.other), start=changed.sample_id)
        elif wanted is not None:
            parts = replace(parts, wanted=wanted)
        else:
            parts = as_left(parts, self.habits.memory)
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

    def _review(self, parts: ReviewParts) -> ReviewScreen:
        return ReviewScreen(parts, FrameLoader(parts, self.terminal))


def _freeze() -> None:
    """The collector need not walk again over everything loaded so far."""
    gc.collect()
    gc.freeze()
    gc.enable()


def run_workbench(
    parts: ReviewParts | HomeParts, facts: TerminalFacts = NOT_ASKED, habits: Preferences | None = None
) -> None:
    """Work in this terminal until the person leaves. `facts` is what was asked of it before."""
    app = WorkbenchApp(parts, facts, habits)
    app.run()
    if app.terminal.awaits_answer:
        drain(sys.stdin.fileno())
