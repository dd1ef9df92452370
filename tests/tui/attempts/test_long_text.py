from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult

from tests.tui.driving import Driver
from workbench.tui.attempts.long_text import LongText, broken_lines


class _App(App[None]):
    def __init__(self, text: str, *, goes_to_end: bool) -> None:
        super().__init__()
        self.text = text
        self.goes_to_end = goes_to_end
        self.long = LongText()

    def compose(self) -> ComposeResult:
        yield self.long

    def on_mount(self) -> None:
        self.long.show([("reply", self.text)])
        if self.goes_to_end:
            self.long.move_to_edge(bottom=True)


@asynccontextmanager
async def shown(text: str, *, goes_to_end: bool = False) -> AsyncIterator[tuple[Driver, LongText]]:
    app = _App(text, goes_to_end=goes_to_end)
    async with app.run_test(size=(80, 24)) as pilot:
        yield Driver(pilot), app.long


def test_nothing_of_a_text_is_lost_and_no_line_is_too_long() -> None:
    words = "every word of it " * 400
    lines = [line for line, _ in broken_lines([("", words + "\r\n\tnext")], 30)]
    assert all(len(line) <= 30 for line in lines)
    assert " ".join(lines).split() == [*words.split(), "next"]


def test_wide_and_hidden_characters_take_the_room_they_need() -> None:
    lines = [line for line, _ in broken_lines([("", "漢字" * 20 + "\x1b[2J\u202e")], 10)]
    assert all(len(line) <= 5 for line in lines[:7])
    assert "".join(lines).endswith("␛[2J\\u{202e}")


async def test_a_line_of_a_hundred_thousand_characters_is_read_to_its_end() -> None:
    async with shown("x" * 99_997 + "end") as (driver, long):
        await driver.until(lambda: long.is_whole)
        long.move_to_edge(bottom=True)
        await driver.until_seen("end")


async def test_an_end_that_is_asked_for_before_there_is_room_is_gone_to_when_there_is() -> None:
    async with shown("x" * 99_997 + "end", goes_to_end=True) as (driver, _):
        await driver.until_seen("end")


async def test_ten_megabytes_are_there_at_once_and_their_end_soon() -> None:
    async with shown("first line\n" + "a line of the reply\n" * 500_000 + "the last line") as (driver, long):
        await driver.until_seen("first line")
        long.move_to_edge(bottom=True)
        await driver.until_seen("the last line")
        await driver.pilot.resize_terminal(40, 10)
        long.move_to_edge(bottom=True)
        await driver.until_seen("the last line")
