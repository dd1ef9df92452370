from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from threading import Event

from tests.tui.driving import opened
from tests.tui.review_run import ReviewRun
from tests.waiting import PATIENCE_S
from workbench.domain.cases import CaseKind
from workbench.domain.events import RunEvent
from workbench.errors import EndpointError
from workbench.tui.dialogs.question_screen import QuestionScreen


def failing(error: Exception) -> Callable[[Sequence[str]], Generator[RunEvent]]:
    def ask(sample_ids: Sequence[str]) -> Generator[RunEvent]:
        if sample_ids:
            raise error
        yield from ()

    return ask


async def test_a_refused_sample_is_asked_again_and_shown_in_place(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("n", "n", "r")
        await driver.until(lambda: not driver.screen.retries.sample_ids)
        await driver.until_seen("2 attempts  answered")
        assert driver.current == "sub02/EP03_05f"
        await driver.until_seen("▸ ✓")


async def test_an_answered_case_stays_in_its_filter_until_the_cursor_moves_on(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("f", "j", "j", "j", "enter")
        await driver.until_seen("1/2 refused")
        await driver.press("r")
        await driver.until_seen("2 attempts  answered")
        assert driver.current == "sub02/EP03_05f"
        await driver.press("j")
        await driver.until_seen("1/1 refused")
        assert driver.current == "sub03/EP01_06f"


async def test_an_answer_is_not_asked_for_twice(review: ReviewRun) -> None:
    asked: list[Sequence[str]] = []

    def listening(sample_ids: Sequence[str]) -> Generator[RunEvent]:
        asked.append(sample_ids)
        yield from ()

    async with opened(replace(review.parts, answer=listening)) as driver:
        await driver.press("r")
        await driver.until_seen("has an answer")
        await driver.press("G", "r")
        await driver.until_seen("not sent yet")
        assert not asked


async def test_asking_about_all_says_the_number_and_waits_for_a_yes(review: ReviewRun) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("R")
        assert driver.is_on(QuestionScreen)
        await driver.until_seen("about 6 samples")
        await driver.until_seen("cost money")
        await driver.press("n")
        assert not driver.screen.retries.sample_ids
        await driver.press("R", "y")
        await driver.until(lambda: not driver.screen.retries.sample_ids)
        await driver.press("f", "j", "enter")
        await driver.until_seen("1/4 failures")


async def test_asking_about_all_keeps_to_the_filter(review: ReviewRun) -> None:
    async with opened(review.parts, size=(120, 40)) as driver:
        await driver.press("f", "j", "j", "j", "enter", "R")
        assert driver.screen.browser.wanted.kind is CaseKind.REFUSED
        await driver.until_seen("about 2 samples")


async def test_retries_on_their_way_are_counted_marked_and_not_quit_unasked(review: ReviewRun) -> None:
    going = Event()

    def slow(sample_ids: Sequence[str]) -> Generator[RunEvent]:
        going.wait(PATIENCE_S)
        yield from review.parts.ask_again(sample_ids)

    async with opened(replace(review.parts, answer=slow)) as driver:
        await driver.press("n", "n", "r")
        await driver.until_seen("↻ 1 asking again")
        await driver.until_seen("▸↻R")
        await driver.press("r")
        await driver.until_seen("already")
        await driver.press("q")
        assert driver.is_on(QuestionScreen)
        await driver.press("escape")
        going.set()
        await driver.until(lambda: not driver.screen.retries.sample_ids)
        await driver.until_seen("▸ ✓")


async def test_an_endpoint_that_is_gone_is_a_notice(review: ReviewRun) -> None:
    gone = failing(EndpointError("nothing answers at 127.0.0.1:8000; start it, or name another with --endpoint"))
    async with opened(replace(review.parts, answer=gone)) as driver:
        await driver.press("n", "n", "r")
        await driver.until_seen("nothing answers")
        assert not driver.screen.retries.sample_ids
        await driver.press("j")
        await driver.until_shown()


async def test_an_error_nobody_foresaw_is_said_and_asking_goes_on(review: ReviewRun) -> None:
    async with opened(replace(review.parts, answer=failing(ValueError("[/bold]")))) as driver:
        for _ in range(2):
            await driver.press("g", "n", "n", "r")
            await driver.until_seen("[/bold]")
            await driver.until(lambda: not driver.screen.retries.sample_ids)


async def test_y_copies_the_id_through_the_terminal(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("j", "y")
        assert driver.app.clipboard == "sub01/EP02_01f"


async def test_q_quits(review: ReviewRun) -> None:
    async with opened(review.parts) as driver:
        await driver.press("q")
        assert driver.app._exit
