"""Writing one line: a note, tags, a name."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from workbench.domain.visible import visible
from workbench.tui.dialogs.text_screen import TextScreen
from workbench.tui.widgets.keys_line import KeysLine


class LineScreen(TextScreen):
    """Ends with what was written, empty to clear it, or None."""

    DEFAULT_CSS = """
    LineScreen {
        align: center middle;
        & > #box { width: 80%; max-width: 90; height: auto; padding: 1 2; background: $panel; }
        & #about { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; margin-bottom: 1; }
    }
    """

    def __init__(self, about: str, text: str, placeholder: str) -> None:
        super().__init__(text, placeholder)
        self._about = visible(about, longest=200)

    def compose(self) -> ComposeResult:
        """The line under what it is about."""
        with Vertical(id="box"):
            yield Static(self._about, id="about", markup=False)
            yield self.line
        yield KeysLine()


class NoteScreen(LineScreen):
    """A note on a sample."""

    def __init__(self, sample_id: str, note: str) -> None:
        super().__init__(f"note on {sample_id}", note, "what is to be said about this sample")


class TagsScreen(LineScreen):
    """The tags of a sample."""

    def __init__(self, sample_id: str, tags: tuple[str, ...]) -> None:
        super().__init__(f"tags of {sample_id}", " ".join(tags), "words with blanks between them")
