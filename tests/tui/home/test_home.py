from tests.tui.home_run import at_home, with_other_run
from tests.tui.review_run import ReviewRun
from workbench.domain.cases import CaseFilter
from workbench.tui.compare.compare_screen import CompareScreen
from workbench.tui.dialogs.help_screen import HelpScreen
from workbench.tui.export.export_screen import ExportScreen
from workbench.tui.home.home_screen import HomeScreen
from workbench.tui.metrics.metrics_screen import MetricsScreen
from workbench.tui.queue.queue_screen import QueueScreen
from workbench.tui.review.review_screen import ReviewScreen


async def test_home_lists_data_sets_with_runs_progress_and_score(review: ReviewRun) -> None:
    async with at_home(review, size=(120, 40)) as driver:
        for words in ("CASME II", "30 of 247 samples", "main", "paused 28/30", "accuracy  60.00"):
            await driver.until_seen(words)
        assert "not imported; i imports it" in driver.text


async def test_enter_reviews_a_run_and_q_comes_back_home(review: ReviewRun) -> None:
    async with at_home(review) as driver:
        await driver.press("j", "enter")
        await driver.until(lambda: driver.is_on(ReviewScreen))
        await driver.until_seen("1/30 all")
        await driver.press("q")
        await driver.until(lambda: driver.is_on(HomeScreen))
        await driver.press("q")
        assert driver.app._exit


async def test_a_data_set_without_a_run_says_what_to_do(review: ReviewRun) -> None:
    async with at_home(review) as driver:
        await driver.press("G", "M")
        await driver.until_seen("cmumosi has no run yet")
        assert driver.is_on(HomeScreen)
        await driver.press("enter")
        await driver.until_seen("CMU-MOSI is looked for")


async def test_a_cell_of_a_runs_matrix_opens_its_review(review: ReviewRun) -> None:
    async with at_home(review) as driver:
        await driver.press("j", "c")
        await driver.until(lambda: driver.is_on(MetricsScreen))
        await driver.press("j", "enter")
        await driver.until(lambda: driver.is_on(ReviewScreen))
        screen = driver.app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.browser.wanted == CaseFilter(gold="surprised", predicted="happy")


async def test_a_marked_run_is_compared_with_a_second_one(review: ReviewRun) -> None:
    with_other_run(review)
    async with at_home(review) as driver:
        await driver.until_seen("other")
        await driver.press("j", "equals_sign")
        await driver.until_seen("* ")
        await driver.press("j", "equals_sign")
        await driver.until(lambda: driver.is_on(CompareScreen))
        await driver.until_seen("2 samples changed sides")
        await driver.press("enter")
        await driver.until(lambda: driver.is_on(ReviewScreen))
        await driver.until_seen("changed from")


async def test_every_key_of_home_leads_somewhere(review: ReviewRun) -> None:
    async with at_home(review) as driver:
        await driver.press("j", "x")
        assert driver.is_on(ExportScreen)
        await driver.press("escape", "question_mark")
        assert driver.is_on(HelpScreen)
        await driver.press("q", "s")
        await driver.until(lambda: driver.is_on(QueueScreen))
        await driver.press("q", "r", "ctrl+t")
        assert driver.app.theme == "emowb-light"


async def test_the_help_does_what_is_chosen_in_it(review: ReviewRun) -> None:
    async with at_home(review) as driver:
        await driver.press("j", "question_mark", "slash", *"metrics of", "enter", "enter")
        await driver.until(lambda: driver.is_on(MetricsScreen))


async def test_a_click_moves_and_a_second_one_opens(review: ReviewRun) -> None:
    async with at_home(review) as driver:
        await driver.pilot.click("LineList", offset=(10, 1))
        await driver.pilot.click("LineList", offset=(10, 1))
        await driver.until(lambda: driver.is_on(ReviewScreen))
