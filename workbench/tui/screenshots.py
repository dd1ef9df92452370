"""Pictures of the workbench for documents: the application itself, run without a terminal."""

from collections.abc import Sequence
from typing import Final

from textual.pilot import Pilot

from workbench.application.context import Context
from workbench.application.reviews import RunReview
from workbench.tui.pictures.frame_pane import FramePane
from workbench.tui.workbench_app import WorkbenchApp

_LOOK_S: Final = 0.05
_STILL_LOOKS: Final = 12
"""The screen is complete when so many looks in a row show the same: threads bring scores and pictures."""


async def screenshot_svg(start: RunReview | Context, *, width: int, height: int, keys: Sequence[str] = ()) -> str:
    """Open the workbench in a terminal of that size, press keys, and return the screen as SVG.

    Keys are named as Textual names them: `j`, `enter`, `question_mark`.
    """
    app = WorkbenchApp(start)
    async with app.run_test(size=(width, height)) as pilot:
        await _settle(pilot)
        for key in keys:
            await pilot.press(key)
            await _settle(pilot)
        return app.export_screenshot(title="emowb", simplify=True)


async def _settle(pilot: Pilot[None]) -> None:
    """Wait until nothing changes any more."""
    seen, still = "", 0
    while still < _STILL_LOOKS or not all(pane.is_settled for pane in pilot.app.screen.query(FramePane)):
        await pilot.pause(_LOOK_S)
        now = pilot.app.export_screenshot()
        still = still + 1 if now == seen else 0
        seen = now
