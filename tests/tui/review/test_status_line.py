from dataclasses import replace

import pytest

from tests.tui.driving import Driver, opened
from tests.tui.review_run import ReviewRun
from workbench.domain.cases import CaseFilter, CaseKind

LONG = CaseFilter(CaseKind.FAILURES, gold="surprised", search="f")


def top_line(driver: Driver) -> str:
    return driver.text.split("\n")[0]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_it_says_run_filter_and_rules_at_any_width(review: ReviewRun, width: int) -> None:
    run = replace(review.parts.run, name="a-run-with-" + "a-very-" * 3 + "long-name")
    async with opened(replace(review.parts, run=run, wanted=LONG), size=(width, 24)) as driver:
        line = top_line(driver)
        assert "a-run-w" in line
        assert str(LONG)[:7] in line
        assert "strict" in line


async def test_what_does_not_fit_is_left_out_from_the_least_on(review: ReviewRun) -> None:
    seen = {}
    for width in (30, 45, 120):
        async with opened(review.parts, size=(width, 24)) as driver:
            await driver.until_seen("1/30")
            seen[width] = top_line(driver)
    assert "main  1/30 all  strict" in seen[30]
    assert "CASME II" not in seen[30]
    assert "CASME II / main  1/30 all  strict" in seen[45]
    assert "ana" in seen[45]
    assert "reviewed" not in seen[45]
    assert "schematic-baseline" in seen[120]
    assert "reviewed 0, left 30" in seen[120]


async def test_it_follows_the_filter_and_the_place(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("slash", *"sub02", "enter")
        await driver.until(lambda: "1/3 all, “sub02”" in top_line(driver))
        await driver.press("j")
        await driver.until(lambda: "2/3 all, “sub02”" in top_line(driver))
        await driver.press("escape")
        await driver.until(lambda: "/30 all" in top_line(driver))
