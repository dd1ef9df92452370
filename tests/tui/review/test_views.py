from dataclasses import replace
from pathlib import Path
from threading import Event

from textual.geometry import Offset

from tests.tui.driving import opened
from tests.tui.review_run import Clock, Planned, ReviewRun, review_run
from workbench.application.reviews import Case, ReviewSession, RunReview
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.samples import Frame, MediaKind, Sample
from workbench.domain.predictions import PredictionStatus
from workbench.errors import DataError
from workbench.storage.workspace.database import open_workspace
from workbench.tui.attempts.attempts_screen import AttemptsScreen
from workbench.tui.dialogs.help_screen import HelpScreen
from workbench.tui.metrics.confusion_pane import ConfusionGrid
from workbench.tui.metrics.metrics_screen import MetricsScreen
from workbench.tui.pictures.zoom_screen import ZoomScreen
from workbench.tui.review.prediction_pane import PredictionPane


async def test_brackets_step_through_the_frames_and_around(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        frames = driver.screen.pane.frames
        await driver.press("right_square_bracket")
        await driver.until_seen("frame 6/9 (no. 65) not sent")
        for _ in range(2):
            await driver.press("left_square_bracket")
            await driver.until(lambda: frames.is_settled)
        await driver.until_seen("frame 4/9")
        for _ in range(3):
            await driver.press("left_square_bracket")
            await driver.until(lambda: frames.is_settled)
        await driver.until_seen("frame 1/9 (no. 60) onset, not sent")
        await driver.press("left_square_bracket")
        await driver.until_seen("frame 9/9 (no. 68) offset, not sent")


async def test_space_plays_from_the_apex_and_stops(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("space")
        await driver.until(lambda: "▶ frame" in driver.text and "▶ frame 5/9" not in driver.text)
        await driver.press("space")
        await driver.until(lambda: "▶" not in driver.text and driver.screen.pane.frames.is_settled)


async def test_z_enlarges_the_picture_and_any_other_key_goes_back(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("z")
        assert driver.is_on(ZoomScreen)
        await driver.until_seen("frame 5/9 (no. 64) apex, sent")
        await driver.press("right_square_bracket")
        await driver.until_seen("frame 6/9")
        await driver.press("1")
        assert not driver.is_on(ZoomScreen)
        mine = await driver.screen.session.call(lambda session: session.case("sub01/EP01_00f").mine)
        assert mine.is_empty


async def test_words_stand_where_no_picture_can_go(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("slash", *"16f", "enter")
        await driver.until_seen("frame 62 cannot be decoded")
        assert "bad media" in driver.text


async def test_a_broken_picture_is_said_and_the_next_one_is_drawn(review: ReviewRun) -> None:
    def torn(sample: Sample, index: int, longest_px: int) -> Frame:
        frame = review.parts.frames.frame(sample, index, longest_px)
        return replace(frame, data=frame.data[:60]) if sample.id.endswith("00f") else frame

    async with opened(review.parts.drawn_by(torn)) as driver:
        await driver.until_seen("cannot be drawn")
        await driver.press("j")
        await driver.until_seen("frame 5/9")


async def test_attempts_show_the_whole_reply_and_the_prompt(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("n", "n", "a")
        assert driver.is_on(AttemptsScreen)
        for words in ("sub02/EP03_05f", "refused", "1.2 s", "then keep", "identifying emotions.", "Which emotion?"):
            await driver.until_seen(words)
        await driver.press("escape", "r")
        await driver.until_seen("2 attempts  answered")
        await driver.press("a")
        await driver.until_seen("attempt 2 of 2")
        await driver.press("left_square_bracket")
        await driver.until_seen("attempt 1 of 2")
        await driver.press("q")
        assert not driver.is_on(AttemptsScreen)


async def test_a_sample_nobody_asked_about_has_no_attempts(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("G", "a")
        await driver.until_seen("no model has been asked about it")


async def test_a_cell_of_the_matrix_lists_its_samples(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("c")
        assert driver.is_on(MetricsScreen)
        await driver.until_seen("[5]✓")
        assert "word" in driver.text
        assert "answ" in driver.text
        await driver.press("down", "enter")
        assert driver.screen.browser.wanted == CaseFilter(gold="surprised", predicted="happy")
        await driver.until_seen("1/1 all, gold surprised")


async def test_the_last_columns_list_other_words_and_samples_without_an_answer(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("c", "j", *["l"] * 8)
        await driver.until_seen("2  gold surprised, answer no answer")
        await driver.press("enter")
        assert driver.screen.browser.wanted == CaseFilter(gold="surprised", predicted="")
        assert driver.screen.cases.listing.count == 2
        await driver.press("c", "j", *["l"] * 8, "h", "enter")
        assert driver.screen.browser.wanted == CaseFilter(CaseKind.OUT_OF_VOCABULARY, gold="surprised")
        assert driver.current == "sub08/EP01_21f"


async def test_two_clicks_on_a_cell_list_its_samples(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("c")
        await driver.pilot.click(ConfusionGrid, offset=Offset(20, 3))
        await driver.pilot.click(ConfusionGrid, offset=Offset(20, 3))
        await driver.until(lambda: driver.screen.browser.wanted == CaseFilter(gold="surprised", predicted="happy"))


async def test_help_lists_keys_and_the_palette_offers_the_same_commands(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("question_mark")
        assert driver.is_on(HelpScreen)
        await driver.until_seen("next failure")
        await driver.press("question_mark", "ctrl+p", *"matrix")
        await driver.until_seen("the confusion matrix")
        await driver.press("enter")
        await driver.until(lambda: driver.is_on(MetricsScreen))


async def test_the_palette_labels_too(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("ctrl+p", *"label fearful")
        await driver.until_seen("label fearful  3")
        await driver.press("enter")
        await driver.until_seen("[3 fearful]")


async def test_labels_that_fold_into_classes_say_so(tmp_path: Path) -> None:
    card = CARDS["artphoto"]
    sample = Sample("a/1.jpg", "amused", "amusement", MediaKind.IMAGE, path="a/1.jpg")
    plan = [Planned(sample, PredictionStatus.RANKED, ("sad", "content", "amused"))]
    review = review_run(tmp_path, card, plan)
    async with opened(review.parts) as driver:
        await driver.until_seen("amused (positive)")
        await driver.until_seen("2 content (positive) ◂ gold")
        await driver.until_seen("one picture, sent")


async def test_a_sample_of_words_alone_shows_them_and_says_there_is_no_picture(tmp_path: Path) -> None:
    card = CARDS["chsims"]
    sample = Sample("v/1", "neutral", "0.0", MediaKind.NONE, text="It is what it is.", score=0.0)
    plan = [Planned(sample, PredictionStatus.RANKED, ("neutral", "negative"))]
    review = review_run(tmp_path, card, plan)
    async with opened(review.parts) as driver:
        await driver.until_seen("no picture: text only")
        await driver.until_seen("“It is what it is.”")
        await driver.until_seen("neutral (negative), not scored")


async def test_a_case_that_cannot_be_read_is_a_notice(review: ReviewRun) -> None:
    is_torn = Event()

    class TornSession(ReviewSession):
        def case(self, sample_id: str) -> Case:
            if is_torn.is_set():
                raise DataError("the workspace is torn; restore a copy")
            return super().case(sample_id)

    def torn_session(_: RunReview) -> ReviewSession:
        return TornSession(open_workspace(review.path), review.run, review.card, "ana", Clock())

    async with opened(replace(review.parts, session=torn_session)) as driver:
        is_torn.set()
        await driver.press("j")
        await driver.until_seen("torn")


async def test_at_80_columns_nothing_stands_between_the_frame_and_the_answer(review: ReviewRun) -> None:
    async with opened(review.parts, size=(80, 24)) as driver:
        pane = driver.screen.pane
        assert (pane.frames.size.height, driver.screen.query_one(PredictionPane).region.y) == (13, 14)
