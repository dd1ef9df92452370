"""The case under the cursor: its frames, the words that were said, and the answer beside gold."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import Static

from workbench.application.reviews import Case
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import Sample
from workbench.domain.visible import visible
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.frame_pane import FramePane
from workbench.tui.review.prediction_pane import PredictionPane

_LONGEST_CHARS = 100_000


class CasePane(Vertical):
    """Shows one case, or nothing."""

    DEFAULT_CSS = """
    CasePane {
        width: 1fr;
        padding: 0 1;
        & > #shown { height: 1fr; min-height: 6; }
        & FramePane { width: 1fr; height: 1fr; }
        & > PredictionPane { margin-top: 1; min-height: 8; }
    }
    """

    def __init__(self, card: DatasetCard, loader: FrameLoader) -> None:
        super().__init__()
        self.case: Case | None = None
        self.frames = FramePane(loader)
        self.words = SaidPane()
        self._prediction = PredictionPane(card)

    def compose(self) -> ComposeResult:
        yield Container(self.frames, self.words, id="shown")
        yield self._prediction

    @property
    def sample(self) -> Sample | None:
        """The sample that is shown."""
        return self.case.result.sample if self.case else None

    def show(self, case: Case, *, is_asked: bool) -> None:
        """Show a case. `is_asked`: the model is being asked about it again."""
        self.case = case
        self._prediction.show(case, is_asked=is_asked)
        self.words.show(case.result.sample)
        self.frames.show(case.result.sample)

    def clear(self) -> None:
        """Show nothing: the list is empty."""
        self.case = None
        self._prediction.display = False
        self.words.clear()
        self.frames.clear()

    def prefetch(self, samples: Iterable[Sample]) -> None:
        """Draw the frames of these samples while nothing else is to be drawn."""
        self.frames.prefetch(samples)


class SaidPane(VerticalScroll, can_focus=False):
    """The words that were said in a sample, whole: beside the frames where there is room for both, else under them."""

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
        self._sample_id: str | None = None
        self._words = Static(markup=False)

    def compose(self) -> ComposeResult:
        yield self._words

    def show(self, sample: Sample) -> None:
        """Show the words of a sample; nothing where there are none. The sample that is shown already stays scrolled."""
        if sample.id == self._sample_id:
            return
        self._sample_id = sample.id
        self.display = bool(sample.text)
        if sample.text:
            self._words.update(f"“{visible(sample.text, lines=True, longest=_LONGEST_CHARS)}”")
            self.scroll_home(animate=False)

    def clear(self) -> None:
        """Show nothing."""
        self._sample_id = None
        self.display = False

    def scroll_pages(self, pages: int) -> None:
        """Scroll by heights of the pane."""
        self.scroll_relative(y=pages * max(self.size.height - 1, 1), animate=False)
