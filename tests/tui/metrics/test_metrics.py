from dataclasses import replace

from tests.tui.driving import opened
from tests.tui.review_run import ReviewRun
from workbench.application.scores import score_run
from workbench.tui.metrics.metrics_pages import published_page
from workbench.tui.metrics.metrics_screen import MetricsScreen
from workbench.tui.widgets.drawn_text import bar, interval_line, signed_line, table


async def test_figures_stand_with_intervals_beside_baselines_and_the_paper(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("M")
        for words in ("protocol strict", "60.00", " to ", "majority", "guessing", "14.64", "planned 30, answered 22"):
            await driver.until_seen(words)


async def test_p_goes_through_the_protocols_and_the_choice_stays(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("M", "p")
        await driver.until_seen("protocol answered")
        await driver.until_seen("counted 22")
        await driver.press("q")
        await driver.until_seen("all  answered")
        await driver.press("M")
        await driver.until_seen("protocol answered")


async def test_views_follow_each_other_by_key_and_by_click(review: ReviewRun) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("M", "tab")
        await driver.until_seen("●")
        await driver.until_seen("refused")
        await driver.press("tab")
        await driver.until_seen("gold down")
        await driver.press("tab")
        await driver.until_seen("▸ main")
        await driver.until_seen("GPT-4V")
        await driver.press("tab")
        await driver.until_seen("by class")
        await driver.pilot.click("ViewsLine", offset=(3, 0))
        await driver.until_seen("majority")


async def test_the_matrix_shows_counts_or_shares(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("c")
        assert driver.is_on(MetricsScreen)
        await driver.until_seen("[5]✓")
        await driver.press("percent_sign")
        await driver.until_seen("[83%]✓")
        await driver.until_seen("83.33 % of the row")


def test_bars_and_lines_are_as_long_as_what_they_show() -> None:
    assert bar(0.5, 4) == "██  "
    assert bar(None, 3) == "   "
    assert bar(1.7, 3) == "███"
    assert interval_line(0.5, 0.25, 0.75, 9) == "··├─●─┤··"
    assert interval_line(None, None, None, 3) == "···"
    assert signed_line(0.0, -0.5, 0.5, 9, 1.0) == "··├─●─┤··"


def test_a_table_keeps_to_its_width_whatever_is_in_it() -> None:
    drawn = table(("name", "value"), [("x" * 100, "1.00"), ("y\x1b[2J", "2.00")], 30).plain
    assert all(len(line) <= 30 for line in drawn.splitlines())
    assert "\x1b" not in drawn
    assert "1.00" in drawn


def test_a_runs_name_is_made_harmless_among_the_published_methods(review: ReviewRun) -> None:
    scores = score_run(review.parts.context, review.run)
    page = published_page(replace(scores, run="\x1b]0;PWNED\x07[/bold]"), 80).plain
    assert "▸ ␛]0;PWNED␇[/bold]" in page
    assert "\x1b" not in page
