"""Writing a note."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Footer, Static

from workbench.domain.visible import visible
from workbench.tui.text_screen import TextScreen


class NoteScreen(TextScreen):
    """Ends with the note, empty to clear it, or None."""

    DEFAULT_CSS = """
    NoteScreen {
        align: center middle;
        & > #box { width: 80%; max-width: 90; height: auto; padding: 1 2; background: $panel; }
        & #about { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; margin-bottom: 1; }
    }
    """

    def __init__(self, sample_id: str, note: str) -> None:
        super().__init__(note, "what is to be said about this sample")
        self._about = visible(f"note on {sample_id}", longest=200)

    def compose(self) -> ComposeResult:
        """The line under what it is about."""
        with Vertical(id="box"):
            yield Static(self._about, id="about", markup=False)
            yield self.line
        yield Footer(compact=True, show_command_palette=False)
