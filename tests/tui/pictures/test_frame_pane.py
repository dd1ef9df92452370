"""The pane with a loader in the test's hands: nothing arrives before the test says so."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from rich.segment import Segment
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tests.waiting import looks
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.tui.pictures.clips import ClipFacts, Playback
from workbench.tui.pictures.encoded import CellPicture, SixelPicture
from workbench.tui.pictures.frame_loader import DrawnFrame, FrameAnswer, FrameLoader, PictureRequest
from workbench.tui.pictures.frame_pane import FramePane
from workbench.tui.pictures.picture_app import PictureApp
from workbench.tui.pictures.picture_widget import PictureWidget
from workbench.tui.pictures.terminal_display import TerminalDisplay
from workbench.tui.pictures.terminal_facts import PictureProtocol, TerminalFacts

FACTS = ClipFacts(9, (4,), tuple(range(60, 69)))
ANNA, BERT = (Sample(name, "happy", "happy", MediaKind.FRAMES, span=ClipSpan(60, 64, 68)) for name in ("anna", "bert"))


class HandLoader(FrameLoader):
    """Answers when it is told to."""

    def __init__(self, terminal: TerminalDisplay | None = None) -> None:
        self.terminal = terminal or TerminalDisplay()
        self.asked: list[tuple[PictureRequest, FrameAnswer]] = []

    def load(self, request: PictureRequest, answer: FrameAnswer) -> None:
        self.asked.append((request, answer))

    def prefetch(self, requests: Iterable[PictureRequest]) -> None:
        list(requests)

    def answer(self, place: int = -1) -> None:
        request, answer = self.asked[place]
        position = 4 if request.position is None else request.position
        face = Strip([Segment(f"face of {request.sample.id} {position}")])
        answer(DrawnFrame(request, position, FACTS, CellPicture((face,))))


class PaneApp(PictureApp):
    def __init__(self, loader: HandLoader) -> None:
        super().__init__(loader.terminal.facts)
        self.pane = FramePane(loader)

    def compose(self) -> ComposeResult:
        yield self.pane

    @property
    def seen(self) -> str:
        return "\n".join("".join(strip.text for strip in line.values()) for line in
                         self.screen._compositor._render_chops(self.screen.size.region, lambda _: True))  # fmt: skip


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in looks("never came to pass"):
        if condition():
            return
        await pilot.pause(0.01)


@asynccontextmanager
async def opened(loader: HandLoader) -> AsyncIterator[tuple[PaneApp, Pilot[None]]]:
    app = PaneApp(loader)
    async with app.run_test(size=(40, 12), notifications=True) as pilot:
        yield app, pilot


async def test_a_face_never_stands_under_anothers_caption_and_gives_way_when_it_is_stale() -> None:
    loader = HandLoader()
    async with opened(loader) as (app, pilot):
        app.pane.show(ANNA)
        await pilot.pause()
        loader.answer()
        await pilot.pause()
        assert "face of anna 4" in app.seen
        assert "apex, sent" in app.seen
        app.pane.show(BERT)
        late = len(loader.asked) - 1
        app.pane._give_way()
        await pilot.pause()
        assert "face of" not in app.seen
        assert "frame" not in app.seen
        app.pane.show(ANNA)
        await pilot.pause()
        loader.answer(late)  # what nobody waits for any more
        await pilot.pause()
        assert "face of" not in app.seen
        loader.answer()
        await pilot.pause()
        assert "face of anna" in app.seen


async def test_the_old_frame_of_the_same_sample_stays_until_the_new_one_is_there() -> None:
    loader = HandLoader()
    async with opened(loader) as (app, pilot):
        app.pane.show(ANNA)
        await pilot.pause()
        loader.answer()
        await pilot.pause()
        app.pane.step(1)
        app.pane._give_way()
        await pilot.pause()
        assert "face of anna 4" in app.seen
        assert "frame 5/9" in app.seen
        loader.answer()
        await pilot.pause()
        assert "face of anna 5" in app.seen
        assert "frame 6/9" in app.seen


async def test_keys_that_are_quicker_than_pictures_are_counted() -> None:
    loader = HandLoader()
    async with opened(loader) as (app, pilot):
        app.pane.show(ANNA)
        await pilot.pause()
        loader.answer()
        await pilot.pause()
        for _ in range(3):
            app.pane.step(1)
        app.pane.step(-1)
        loader.answer()
        await pilot.pause()
        assert "face of anna 6" in app.seen


async def test_a_clip_asked_to_play_before_its_picture_is_there_plays_when_it_comes() -> None:
    loader = HandLoader()
    async with opened(loader) as (app, pilot):
        app.pane.show(ANNA)
        app.pane.play_or_stop()
        await pilot.pause()
        loader.answer()
        await until(pilot, lambda: "▶ frame" in app.seen)
        app.pane.play_or_stop()
        await pilot.pause()
        assert "▶" not in app.seen


async def test_a_clip_that_plays_asks_for_nothing_while_the_last_frame_is_on_its_way() -> None:
    loader = HandLoader()
    async with opened(loader) as (app, pilot):
        app.pane.show(ANNA)
        await pilot.pause()
        loader.answer()
        await pilot.pause()
        app.pane.play_or_stop()
        app.pane._playback = Playback(6, 0.0, 1e-9, 9)  # frame 6 is due, whatever the clock says
        before = len(loader.asked)
        app.pane._play_on()
        app.pane._play_on()
        assert len(loader.asked) == before + 1
        app.pane.play_or_stop()


async def test_sixels_are_not_drawn_over_what_covers_them() -> None:
    loader = HandLoader(TerminalDisplay(TerminalFacts(protocol=PictureProtocol.SIXEL, why="")))
    async with opened(loader) as (app, pilot):
        picture = app.query_one(PictureWidget)
        picture.show(SixelPicture(30, tuple(f"<row {row}>" for row in range(8))))
        await pilot.pause()
        everywhere = [app.screen.size.region]
        assert picture.drawn_over(everywhere).count("<row") == 8
        assert picture.drawn_over([]) == ""
        first = picture.drawn_over([picture.region.translate((0, 1)).crop_size((40, 1))])
        assert first.startswith("\x1b7\x1b[")
        assert first.endswith("\x1b8")
        app.notify("something happened", timeout=60)
        await until(pilot, lambda: any(toast.region.overlaps(picture.region) for toast in app.screen.query("Toast")))
        assert 0 < picture.drawn_over(everywhere).count("<row") < 8
        app.clear_notifications()
        await until(pilot, lambda: picture.drawn_over(everywhere).count("<row") == 8)
