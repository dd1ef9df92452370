"""The line at the top of a screen about one run: data set and run, and at the right what the screen says."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.runs import Run
from workbench.domain.visible import visible


class RunLine(Horizontal):
    """`CASME II / main  gpt-4o            protocol strict`."""

    DEFAULT_CSS = """
    RunLine {
        height: 1;
        background: $panel;
        padding: 0 1;
        & > #subject { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #aside { width: auto; max-width: 60%; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, card: DatasetCard, run: Run, other: Run | None = None) -> None:
        super().__init__()
        beside = f" beside {visible(other.name, longest=40)}" if other else ""
        self._subject = Content.assemble(
            (visible(card.title, longest=60), "bold"),
            f" / {visible(run.name, longest=40)}{beside}  ",
            ("" if other else visible(run.spec.model, longest=80), "$foreground-muted"),
        )
        self._aside = Static(id="aside", markup=False)

    def compose(self) -> ComposeResult:
        yield Static(self._subject, id="subject", markup=False)
        yield self._aside

    def show(self, words: str) -> None:
        """Show other words at the right."""
        self._aside.update(Content(visible(words, longest=120)))
