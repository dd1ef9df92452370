from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp
from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input

from tests.tui.driving import Driver, opened
from tests.tui.review_run import ReviewRun
from workbench.tui.dialogs.help_screen import HelpScreen
from workbench.tui.review.search_screen import SearchScreen


def bottom_line(driver: Driver) -> str:
    return driver.text.rstrip("\n").split("\n")[-1]


async def click_on(driver: Driver, word: str) -> None:
    """Where the word stands in the last line."""
    await driver.pilot.click(offset=(bottom_line(driver).index(word), driver.app.size.height - 1))


def turned(kind: type[MouseEvent], over: Widget, by: int) -> MouseEvent:
    """The wheel, over a widget."""
    x, y = over.region.offset + Offset(3, 3)
    return kind(
        over, x=x, y=y, screen_x=x, screen_y=y, delta_x=0, delta_y=by, button=0, shift=False, meta=False, ctrl=False
    )


async def test_a_click_on_a_word_presses_its_key(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await click_on(driver, "failure")
        await driver.until(lambda: driver.current == "sub02/EP01_03f")
        await click_on(driver, "help")
        await driver.until(lambda: driver.is_on(HelpScreen))


async def test_the_wheel_scrolls_the_list_under_it_and_the_cursor_stays(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        cases = driver.screen.cases
        driver.app.post_message(turned(MouseScrollDown, cases, 1))
        await driver.until(lambda: cases.scroll_offset.y > 0)
        assert driver.current == "sub01/EP01_00f"
        driver.app.post_message(turned(MouseScrollUp, cases, -1))
        await driver.until(lambda: cases.scroll_offset.y == 0)


async def test_between_and_after_the_words_a_click_presses_nothing(review: ReviewRun) -> None:
    async with opened(review.parts, size=(140, 24)) as driver:
        line = bottom_line(driver)
        await driver.pilot.click(offset=(line.index("failure") + len("failure"), driver.app.size.height - 1))
        await driver.pilot.click(offset=(len(line.rstrip()) + 3, driver.app.size.height - 1))
        await driver.pilot.pause()
        assert driver.current == "sub01/EP01_00f"


async def test_words_that_do_not_fit_are_left_out_whole(review: ReviewRun) -> None:
    async with opened(review.parts, size=(40, 20)) as driver:
        words = bottom_line(driver).split()
        assert words[:2] == ["n", "failure"]
        async with opened(review.parts, size=(120, 20)) as wide:
            assert bottom_line(wide).split()[: len(words)] == words


async def test_the_keys_of_what_has_the_focus_are_named(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        assert "failure" in bottom_line(driver)
        await driver.press("slash")
        assert driver.is_on(SearchScreen)
        await driver.until(lambda: "cancel" in driver.text and isinstance(driver.app.focused, Input))
