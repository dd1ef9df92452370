"""The names of Textual that are not public are where the workbench looks for them."""

from inspect import iscoroutinefunction

from textual.app import App
from textual.screen import Screen

from workbench.tui.base.textual_internals import key_name, refreshes_after_batches


@refreshes_after_batches
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
