"""What changed sides between two runs, looked at in the workbench."""

from contextlib import closing
from dataclasses import replace

import pytest

from tests.building import ranked
from tests.export.worked_run import answer
from tests.tui.driving import Driver, opened
from tests.tui.review_run import ReviewRun
from workbench.application.reviews import RunReview
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.storage.cases.cases import load_rows
from workbench.storage.runs.run_records import create_run, load_run
from workbench.storage.workspace.database import open_workspace


@pytest.fixture
def changed(review: ReviewRun) -> RunReview:
    """The run beside one that has only the first sample wrong, and the fourth right."""
    with closing(open_workspace(review.path)) as db:
        cases = load_rows(db, review.run.id, range(5), "ana")
        gold = {case.sample_id: case.gold for case in cases}
        spec = replace(review.run.spec, batch_size=5, seed=1)
        other = create_run(db, "other", spec, [tuple(gold)], review.run.created_at)
        fates = {name: ranked(label) for name, label in gold.items()} | {cases[0].sample_id: ranked("others", "happy")}
        answer(db, review.card, other, fates)
        other = load_run(db, review.card.key, "other")

    return review.parts.changed_from(other)


async def seen(driver: Driver, *words: str) -> None:
    for one in words:
        await driver.until_seen(one)


async def test_the_list_holds_what_changed_sides_and_says_so(changed: RunReview) -> None:
    async with opened(changed) as driver:
        await seen(driver, "1/2 all, changed from other", "beside  other: others  ✗ wrong")
        await driver.press("j")
        await seen(driver, "2/2 all, changed from other", "✓ correct")


async def test_a_search_narrows_it_and_everything_is_a_key_away(changed: RunReview) -> None:
    async with opened(changed) as driver:
        await driver.press("slash", *"ep01_00", "enter")
        await seen(driver, "1/1 all, changed from other")
        await driver.press("escape")
        await seen(driver, "/2 all, changed from other")
        await driver.press("f", "x")
        await seen(driver, "/30 all", "beside")
        assert driver.screen.browser.wanted == CaseFilter()


async def test_the_filter_screen_counts_and_keeps_what_changed(changed: RunReview) -> None:
    async with opened(changed) as driver:
        await driver.press("f", "j", "enter")
        await seen(driver, "1/1 failures, changed from other")
        assert driver.screen.browser.wanted == CaseFilter(CaseKind.FAILURES, changed_from="other")
