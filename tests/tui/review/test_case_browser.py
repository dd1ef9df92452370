"""The list follows what is typed, said and stored, and nothing jumps under the cursor."""

from contextlib import closing

import pytest
from textual.geometry import Offset

from tests.tui.driving import opened
from tests.tui.review_run import ReviewRun
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.storage.workspace.database import open_workspace, transaction
from workbench.tui.review.case_list import CaseList
from workbench.tui.review.filter_screen import FilterScreen
from workbench.tui.review.search_screen import SearchScreen


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


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_first_look_says_what_is_reviewed_by_whom_and_where_one_stands(
    review: ReviewRun, size: tuple[int, int]
) -> None:
    async with opened(review.parts, size=size) as driver:
        for words in ("CASME II", "main", "schematic-baseline", "ana", "1/30 all", "frame 5/9 (no. 64) apex, sent"):
            assert words in driver.text


async def test_letters_and_arrows_walk_and_g_goes_to_the_ends(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("j", "down", "j", "k", "up")
        assert driver.current == "sub01/EP02_01f"
        await driver.press("G")
        assert driver.current == "sub10/EP03_29f"
        await driver.press("g")
        assert driver.current == "sub01/EP01_00f"
        await driver.press("k")
        assert driver.current == "sub01/EP01_00f"


async def test_pages_and_half_pages_keep_the_cursor_in_view(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        cases = driver.screen.cases
        view = cases.size.height
        await driver.press("pagedown")
        assert cases.cursor == view - 1
        await driver.press("pagedown", "pagedown", "pagedown")
        assert cases.cursor == 29
        await driver.press("ctrl+u")
        assert cases.cursor == 29 - round((view - 1) / 2)
        await driver.press("pageup", "pageup", "ctrl+d")
        assert cases.cursor == round((view - 1) / 2)
        await driver.until_seen(f"{cases.cursor + 1}/30")


async def test_n_goes_from_failure_to_failure_and_back(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("n")
        assert driver.current == "sub02/EP01_03f"
        await driver.press("n", "n", "n")
        assert driver.current == "sub03/EP03_08f"
        await driver.press("N")
        assert driver.current == "sub03/EP01_06f"
        await driver.press("g", "N")
        await driver.until_seen("no failure further up")


async def test_search_follows_the_fingers_and_enter_keeps_it(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("slash", *"sub03")
        await driver.until(lambda: driver.screen.cases.listing.count == 3)
        assert driver.is_on(SearchScreen)
        await driver.press("enter")
        await driver.until_seen("1/3 all, “sub03”")
        await driver.press("escape")
        await driver.until_seen("7/30 all")
        assert driver.current == "sub03/EP01_06f"


async def test_escape_clears_a_search_that_is_being_written(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("slash", *"sub03")
        await driver.until(lambda: driver.screen.cases.listing.count == 3)
        await driver.press("escape")
        await driver.until_seen("/30 all")


async def test_a_search_with_enter_is_done_before_the_next_key(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("slash", *"bewildered", "enter", "1")
        review_of = driver.screen.session.call
        labelled = await review_of(lambda session: session.case("sub08/EP01_21f").mine.label)
        assert labelled == "happy"


async def test_digits_and_letters_in_a_search_are_only_text(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("slash", *"1q?xr", "enter")
        assert driver.screen.browser.wanted.search == "1q?xr"
        await driver.until_seen("nothing here")
        mine = await driver.screen.session.call(lambda session: session.case("sub01/EP01_00f").mine)
        assert mine.is_empty


async def test_the_filter_joins_kind_gold_and_answer(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("f")
        assert driver.is_on(FilterScreen)
        await driver.press("j", "l", "j", "tab", "k", "enter")
        assert driver.screen.browser.wanted == CaseFilter(CaseKind.FAILURES, gold="happy")
        await driver.until_seen("1/1 failures, gold happy")
        assert driver.current == "sub02/EP03_05f"


async def test_every_kind_of_case_can_be_listed(review: ReviewRun) -> None:
    expected = dict.fromkeys(CaseKind, 1) | {
        CaseKind.ALL: 30,
        CaseKind.FAILURES: 10,
        CaseKind.WRONG: 3,
        CaseKind.REFUSED: 2,
        CaseKind.FLAGGED: 0,
        CaseKind.UNREVIEWED: 30,
    }
    async with opened(review.parts) as driver:
        for kind, count in expected.items():
            await driver.screen.browser.show_list(CaseFilter(kind))
            assert driver.screen.cases.listing.count == count


async def test_the_filter_counts_its_kinds_and_closes_without_a_change(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("f")
        await driver.until(lambda: any("unreviewed" in line and " 30" in line for line in driver.text.splitlines()))
        await driver.press("j", "q")
        assert driver.screen.browser.wanted == CaseFilter()


async def test_a_click_on_a_line_goes_there(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.pilot.click(CaseList, offset=Offset(6, 5))
        assert driver.current == "sub02/EP03_05f"
        await driver.until_shown()


async def test_marks_tell_every_status_without_colour(review: ReviewRun) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        text = driver.text
        for mark in (
            "✓ sub01/EP01_00f",
            "✗ sub02/EP01_03f",
            "R sub02/EP03_05f",
            "? sub03/EP03_08f",
            "– sub05/EP02_13f",
        ):
            assert mark in text
        for mark in ("! sub06/EP02_16f", "∉ sub08/EP01_21f", "! sub09/EP01_24f", "· sub10/EP02_28f"):
            assert mark in text


async def test_a_storm_of_sizes_breaks_nothing(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        for width, height in ((20, 6), (200, 60), (1, 1), (40, 10), (80, 24)):
            await driver.pilot.resize_terminal(width, height)
            await driver.press("j")
        await driver.until_shown()
        assert driver.current == "sub02/EP03_05f"
