"""The form of a new run: what it shows, what it refuses, and the run that comes of it."""

import pytest

from tests.cli.processes import PlannedRun
from tests.tui.driving import Driver
from tests.tui.new_run.conftest import at_form, context_of
from workbench.application.context import Context
from workbench.application.home import NewRunStart
from workbench.application.runs import choose_run
from workbench.domain.runs import RunState
from workbench.storage.run_lines import line_folder, place_in_line
from workbench.tui.dialogs.question_screen import QuestionScreen
from workbench.tui.home.home_screen import HomeScreen
from workbench.tui.new_run.first_request_screen import FirstRequestScreen
from workbench.tui.new_run.new_run_screen import NewRunScreen
from workbench.tui.queue.queue_screen import QueueScreen
from workbench.tui.workbench_app import WorkbenchApp

FRAMES, BATCH_SIZE, LIMIT, ORDER, AXIS, NAME, RPM = 5, 7, 8, 9, 10, 12, 13
"""Tabs from the first field."""


async def test_two_keys_from_home_send_a_run_with_defaults_by_a_process_of_its_own(place: PlannedRun) -> None:
    async with at_form(place) as (driver, screen):
        await driver.until_seen("40 samples, 2 requests")
        await agree(driver)
        await driver.until_seen("40 of 40 samples")
        await driver.until_seen("done")
    run = choose_run(screen.context, "rafdb", "scripted")
    assert (run.state, run.spec.model, run.spec.batch_size) == (RunState.DONE, "scripted", 20)


async def test_the_estimate_and_the_command_follow_every_change(place: PlannedRun) -> None:
    async with at_form(place) as (driver, _):
        await driver.press(*["tab"] * BATCH_SIZE, *"4")
        await driver.until_seen("40 samples, 10 requests")
        await driver.press("tab", *"10")
        await driver.until_seen("10 samples, 3 requests")
        await driver.press("tab", *"reversed")
        await driver.until_seen("--batch-size 4 --limit 10 --option-order reversed")


async def test_wrong_input_is_said_beside_its_field_and_nothing_is_sent(place: PlannedRun) -> None:
    async with at_form(place) as (driver, screen):
        await driver.press(*["tab"] * LIMIT, *"ten", "enter")
        await driver.until_seen("✗ a whole number")
        assert driver.is_on(NewRunScreen)
        assert screen.field is not None
        assert screen.field.title == "samples"
        await driver.press(*["backspace"] * 3, *"10")
        await agree(driver)


async def test_a_name_that_is_taken_is_refused_and_a_free_one_is_proposed(place: PlannedRun) -> None:
    place.place.plan(name="scripted")
    async with at_form(place) as (driver, _):
        await driver.until_seen("--name scripted-2")
        await driver.press(*["tab"] * NAME, *"main")
        await driver.until_seen("✗ taken")
        await driver.until_seen("there is a run main already")


async def test_an_endpoint_without_its_key_says_which_variable_to_set(place: PlannedRun) -> None:
    async with at_form(place) as (driver, _):
        await driver.press("tab", "space")
        await driver.until_seen("keyed")
        await driver.press("escape")
        for _ in range(9):
            await driver.press("right")
            if "keyed" in driver.text:
                break
        await driver.until_seen("✗ THE_KEY is not set")


async def test_the_same_form_plans_an_ablation(place: PlannedRun) -> None:
    async with at_form(place) as (driver, screen):
        await driver.press(*["tab"] * AXIS, *["right"] * 4)
        await driver.until_seen("✗ several: 1,2,3")
        await driver.press(*["shift+tab"] * (AXIS - BATCH_SIZE), *"10,20")
        await driver.until_seen("80 samples in 2 runs, 6 requests")
        await driver.until_seen("emowb ablate rafdb --batch-size 10,20")
        await agree(driver)
        await driver.until(lambda: is_done(screen.context, "scripted.batch-size=20"))


async def test_colours_are_compared_without_writing_them(place: PlannedRun) -> None:
    async with at_form(place) as (driver, _):
        await driver.press(*["tab"] * AXIS, "right")
        await driver.until_seen("80 samples in 2 runs")
        await driver.until_seen("emowb ablate rafdb --colour rgb,grey")


async def test_the_first_request_is_shown_in_its_very_words_and_pictures(place: PlannedRun) -> None:
    async with at_form(place) as (driver, _):
        await driver.press("f3")
        await driver.until(lambda: driver.is_on(FirstRequestScreen))
        await driver.until_seen("picture 1 of 20")
        await driver.until_seen("Sample s01:")
        await driver.press("right")
        await driver.until_seen("picture 2 of 20")
        await driver.press("escape")
        assert driver.is_on(NewRunScreen)


async def test_keys_that_come_at_once_are_not_lost_between_fields(place: PlannedRun) -> None:
    async with at_form(place) as (_driver, screen):
        for _ in range(RPM):
            screen.action_field(1)
        assert screen.field is not None
        assert screen.field.title == "requests/min"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_everything_is_to_be_seen_without_a_scroll(place: PlannedRun, size: tuple[int, int]) -> None:
    async with at_form(place, size=size) as (driver, screen):
        for words in (*(field.title for field in screen.fields), "emowb run rafdb", "Esc"):
            assert words in driver.text


async def agree(driver: Driver) -> None:
    """Send it, and say yes to a model that was never probed."""
    await driver.press("enter")
    await driver.until(lambda: driver.is_on(QuestionScreen))
    await driver.until_seen("was never probed")
    await driver.press("y")
    await driver.until(lambda: driver.is_on(QueueScreen))


def is_done(context: Context, name: str) -> bool:
    return choose_run(context, "rafdb", name).state is RunState.DONE


async def test_a_second_run_at_an_endpoint_waits_in_line(place: PlannedRun) -> None:
    folder = line_folder(place.place.path, "scripted")
    async with at_form(place) as (driver, screen):
        with place_in_line(folder, "rafdb / another", waits=False, tell=print):
            await agree(driver)
            await driver.until_seen("waits in line behind rafdb / another")
            await driver.press("r")
            await driver.until_seen("it waits in line")
            assert not place.endpoint.asked
        await driver.until(lambda: is_done(screen.context, "scripted"))


async def test_the_workbench_can_open_with_the_form_filled_in(place: PlannedRun) -> None:
    async with WorkbenchApp(NewRunStart(context_of(place), "rafdb")).run_test(size=(80, 24)) as pilot:
        driver = Driver(pilot)
        await driver.until_seen("40 samples, 2 requests")
        await driver.press("escape")
        await driver.until(lambda: driver.is_on(HomeScreen))
