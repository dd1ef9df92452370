"""The line at the top: what is being reviewed, by whom, and what is under way."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from workbench.domain.visible import visible
from workbench.tui.marks import ASKING
from workbench.wiring.reviewing import ReviewParts


class StatusLine(Horizontal):
    """Data set, run and model at the left; retries and reviewer at the right."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        background: $panel;
        padding: 0 1;
        & > #subject { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #aside { width: auto; max-width: 50%; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, parts: ReviewParts) -> None:
        super().__init__()
        self._reviewer = visible(parts.reviewer, longest=40)
        run = parts.run
        model = visible(run.spec.model, longest=80)
        self._subject = Content.assemble(
            (visible(parts.card.title, longest=60), "bold"),
            f"  {visible(run.name, longest=40)}  ",
            (model, "$foreground-muted"),
        )
        self._aside = Static(self._reviewer, id="aside", markup=False)

    def compose(self) -> ComposeResult:
        """Subject, then who and what."""
        yield Static(self._subject, id="subject", markup=False)
        yield self._aside

    def show_retrying(self, samples: int) -> None:
        """Say how many samples are being asked about again."""
        busy = Content.styled(f"  {ASKING} {samples} asking again  ", "$text-primary") if samples else Content("  ")
        self._aside.update(Content.assemble(busy, self._reviewer))
