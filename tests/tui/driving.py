"""Driving the application in a test: open it, wait for what should come, read what is to be seen."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import StringIO
from typing import Any, Final

from rich.console import Console
from textual.app import App
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen

from tests.waiting import looks
from workbench.application.reviews import RunReview
from workbench.tui.review.review_screen import ReviewScreen
from workbench.tui.workbench_app import WorkbenchApp

_ROUNDS: Final = 4
"""A key goes from the application to the screen, to a widget, and to the screen's action, whose messages come last."""


class Driver:
    """The application under the hands of a test."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    @property
    def app(self) -> App[None]:
        return self.pilot.app

    @property
    def screen(self) -> ReviewScreen:
        """The review screen, whatever lies over it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, ReviewScreen))

    @property
    def current(self) -> str:
        """The id of the sample under the cursor."""
        row = self.screen.cases.row
        return row.sample_id if row else ""

    def is_on(self, kind: type[Screen[Any]]) -> bool:
        """Whether such a screen lies on top."""
        return isinstance(self.app.screen, kind)

    @property
    def text(self) -> str:
        """What is to be seen."""
        written = StringIO()
        console = Console(width=self.app.size.width, height=self.app.size.height, file=written, color_system=None)
        stack = self.app._background_screens
        console.print(self.app.screen._compositor.render_update(full=True, screen_stack=stack))
        return written.getvalue()

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before has been dealt with by every widget.

        `Pilot.press` waits for a process that does nothing for 20 ms: up to 2 s a key where a thread reads the
        workspace all the time.
        """
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
            self.app.post_message(Key(name, key if len(key) == 1 else None))
            for _ in range(_ROUNDS):
                await self.pilot.pause(0)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds."""
        for _ in looks(lambda: f"never came to pass; on the screen:\n{self.text}"):
            if condition():
                return
            await self.pilot.pause(0.01)

    async def until_seen(self, words: str) -> None:
        await self.until(lambda: words in self.text)

    async def until_shown(self) -> None:
        """Wait until the case under the cursor is shown with its picture."""
        pane = self.screen.pane
        await self.until(lambda: pane.sample is not None and pane.sample.id == self.current and pane.frames.is_settled)


@asynccontextmanager
async def opened(parts: RunReview, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driver]:
    """Open a run; its first case is shown."""
    async with WorkbenchApp(parts).run_test(size=size, notifications=True) as pilot:
        driver = Driver(pilot)
        await driver.until(lambda: driver.is_on(ReviewScreen))
        await driver.until_shown()
        yield driver
