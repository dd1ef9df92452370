from tests.tui.driving import opened
from tests.tui.home_run import with_other_run
from tests.tui.review_run import ReviewRun
from workbench.domain.cases import CaseFilter
from workbench.tui.compare.compare_screen import CompareScreen
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.review.review_screen import ReviewScreen


async def test_a_comparison_shows_differences_tests_and_what_changed_sides(review: ReviewRun) -> None:
    with_other_run(review)
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("C")
        await driver.until(lambda: driver.is_on(ChoiceScreen))
        await driver.press("enter")
        await driver.until(lambda: driver.is_on(CompareScreen))
        for words in ("exact McNemar: 1 right in A alone, 1 in B alone", "sub01/EP01_00f", "2 samples changed sides"):
            await driver.until_seen(words)
        await driver.press("p")
        await driver.until_seen("protocol answered")
        await driver.press("G", "enter")
        await driver.until_seen("2/2 all, changed from other")


async def test_another_run_stands_beside_with_its_ranking_and_leaves_again(review: ReviewRun) -> None:
    with_other_run(review)
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("n", "equals_sign")
        await driver.until(lambda: driver.is_on(ChoiceScreen))
        await driver.press("enter")
        await driver.until_seen("main beside other")
        await driver.until_seen("other: ")
        assert driver.current == "sub02/EP01_03f"
        await driver.press("g")
        await driver.until_seen("others  ✗ wrong")
        await driver.until_seen("2 happy ◂ gold")
        await driver.press("equals_sign")
        await driver.until(lambda: "beside" not in driver.text)
        assert isinstance(driver.app.screen, ReviewScreen)
        assert driver.screen.browser.wanted == CaseFilter()


async def test_a_lone_run_has_nothing_to_be_compared_with(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("C")
        await driver.until_seen("has no other run")
