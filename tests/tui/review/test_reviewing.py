import pytest
from textual.events import Paste

from tests.tui.driving import Driver, opened
from tests.tui.review_run import ReviewRun
from workbench.domain.reviews import Review, Verdict
from workbench.tui.dialogs.text_screen import LineScreen
from workbench.tui.review.verdict_screen import VerdictScreen

FIRST = "sub01/EP01_00f"


async def mine(driver: Driver, sample_id: str = FIRST) -> Review:
    return await driver.screen.session.call(lambda session: session.case(sample_id).mine)


async def test_a_letter_gives_a_verdict_and_the_line_shows_the_flag(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("m", "g")
        assert (await mine(driver)).verdict is Verdict.GOLD_DOUBTFUL
        await driver.until_seen("▸⚑✓")
        await driver.until_seen("gold doubtful")


async def test_arrows_and_enter_give_a_verdict_and_m_again_takes_it_back(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("m", "down", "down", "enter")
        assert (await mine(driver)).verdict is Verdict.BOTH_ACCEPTABLE
        await driver.until_seen("▸⚑✓")
        await driver.press("m")
        assert "▸ b  both acceptable" in driver.text
        await driver.press("c")
        assert (await mine(driver)).verdict is None
        await driver.until(lambda: "⚑" not in driver.text)


async def test_escape_leaves_the_verdict_as_it_was(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("m", "w", "m")
        assert driver.is_on(VerdictScreen)
        await driver.press("j", "escape")
        assert (await mine(driver)).verdict is Verdict.MODEL_WRONG


async def test_a_digit_labels_and_the_same_digit_takes_it_back(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.until_seen("4 surprised")
        await driver.press("4")
        assert (await mine(driver)).label == "surprised"
        await driver.until_seen("[4 surprised]")
        await driver.press("2")
        assert (await mine(driver)).label == "sad"
        await driver.press("2")
        assert (await mine(driver)).label is None
        await driver.press("3", "0")
        assert (await mine(driver)).label is None


async def test_a_digit_beyond_the_label_set_does_nothing(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("9")
        await driver.until_seen("there is no label 9")
        assert (await mine(driver)).is_empty


async def test_typing_ahead_labels_the_samples_it_walks_over(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("1", "j", "2", "j", "j", "3")
        labels = [(await mine(driver, name)).label for name in (FIRST, "sub01/EP02_01f", "sub02/EP01_03f")]
        assert labels == ["happy", "sad", "fearful"]


async def test_a_note_is_written_kept_and_written_on(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("t", *"eyes", "enter")
        assert (await mine(driver)).note == "eyes"
        await driver.until_seen("“eyes”")
        await driver.press("t", *"2", "enter")
        assert (await mine(driver)).note == "eyes2"
        await driver.press("t", "x")
        assert driver.is_on(LineScreen)
        await driver.press("escape")
        assert (await mine(driver)).note == "eyes2"


async def test_undo_says_what_it_takes_back_and_goes_to_its_sample(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("4", "5", "G", "u")
        assert driver.current == FIRST
        assert (await mine(driver)).label == "surprised"
        await driver.until_seen("is “surprised”")
        await driver.press("u", "u")
        assert (await mine(driver)).label is None
        await driver.until_seen("nothing to undo")


async def test_undo_shows_a_sample_that_the_filter_leaves_out(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("1", "f", "j", "enter", "u")
        assert driver.current == FIRST
        await driver.until_seen("1/30 all")


async def test_a_case_stays_while_it_is_looked_at_and_leaves_the_filter_with_the_cursor(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("f", "k", *["j"] * 10, "enter")
        await driver.until_seen("1/30 unreviewed")
        await driver.press("1", "t", *"wide", "enter")
        review_of_first = await mine(driver)
        assert (review_of_first.label, review_of_first.note) == ("happy", "wide")
        await driver.until_seen("“wide”")
        await driver.press("j")
        await driver.until_seen("1/29 unreviewed")
        assert driver.current == "sub01/EP02_01f"


async def test_what_others_say_stands_beside_ones_own(review: ReviewRun) -> None:
    session = review.session()
    other = type(session)(session.db, session.run, session.card, "boris", session.now)
    other.set_verdict(FIRST, Verdict.UNSURE)
    other.set_note(FIRST, "blurred")
    session.db.close()
    async with opened(review.parts) as driver:
        await driver.until_seen("boris  unsure  “blurred”")
        assert "⚑" not in driver.text


@pytest.mark.parametrize(("key", "field"), [("t", "note"), ("T", "tags")])
async def test_a_text_of_several_lines_is_pasted_whole(review: ReviewRun, key: str, field: str) -> None:
    async with opened(review.parts) as driver:
        await driver.press(key)
        driver.app.post_message(Paste("one two\r\nthree\n\n5\nq\n"))
        await driver.until_seen("one two three 5 q")
        await driver.press("enter")
        assert getattr(await mine(driver), field) == (
            "one two three 5 q" if field == "note" else ("one", "two", "three", "5", "q")
        )
