from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace

import pytest

from tests.tui.driving import Driver
from tests.tui.home_run import at_home
from tests.tui.review_run import CLIP_FRAMES, DrawnFrames, ReviewRun
from workbench.application.datasets import DatasetView, open_dataset
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.storage.samples import ImportedDataset, load_samples, save_dataset
from workbench.storage.workspace.database import open_workspace
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.pictures.zoom_screen import ZoomScreen
from workbench.tui.samples.dataset_screen import DatasetScreen
from workbench.tui.workbench_app import WorkbenchApp


@pytest.fixture
def view(review: ReviewRun) -> DatasetView:
    """The samples of CASME II, with drawn frames, one of them with words."""
    with closing(open_workspace(review.path)) as db:
        samples = load_samples(db, "casme2")
        spoken = replace(samples[1], text="so glad to see you", raw_label="happiness")
        dataset = ImportedDataset(review.card, review.path.parent, "2026-10-05T09:00:00+00:00", ("left out 7: blinks",))
        save_dataset(db, dataset, [samples[0], spoken, *samples[2:]])
    seen = open_dataset(review.parts.context, "casme2")
    return replace(seen, frames=DrawnFrames(review.path.parent, None, CLIP_FRAMES))


@asynccontextmanager
async def looking(view: DatasetView, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driver]:
    async with WorkbenchApp(view).run_test(size=size, notifications=True) as pilot:
        driver = Driver(pilot)
        await driver.until_seen("1/30 all")
        yield driver


def shown(driver: Driver) -> Sample | None:
    screen = next(one for one in driver.app.screen_stack if isinstance(one, DatasetScreen))
    return screen.pane.sample


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_sample_is_shown_with_its_frames_gold_and_cluster(view: DatasetView, size: tuple[int, int]) -> None:
    async with looking(view, size) as driver:
        for words in ("sub01/EP01_00f", "subject", "sub01 (subject)", "gold", "frame 5/9 (no. 64) apex", "▀"):
            await driver.until_seen(words)
        assert "sent" not in driver.text  # no run sends anything
        await driver.press("j")
        for words in ("surprised (owner: happiness)", "“so glad to see you”", "2/30"):
            await driver.until_seen(words)


async def test_frames_are_stepped_through_and_enter_shows_them_large(view: DatasetView) -> None:
    async with looking(view) as driver:
        await driver.until_seen("frame 5/9")
        await driver.press("right_square_bracket")
        await driver.until_seen("frame 6/9")
        await driver.press("enter")
        await driver.until(lambda: driver.is_on(ZoomScreen))
        await driver.press("escape")
        assert driver.is_on(DatasetScreen)


async def test_samples_are_searched_by_id_words_and_cluster(view: DatasetView) -> None:
    async with looking(view) as driver:
        await driver.press("slash", *"glad to", "enter")
        await driver.until_seen("1/1 all, “glad to”")
        await driver.press("escape")
        await driver.until_seen("2/30 all")
        await driver.press("slash", *"SUB03", "enter")
        await driver.until_seen("/3 all")
        await driver.until(lambda: (one := shown(driver)) is not None and one.cluster == "sub03")
        await driver.press("slash", "ctrl+u", *"nowhere", "enter")
        await driver.until_seen("nothing here")


async def test_f_lists_one_gold_label_with_its_count(view: DatasetView) -> None:
    async with looking(view) as driver:
        await driver.press("f")
        await driver.until(lambda: driver.is_on(ChoiceScreen))
        await driver.until_seen("any gold label")
        await driver.press("j", "j", "enter")
        await driver.until_seen("/6 all, gold surprised")
        await driver.press("escape")
        await driver.until_seen("/30 all ")


async def test_a_screen_that_was_opened_alone_ends_with_q(view: DatasetView) -> None:
    async with looking(view) as driver:
        await driver.press("o")
        await driver.until_seen("left out 7: blinks")
        await driver.press("q")
        assert driver.app._exit


async def test_from_home_enter_looks_at_a_set_without_a_run_and_d_at_any(review: ReviewRun) -> None:
    card = replace(review.card, key="mine", title="My own")
    own = [Sample(f"p{number}", "happy", "happy", MediaKind.NONE, text="what a day") for number in range(3)]
    with closing(open_workspace(review.path)) as db:
        save_dataset(db, ImportedDataset(card, review.path.parent, "2026-10-05T09:00:00+00:00", ()), own)
    async with at_home(review) as driver:
        await driver.until_seen("My own")
        await driver.press("j", "j", "enter")
        await driver.until(lambda: driver.is_on(DatasetScreen))
        await driver.until_seen("no picture: text only")
        await driver.until_seen("no run yet")
        await driver.press("q", "k", "d")
        await driver.until_seen("1/30 all")
        assert "no run yet" not in driver.text


async def test_a_sample_that_another_import_removed_is_said_and_the_list_goes_on(
    view: DatasetView, review: ReviewRun
) -> None:
    async with looking(view) as driver:
        with closing(open_workspace(review.path)) as db:
            samples = load_samples(db, "casme2")[5:]
            save_dataset(db, ImportedDataset(review.card, review.path.parent, "2026-10-05T10:00:00+00:00", ()), samples)
        await driver.press("slash", *"EP", "enter")
        await driver.until_seen("1/25 all")
