"""The terminal workbench: one application, which owns the theme, the pictures and the reviews that are open."""

import gc
import sys
from typing import Final

from textual import events, on
from textual.screen import ModalScreen, Screen

from workbench.application.context import Context
from workbench.application.datasets import DatasetView
from workbench.application.home import NewRunStart
from workbench.application.reviews import RunReview
from workbench.tui.base.base_app import BaseApp, open_new_run
from workbench.tui.base.preferences import Preferences
from workbench.tui.base.screen_table import new_screen
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.picture_app import PictureApp
from workbench.tui.pictures.terminal_facts import NOT_ASKED, TerminalFacts
from workbench.tui.pictures.terminal_query import drain
from workbench.tui.review.remembered_review import as_left
from workbench.tui.review.review_screen import ReviewScreen

Start = RunReview | DatasetView | NewRunStart | Context
"""What the workbench opens with."""
_DEEPEST: Final = 2
"""Screens, where nothing was opened but what the workbench opened with: that, over an empty one."""
_FREEZE_S: Final = 0.5
"""After the first paint, when the first case is there, too."""


class WorkbenchApp(BaseApp, PictureApp):
    """Opens with a review, with the samples of a data set, or with the home screen of a workspace."""

    def __init__(self, start: Start, facts: TerminalFacts = NOT_ASKED, preferences: Preferences | None = None) -> None:
        super().__init__(preferences, facts)
        self._start = start
        self.context = start if isinstance(start, Context) else start.context

    def get_default_screen(self) -> Screen[None]:
        """Home; below a review nothing, since the screen at the bottom cannot be replaced by another."""
        return new_screen("home", self.context) if isinstance(self._start, Context | NewRunStart) else Screen()

    @on(events.Mount)
    async def _open_what_was_asked_for(self) -> None:
        if isinstance(self._start, RunReview):
            await self.open_review(self._start)
        elif isinstance(self._start, DatasetView):
            await self.open_dataset(self._start)
        elif isinstance(self._start, NewRunStart):
            await open_new_run(self, self._start.context, self._start.dataset)

    @on(events.Ready)
    def _spare_later_frames(self) -> None:
        self.set_timer(_FREEZE_S, _freeze)

    async def open_review(self, review: RunReview) -> None:
        await self.push_screen(self._review_screen(as_left(review, self.preferences.memory)))

    async def reopen_review(self, review: RunReview) -> None:
        await self.switch_screen(self._review_screen(review))

    async def open_dataset(self, view: DatasetView) -> None:
        await self.push_screen(new_screen("dataset", view, FrameLoader(view.frames, self.terminal)))

    def close_review(self) -> None:
        deep = sum(not isinstance(screen, ModalScreen) for screen in self.screen_stack)
        if deep > _DEEPEST or isinstance(self._start, Context | NewRunStart):
            self.pop_screen()
        else:
            self.exit()

    def _review_screen(self, review: RunReview) -> ReviewScreen:
        return ReviewScreen(review, FrameLoader(review.frames, self.terminal))


def _freeze() -> None:
    """The collector need not walk again over everything loaded so far."""
    gc.collect()
    gc.freeze()
    gc.enable()


def run_workbench(start: Start, facts: TerminalFacts = NOT_ASKED, preferences: Preferences | None = None) -> None:
    """Work in this terminal until the person leaves. `facts` is what was asked of it before."""
    app = WorkbenchApp(start, facts, preferences)
    app.run()
    if app.terminal.awaits_answer:
        drain(sys.stdin.fileno())
