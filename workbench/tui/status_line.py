"""The line at the top of a review: what is reviewed, what is in the list, how far one is, by whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

from workbench.domain.visible import visible
from workbench.tui.habits import habits_of
from workbench.tui.marks import ASKING
from workbench.wiring.reviewing import ReviewParts

SOFT = "$foreground-muted"


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far one reviewer is in what the list holds."""

    reviewed: int
    left: int
    per_minute: float | None
    """Samples, over the last ten minutes; None: nothing was said in them."""


class StatusLine(Widget):
    """`CASME II / main   reviewed 3, left 54  2.1/min  strict  ana`; what does not fit is left out."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, parts: ReviewParts) -> None:
        super().__init__()
        run = parts.run
        self._title = visible(parts.card.title, longest=40)
        self._run = visible(run.name, longest=40)
        self._model = visible(run.spec.model, longest=60)
        self._beside = visible(parts.beside.name, longest=40) if parts.beside else ""
        self._reviewer = visible(parts.reviewer, longest=30)
        self._progress: ReviewProgress | None = None
        self._retrying = 0

    def show_progress(self, progress: ReviewProgress) -> None:
        """Say how far one is."""
        self._progress = progress
        self.refresh()

    def show_retrying(self, samples: int) -> None:
        """Say how many samples are being asked about again."""
        self._retrying = samples
        self.refresh()

    def render(self) -> Content:
        """As much as fits: the fullest wording that does."""
        width = self.content_size.width
        for subject, aside in self._wordings():
            room = width - subject.cell_length - aside.cell_length
            if room >= 1:
                return Content.assemble(subject, " " * room, aside)
        return subject

    def _wordings(self) -> "Iterator[tuple[Content, Content]]":
        """From the fullest to the shortest."""
        protocol, progress = str(habits_of(self.app).protocol), self._progress_words()
        for has_model, pieces, has_protocol, has_title in (
            (True, 2, True, True),
            (False, 2, True, True),
            (False, 1, True, True),
            (False, 0, True, True),
            (False, 0, False, True),
            (False, 0, False, False),
        ):
            yield self._subject(has_title, has_model), self._aside([*progress[:pieces], *([protocol] * has_protocol)])

    def _subject(self, has_title: bool, has_model: bool) -> Content:  # noqa: FBT001  # private
        beside = f" beside {self._beside}" if self._beside else ""
        return Content.assemble(
            (f"{self._title} / " if has_title else "", "bold"),
            f"{self._run}{beside}",
            (f"  {self._model}" if has_model else "", SOFT),
        )

    def _aside(self, words: list[str]) -> Content:
        parts = [Content.styled(f"{ASKING} {self._retrying} asking again", "$text-primary")] if self._retrying else []
        return Content("  ").join([*parts, *(Content.styled(one, SOFT) for one in words), Content(self._reviewer)])

    def _progress_words(self) -> list[str]:
        """From what matters most to what matters least."""
        one = self._progress
        if one is None:
            return []
        words = f"reviewed {one.reviewed:,}, left {one.left:,}"
        return [words] if one.per_minute is None else [words, f"{one.per_minute:.1f}/min"]
