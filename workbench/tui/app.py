"""The terminal workbench: one application around the review screen."""

import gc
import sys

from textual.screen import Screen

from workbench.tui.hang_up import EVERY_S, leave_when_hung_up
from workbench.tui.palette import Palette
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.picture_app import PictureApp
from workbench.tui.pictures.probe import drain
from workbench.tui.pictures.terminal_facts import NOT_ASKED, TerminalFacts
from workbench.tui.review_screen import ReviewScreen
from workbench.tui.session_thread import SessionThread
from workbench.tui.theme import DARK, LIGHT
from workbench.wiring.reviewing import ReviewParts


class ReviewApp(PictureApp):
    """Owns the threads and the look; the rest is the review screen's."""

    TITLE = "emowb"
    COMMANDS = {Palette}  # noqa: RUF012  # Textual declares it so
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # Textual declares it so
    CSS = """
    * { scrollbar-color: $panel-lighten-2; scrollbar-background: $background; }
    Footer { background: $panel; }
    FooterKey .footer-key--key { color: $text-accent; background: $panel; }
    FooterKey .footer-key--description { color: $text-muted; background: $panel; }
    ModalScreen VerticalScroll { scrollbar-background: $panel; }
    ToastRack { dock: top; align: right top; margin: 1 0 0 0; }
    CommandPalette SearchIcon { display: none; }
    """

    def __init__(self, parts: ReviewParts, facts: TerminalFacts = NOT_ASKED) -> None:
        super().__init__(facts)
        self._parts = parts
        self._session = SessionThread(parts.open_session)
        self._loader = FrameLoader(parts, self.glass)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def get_default_screen(self) -> Screen[None]:
        """The review screen."""
        return ReviewScreen(self._parts, self._session, self._loader)

    def on_ready(self) -> None:
        """Spare later frames a collector that walks over everything loaded so far; watch over the terminal."""
        gc.collect()
        gc.freeze()
        if not self.is_headless:
            self.set_interval(EVERY_S, leave_when_hung_up)

    async def on_unmount(self) -> None:
        """Write what was said, then let go of the workspace."""
        self._loader.close()
        await self._session.close()


def run_review(parts: ReviewParts, facts: TerminalFacts = NOT_ASKED) -> None:
    """Review a run in this terminal until the reviewer leaves. `facts` is what was asked of it before."""
    app = ReviewApp(parts, facts)
    app.run()
    if app.glass.awaits_answer:
        drain(sys.stdin.fileno())
