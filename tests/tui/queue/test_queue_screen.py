"""The queue under the hands of a person: what it shows, what its keys do, and that it never gets in the way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.driving import Driver
from tests.tui.queue.conftest import LANE, N_BATCHES, QueueRun
from workbench.domain.run_status import BatchState, GivenLimits
from workbench.errors import UsageError
from workbench.pipeline.planning import utc_now
from workbench.storage.runs.run_control import release_run
from workbench.tui.base.keymap import commands_with
from workbench.tui.base.preferences import Preferences
from workbench.tui.base.remembered_state import RememberedState
from workbench.tui.base.theme import HIGH_CONTRAST
from workbench.tui.dialogs.help_screen import HelpScreen
from workbench.tui.dialogs.question_screen import QuestionScreen
from workbench.tui.queue.batch_screen import BatchScreen
from workbench.tui.queue.limits_screen import LimitsScreen
from workbench.tui.queue.queue_screen import QueueApp, QueueScreen

QUICK = 0.02


class QueueDriver(Driver):
    """The queue under the hands of a test."""

    @property
    def queue(self) -> QueueScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, QueueScreen)
        return screen


@asynccontextmanager
async def opened(
    queue: QueueRun, *, size: tuple[int, int] = (80, 24), preferences: Preferences | None = None
) -> AsyncIterator[QueueDriver]:
    async with QueueApp(queue.parts, preferences, every_s=QUICK).run_test(size=size, notifications=True) as pilot:
        driver = QueueDriver(pilot)
        await driver.until(lambda: "[all 30" in driver.text and "face_" in driver.text)
        yield driver


async def test_by_itself_it_has_a_persons_own_keys_and_remembers_the_colours(queue: QueueRun, tmp_path: Path) -> None:
    preferences = Preferences(
        RememberedState(tmp_path / "state"), commands_with({"queue.limits": ("o",)}), HIGH_CONTRAST.name
    )
    async with opened(queue, preferences=preferences) as driver:
        assert driver.app.theme == HIGH_CONTRAST.name
        await driver.press("o")
        await driver.until(lambda: driver.is_on(LimitsScreen))
        await driver.press("escape")
        await driver.app.run_action("next_theme")
        chosen = driver.app.theme
        await driver.until(lambda: driver.app.theme == chosen)
    async with opened(queue, preferences=Preferences(RememberedState(tmp_path / "state"))) as driver:
        assert driver.app.theme == chosen


# ── what it shows ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_state_meters_counts_and_batches_fit_the_screen(queue: QueueRun, size: tuple[int, int]) -> None:
    queue.answers(cost_usd=0.5)
    queue.refuses()
    queue.faults("the line [broke]")
    queue.is_asked()
    queue.sends(budget_usd=2.0, samples_per_s=0.5, requests_per_minute=55.0, given=GivenLimits(rpm=60))
    async with opened(queue, size=size) as driver:
        await driver.until_seen("in flight 1")
        await driver.until_seen("57 of 60")
        await driver.until_seen("p pause")
        for words in (
            *("RAF-DB [basic]", "main", "being sent by process", "3 of 600 samples", "about 19 min 54 s left"),
            *("5 requests", "55 replies a minute", "$0.5000 of $2.00", "57 of 60", "12,000 of 100 k", "1 of 20"),
            *("[all 302]", "waiting 298", "done 1", "given up 1", "split 1", "transient", "p pause", "face_0006"),
        ):
            assert words in driver.text, words
        assert all(len(line) <= size[0] for line in driver.text.splitlines())


async def test_what_happens_elsewhere_is_seen_and_the_newest_comes_first(queue: QueueRun) -> None:
    async with opened(queue) as driver:
        assert "‖ planned; r resumes it" in driver.text
        first = queue.answers()
        second = queue.answers()
        await driver.until_seen("done 2")
        await driver.until(lambda: [row.id for row in driver.queue.batches.window.rows[:2]] == [second, first])
        lease = queue.sends()
        release_run(queue.db, lease, reason="the network [is] \x1b[31mgone", elapsed_s=1, at=utc_now())
        await driver.until_seen("‖ paused: the network [is] ␛[31mgone; r resumes it")
        assert "requests/min" not in driver.text


async def test_a_lane_that_is_closed_or_waits_says_so(queue: QueueRun) -> None:
    waits = replace(LANE, name="b", waits_until="2026-11-25T10:20:30+00:00", limited=3)
    queue.sends(lanes=(replace(LANE, name="a", closed="the key was [refused]"), waits))
    async with opened(queue) as driver:
        await driver.until_seen("left out: the key was [refused]")
        await driver.until_seen("waits until 10:20:30 UTC, 3 turned away")


async def test_nothing_is_drawn_where_nothing_has_changed(queue: QueueRun) -> None:
    queue.answers()
    async with opened(queue) as driver:
        await driver.until_seen("done 1")
        await driver.until_seen("57 of 60")
        await driver.until_seen("p pause")
        looks = list[int]()
        look = driver.queue._thread.call
        drawn = [widget for widget in driver.app.screen.walk_children() if widget.id in ("head", "meters", "batches")]

        async def counted(work: object) -> object:
            looks.append(1)
            return await look(work)  # type: ignore[arg-type]

        driver.queue._thread.call = counted  # type: ignore[method-assign,assignment]
        refreshed = list[object]()
        for widget in (*drawn, driver.queue.batches):
            widget.refresh = lambda *_, widget=widget, **__: refreshed.append(widget)  # type: ignore[method-assign,assignment]
        await driver.until(lambda: len(looks) > 10)
        assert refreshed == []


async def test_a_workspace_that_cannot_be_read_is_said_and_looked_at_again(queue: QueueRun) -> None:
    async with opened(queue) as driver:
        call = driver.queue._thread.call

        async def broken(_: object) -> object:
            raise UsageError("the disk [is] away")

        driver.queue._thread.call = broken  # type: ignore[method-assign,assignment]
        await driver.until_seen("the disk [is] away")
        driver.queue._thread.call = call  # type: ignore[method-assign]
        await driver.until(lambda: "the disk" not in driver.text)


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_cursor_walks_a_long_list_of_which_only_pages_are_here(queue: QueueRun) -> None:
    queue.answers()
    async with opened(queue) as driver:
        await driver.press("G")
        await driver.until(lambda: driver.queue.batches.cursor == N_BATCHES - 1)
        await driver.until(lambda: driver.queue.batches.row is not None)
        assert driver.queue.batches.row is not None
        assert driver.queue.batches.row.first_sample == f"face_{2 * N_BATCHES - 2:04}"
        assert len(driver.queue.batches.window.rows) < N_BATCHES
        seen = set()
        while driver.queue.batches.cursor:
            await driver.press("pageup")
            await driver.until(lambda: driver.queue.batches.row is not None)
            seen.add(driver.queue.batches.row.id)
        assert len(seen) > 20
        await driver.press("j", "j", "k")
        await driver.until(lambda: driver.queue.batches.cursor == 1)
        await driver.press("g")
        await driver.until(lambda: driver.queue.batches.cursor == 0)


async def test_a_batch_that_is_looked_at_stays_under_the_cursor_while_others_come(queue: QueueRun) -> None:
    for _ in range(3):
        queue.answers()
    async with opened(queue) as driver:
        await driver.until_seen("done 3")
        await driver.press("j")
        row = driver.queue.batches.row
        assert row is not None
        for _ in range(3):
            queue.answers()
        await driver.until_seen("done 6")
        assert driver.queue.batches.row is not None
        assert driver.queue.batches.row.id == row.id


async def test_the_filter_goes_through_the_states_that_have_batches(queue: QueueRun) -> None:
    queue.answers()
    queue.refuses()
    async with opened(queue) as driver:
        await driver.until_seen("split 1")
        for state in (BatchState.WAITING, BatchState.DONE, BatchState.GIVEN_UP, BatchState.SPLIT):
            await driver.press("f")
            await driver.until_seen(f"[{state} ")
            await driver.until(lambda state=state: {row.state for row in driver.queue.batches.window.rows} == {state})  # type: ignore[misc]
        await driver.press("f")
        await driver.until_seen("[all ")
        await driver.press("F")
        await driver.until_seen("[split 1]")


async def test_a_batch_is_looked_into_with_its_attempts_and_its_relatives(queue: QueueRun) -> None:
    number = queue.refuses()
    async with opened(queue) as driver:
        await driver.until_seen("split 1")
        await driver.press("f", "f", "f")
        await driver.until_seen("[split 1]")
        await driver.until(lambda: driver.queue.batches.row is not None and driver.queue.batches.row.id == number)
        await driver.press("enter")
        await driver.until(lambda: driver.is_on(BatchScreen))
        await driver.until_seen("I can't help with that.")
        assert f"batch {number}  split  2 samples  followed by 301, 302" in driver.text
        assert "face_0000 (refused), face_0001" in driver.text
        await driver.press(">")
        await driver.until_seen(f"batch 301  given up  1 sample  part of {number}")
        await driver.press("<")
        await driver.until_seen(f"batch {number}  split")
        await driver.press("q")
        await driver.until(lambda: driver.app.screen is driver.queue)


async def test_a_click_puts_the_cursor_on_a_batch_and_another_looks_into_it(queue: QueueRun) -> None:
    async with opened(queue) as driver:
        await driver.pilot.click("BatchList", offset=(5, 3))
        await driver.until(lambda: driver.queue.batches.cursor == 3)
        await driver.pilot.click("BatchList", offset=(5, 3))
        await driver.until(lambda: driver.is_on(BatchScreen))


# ── steering ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_pause_asks_the_sender_and_says_where_there_is_none(queue: QueueRun) -> None:
    async with opened(queue) as driver:
        await driver.press("p")
        await driver.until_seen("nobody sends this run")
        queue.sends()
        await driver.press("p")
        await driver.until_seen("process 1 on here was asked")
        assert queue.asked == ["pause", "pause"]


async def test_to_stop_at_once_is_asked_before_it_is_done(queue: QueueRun) -> None:
    queue.sends()
    async with opened(queue) as driver:
        await driver.press("X")
        await driver.until(lambda: driver.is_on(QuestionScreen))
        await driver.press("n")
        assert queue.asked == []
        await driver.press("X", "y")
        await driver.until(lambda: queue.asked == ["cancel"])


async def test_limits_are_changed_line_by_line_and_an_empty_line_keeps(queue: QueueRun) -> None:
    queue.sends(given=GivenLimits(rpm=60))
    async with opened(queue) as driver:
        await driver.until_seen("being sent")
        await driver.press("l")
        await driver.until(lambda: driver.is_on(LimitsScreen))
        assert "60" in driver.text
        await driver.press("1", "2", "0", "down", "down", "down", "down", "x", "enter")
        await driver.until_seen("budget in US dollars: x is not dollars")
        await driver.press("backspace", "7", ".", "5", "enter")
        await driver.until(lambda: queue.limits == [GivenLimits(rpm=120, budget_usd=7.5)])
        await driver.press("l")
        await driver.until(lambda: driver.is_on(LimitsScreen))
        await driver.press("enter")
        await driver.until(lambda: not driver.is_on(LimitsScreen))
        assert len(queue.limits) == 1


async def test_what_costs_nothing_goes_on_unasked_and_only_where_nobody_sends(queue: QueueRun) -> None:
    async with opened(queue) as driver:
        await driver.press("r")
        await driver.until(lambda: queue.asked == ["resume 600"])
        queue.sends()
        await driver.until_seen("being sent")
        await driver.press("r")
        await driver.until_seen("sends it already")
        assert queue.asked == ["resume 600"]


async def test_to_ask_again_says_how_much_at_what_cost_where_and_under_what_licence(queue: QueueRun) -> None:
    async with opened(queue) as driver:
        await driver.press("R")
        await driver.until(lambda: driver.is_on(QuestionScreen))
        for words in ("1 sample?", "About 1 request", "api.example.com", "about $0.02", "ask [first]"):
            assert words in driver.text
        await driver.press("n")
        await driver.until(lambda: driver.app.screen is driver.queue)
        assert queue.asked == []
        await driver.press("R")
        await driver.until(lambda: driver.is_on(QuestionScreen))
        await driver.press("y")
        await driver.until(lambda: queue.asked == ["retry 1"])


async def test_what_cannot_be_done_is_said(queue: QueueRun) -> None:
    queue.limit_error = UsageError("--budget needs the price of [x]")
    async with opened(queue) as driver:
        await driver.press("l")
        await driver.until(lambda: driver.is_on(LimitsScreen))
        await driver.press("5", "enter")
        await driver.until_seen("needs the price of [x]")


async def test_all_keys_are_helped_with_and_digits_do_nothing(queue: QueueRun) -> None:
    async with opened(queue) as driver:
        await driver.press(*"1234567890")
        assert driver.app.screen is driver.queue
        await driver.press("?")
        await driver.until(lambda: driver.is_on(HelpScreen))
        await driver.until_seen("resume in a process of its own")
        await driver.press("q")
        await driver.until(lambda: driver.app.screen is driver.queue)
        await driver.press("q")
        await driver.until(lambda: not driver.app.is_running)
    assert queue.asked == []
