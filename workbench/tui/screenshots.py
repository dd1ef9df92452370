"""Pictures of the workbench for documents: the application itself, run without a terminal."""

from collections.abc import Sequence

from textual.pilot import Pilot

from workbench.tui.app import WorkbenchApp
from workbench.tui.pictures.frame_pane import FramePane
from workbench.wiring.reviewing import ReviewParts


async def screenshot_svg(parts: ReviewParts, *, width: int, height: int, keys: Sequence[str] = ()) -> str:
    """Open a run in a terminal of that size, press keys, and return what is to be seen as SVG.

    Keys are named as Textual names them: `j`, `enter`, `question_mark`.
    """
    app = WorkbenchApp(parts)
    async with app.run_test(size=(width, height)) as pilot:
        await _settle(pilot)
        for key in keys:
            await pilot.press(key)
            await _settle(pilot)
        return app.export_screenshot(title="emowb", simplify=True)


async def _settle(pilot: Pilot[None]) -> None:
    """Wait until the screen shows what was asked of it."""
    await pilot.pause()
    while not all(pane.is_settled for pane in pilot.app.screen.query(FramePane)):
        await pilot.pause(0.01)
