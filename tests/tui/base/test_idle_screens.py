"""While nothing changes, nothing is written, whatever lies on top."""

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tests.tui.driving import Driver, opened
from tests.tui.review_run import ReviewRun
from workbench.tui.base.base_app import BaseApp


class Below(Screen[None]):
    DEFAULT_CSS = "Below { padding: 5; }"

    def compose(self) -> ComposeResult:
        yield Static("one", id="one")
        yield Static("two", id="two")


class Above(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Input(id="line")


def frames_of(app: App[Any]) -> list[int]:
    """The characters of each frame from now on."""
    frames: list[int] = []
    display = app._display

    def counted(screen: Screen[Any], renderable: Any) -> None:
        frames.append(len(renderable.render_segments(app.console)) if hasattr(renderable, "render_segments") else 0)
        display(screen, renderable)

    app._display = counted  # type: ignore[method-assign]
    return frames


async def has_idled(driver: Driver, screen: Screen[Any]) -> None:
    """The screen gets some messages which change nothing; each could be followed by a frame."""
    for _ in range(8):
        screen.call_next(lambda: None)
        await driver.pilot.pause(0.03)


async def test_what_changes_below_a_dialog_is_written_once_and_alone() -> None:
    async with BaseApp(None).run_test(size=(60, 20)) as pilot:
        driver = Driver(pilot)
        await pilot.app.push_screen(below := Below())
        await pilot.app.push_screen(Above())
        await pilot.app.push_screen(Above())
        await has_idled(driver, below)
        frames = frames_of(pilot.app)
        below.query_one("#two", Static).update("changed")
        await driver.until_seen("changed")
        await driver.until(lambda: bool(frames))
        await has_idled(driver, below)
        assert len(frames) == 1
        assert frames[0] < 500  # a line of sixty cells, and not twenty


async def test_the_cursor_of_a_line_to_write_on_does_not_blink() -> None:
    async with BaseApp(None).run_test() as pilot:
        await pilot.app.push_screen(Above())
        await pilot.pause()
        assert not pilot.app.screen.query_one(Input).cursor_blink


@pytest.mark.parametrize("keys", ["m", "f", "t", "/", "?", "c", "s", "z", "a", "sl", "st", "M"])
async def test_no_dialog_over_a_review_draws_while_nothing_changes(review: ReviewRun, keys: str) -> None:
    async with opened(review.parts) as driver:
        await driver.press(*keys)
        driver.screen.status.refresh()  # something below may have changed as it opened
        await has_idled(driver, driver.screen)
        frames = frames_of(driver.app)
        for screen in driver.app.screen_stack[1:]:
            await has_idled(driver, screen)
        assert frames == []
