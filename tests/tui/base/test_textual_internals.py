"""The names of Textual that are not public are where the workbench looks for them."""

from inspect import iscoroutinefunction
from io import StringIO
from types import SimpleNamespace

from rich.console import Console
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.screen import Screen

from workbench.tui.base.textual_internals import draws_only_changes, draws_over_frames, key_name, queued_writes


@draws_only_changes
class Counted(Screen[None]):
    pass


async def test_a_screen_renders_nothing_within_a_batch_and_afterwards_what_has_changed() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        await app.push_screen(Counted())
        await pilot.pause()
        assert app._batch_count == 0
        assert not iscoroutinefunction(Screen._compositor_refresh)
        screen = app.screen
        rendered: list[bool] = []
        app._display = lambda *_: rendered.append(True)  # type: ignore[method-assign]
        with app.batch_update():
            assert app._batch_count == 1
            screen._dirty_widgets.add(screen)
            screen._compositor_refresh()
            assert screen._dirty_widgets
            assert rendered == []
        await pilot.pause()
        assert rendered


def test_keys_are_named_as_textual_names_them() -> None:
    assert [key_name(key) for key in ("?", "a", "ctrl+a", "[")] == [
        "question_mark",
        "a",
        "ctrl+a",
        "left_square_bracket",
    ]


class Captured(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.frames: list[object] = []

    def _display(self, screen: Screen[object], renderable: object) -> None:
        self.frames.append(renderable)


@draws_over_frames(lambda app, screen, regions: f"<{screen.size.width}, {bool(regions)}>")
class Overdrawn(Captured):
    pass


async def test_text_is_drawn_over_a_frame_and_in_one_write_with_it() -> None:
    app = Overdrawn()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        frames = [frame for frame in app.frames if isinstance(frame, CompositorUpdate)]
        assert frames
        assert all(frame.render_segments(Console()).endswith("<40, True>") for frame in frames)


def test_the_writes_that_wait_are_counted() -> None:
    written = StringIO()
    thread = WriterThread(written)
    app: App[None] = App()
    assert queued_writes(app) == 0
    app._driver = SimpleNamespace(_writer_thread=thread)  # type: ignore[assignment]
    thread.write("not taken yet")
    assert queued_writes(app) == 1
