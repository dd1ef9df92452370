"""The words of a sample that has any, whole, beside its frames."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from workbench.domain.datasets.samples import Sample
from workbench.domain.visible import visible

_LONGEST_CHARS = 100_000


class SaidPane(VerticalScroll, can_focus=False):
    """Beside the frames where there is room for both, else under them; scrolls by keys and by the wheel."""

    DEFAULT_CSS = """
    SaidPane {
        display: none;
        height: auto;
        max-height: 5;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; }
    }
    .-wide SaidPane { width: 40%; height: 1fr; max-height: 100%; padding: 0 0 0 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._sample: str | None = None
        self._words = Static(markup=False)

    def compose(self) -> ComposeResult:
        """The words."""
        yield self._words

    def show(self, sample: Sample) -> None:
        """Show what is said; nothing where nothing is. The sample that is shown already keeps its place."""
        if sample.id == self._sample:
            return
        self._sample = sample.id
        self.display = bool(sample.text)
        if sample.text:
            self._words.update(f"“{visible(sample.text, lines=True, longest=_LONGEST_CHARS)}”")
            self.scroll_home(animate=False)

    def clear(self) -> None:
        """There is no sample."""
        self._sample = None
        self.display = False

    def scroll_words(self, by: int) -> None:
        """Go up or down by some lines."""
        self.scroll_relative(y=by * max(self.size.height - 1, 1), animate=False)
