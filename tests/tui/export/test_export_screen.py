from dataclasses import replace
from pathlib import Path

from tests.tui.driving import opened
from tests.tui.review_run import ReviewRun
from workbench.tui.export.export_screen import ExportScreen


async def test_x_offers_everything_and_enter_writes_it(review: ReviewRun) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("x")
        assert driver.is_on(ExportScreen)
        for words in ("[x] metrics", "[x] csv", "[ ] html", "(•) strict", "signed agreement"):
            await driver.until_seen(words)
        await driver.press("enter")
        await driver.until(lambda: "attempts.csv" in "".join(driver.text.split()))  # a long path is folded
        await driver.press("y")
        assert driver.app.clipboard.count("\n") == 5
        written = [Path(line) for line in driver.app.clipboard.splitlines()]
        assert all(path.is_file() for path in written)
        await driver.press("q")
        assert not driver.is_on(ExportScreen)


async def test_what_is_dropped_is_not_written_and_the_folder_can_be_another(review: ReviewRun, tmp_path: Path) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("x", *["space", "j"] * 5, "l", "space", "j", "space")
        await driver.press("f", "ctrl+u", *str(tmp_path / "else"), "enter", "enter")
        await driver.until((tmp_path / "else" / "casme2" / "main" / "attempts.jsonl").is_file)
        assert [path.name for path in (tmp_path / "else").rglob("*.*")] == ["attempts.jsonl"]


async def test_pictures_without_a_report_and_nothing_at_all_are_refused(review: ReviewRun) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("x", "l", *["j"] * 6, "space", "enter")
        await driver.until_seen("choose html, too")
        await driver.press(*["k"] * 6, "space", "enter")
        await driver.until_seen("space chooses")


async def test_an_export_that_fails_is_a_notice(review: ReviewRun) -> None:
    in_the_way = review.path.parent / "a file"
    in_the_way.touch()
    settings = replace(review.parts.context.settings, exports=in_the_way)
    parts = replace(review.parts, context=replace(review.parts.context, settings=settings))
    async with opened(parts, size=(120, 40)) as driver:
        await driver.press("x", "enter")
        await driver.until_seen("--out")
        assert driver.is_on(ExportScreen)


async def test_a_click_chooses(review: ReviewRun) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("x")
        await driver.pilot.click("TickColumn", offset=(3, 1))
        await driver.until_seen("[ ] predictions")
