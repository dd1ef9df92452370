"""The list follows what is typed, said and stored, and nothing jumps under the cursor."""

from contextlib import closing

from tests.tui.driving import opened
from tests.tui.review_run import ReviewRun
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.storage.workspace.database import open_workspace, transaction


async def test_e_goes_to_the_next_failure_of_the_same_kind_and_back(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("n", "e")
        assert driver.current == "sub04/EP03_11f"
        await driver.press("e")
        assert driver.current == "sub07/EP02_19f"
        await driver.press("e")
        await driver.until_seen("no other wrong further down")
        await driver.press("E", "E")
        assert driver.current == "sub02/EP01_03f"


async def test_a_sample_that_is_no_failure_has_no_kind(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("e")
        await driver.until_seen("is no failure")
        assert driver.current == "sub01/EP01_00f"


async def test_a_search_that_is_given_up_leaves_the_list_and_the_cursor_as_they_were(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("slash", *"f", "enter", "j", "j", "j")
        assert driver.current == "sub02/EP01_03f"
        await driver.press("slash", *"zz")
        await driver.until(lambda: driver.screen.cases.listing.count == 0)
        await driver.press("escape")
        await driver.until_seen("4/30 all, “f”")
        assert driver.current == "sub02/EP01_03f"


async def test_a_search_looks_from_where_it_was_begun(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("j", "slash", *"sub09", "enter")
        assert driver.current == "sub09/EP01_24f"
        await driver.press("escape", "g", "j", "slash", *"sub0", "enter")
        assert driver.current == "sub01/EP02_01f"


async def test_n_stays_in_what_is_filtered(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.screen.browser.show_list(CaseFilter(CaseKind.FAILURES, gold="happy"))
        first = driver.current
        await driver.press("n")
        await driver.until_seen("no failure further down")
        assert driver.current == first


async def test_what_others_store_comes_into_view_and_the_cursor_stays(review: ReviewRun) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("G")
        await driver.until_seen("· sub10/EP03_29f")
        with closing(open_workspace(review.path)) as db, transaction(db):
            db.conn.execute(
                "UPDATE prediction SET status = 'refused', failure = 'refused', ranking = '[]' WHERE position = 29"
            )
        await driver.until_seen("R sub10/EP03_29f")
        await driver.until(lambda: (case := driver.screen.pane.case) is not None and case.result.failure == "refused")
        assert driver.current == "sub10/EP03_29f"


async def test_a_list_that_is_still_being_looked_for_is_whole_before_its_end_is_gone_to(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        screen = driver.screen
        screen.browser._far.submit(lambda reader: reader.count(CaseFilter(CaseKind.FAILURES)))
        await driver.press("slash", *"sub0", "enter", "G")
        assert driver.current == "sub09/EP03_26f"
        assert screen.cases.listing.is_whole


async def test_after_undo_the_cursor_is_at_what_was_undone_and_the_list_counts_it(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.screen.browser.show_list(CaseFilter(CaseKind.UNREVIEWED))
        await driver.press("1", "j")
        await driver.until_seen("1/29 unreviewed")
        await driver.press("u")
        await driver.until_seen("1/30 unreviewed")
        assert driver.current == "sub01/EP01_00f"
