"""The line at the top of a review: run, filter and protocol, progress, reviewer."""

from dataclasses import dataclass
from typing import Final

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from workbench.application.reviews import RunReview
from workbench.domain.cases import CaseFilter
from workbench.domain.visible import visible
from workbench.tui.base.preferences import preferences_of
from workbench.tui.widgets.painting import SOFT, fit
from workbench.tui.widgets.status_marks import ASKING

_SOON_S: Final = 0.1
_SHORTEST_NAME_CELLS: Final = 8
"""Names of runs and filters are cut to this before the protocol is left out."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """What is listed, and the place of the cursor in it."""

    wanted: CaseFilter
    place: int
    """Counts from 1; 0 in an empty list."""
    count: int | None
    """None: the list is still being read."""


@dataclass(frozen=True, slots=True)
class _Wording:
    """Which parts the line has."""

    model: bool = False
    progress_pieces: int = 0
    title: bool = False
    reviewer: bool = False


_WORDINGS: Final = (
    _Wording(model=True, progress_pieces=2, title=True, reviewer=True),
    _Wording(progress_pieces=2, title=True, reviewer=True),
    _Wording(progress_pieces=1, title=True, reviewer=True),
    _Wording(title=True, reviewer=True),
    _Wording(reviewer=True),
    _Wording(),
)
"""From the longest to the shortest. Run, filter and protocol are in all of them."""


class StatusLine(Widget):
    """`CASME II / main  12/57 failures  strict   reviewed 3, left 54  2.1/min  ana`; as much of it as fits."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, review: RunReview) -> None:
        super().__init__()
        run = review.run
        self._title = visible(review.card.title, longest=40)
        self._run = visible(run.name, longest=40)
        self._model = visible(run.spec.model, longest=60)
        self._beside = visible(review.beside.name, longest=40) if review.beside else ""
        self._reviewer = visible(review.reviewer, longest=30)
        self._listed = _Listed(review.wanted, 0, None)
        self._progress: tuple[str, ...] = ()
        self._retrying = 0
        self._soon: Timer | None = None

    def show_place(self, wanted: CaseFilter, place: int, count: int | None) -> None:
        """Show the place of the cursor, from 1; 0 in an empty list. Without a count, the list is being read.

        If only the place changes, it is shown a moment later, in a frame of its own: Textual renders all that lies
        between two areas that change at once, which is most of the list when the cursor is far down.
        """
        before, self._listed = self._listed, _Listed(wanted, place, count)
        if (before.wanted, before.count) != (wanted, count):
            self._say()
        elif self._soon is None:
            self._soon = self.set_timer(_SOON_S, self._say)

    def show_progress(self, reviewed: int, left: int, per_minute: float | None) -> None:
        """Show how many samples of the list are reviewed, and how many a minute; None: none lately."""
        words = f"reviewed {reviewed:,}, left {left:,}"
        self._progress = (words,) if per_minute is None else (words, f"{per_minute:.1f}/min")
        self._say()

    def show_retrying(self, samples: int) -> None:
        """Show how many samples the model is being asked about again."""
        self._retrying = samples
        self._say()

    def render(self) -> Content:
        """The fullest wording that fits; where none does, run and filter give way to the rules."""
        width = self.content_size.width
        for wording in _WORDINGS:
            subject, aside = self._subject(wording), self._aside(wording)
            room = width - subject.cell_length - aside.cell_length
            if room >= 1 or (room >= 0 and not aside):
                return Content.assemble(subject, " " * room, aside)
        return self._cut(width)

    def _say(self) -> None:
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
        self.refresh()

    def _subject(self, wording: _Wording) -> Content:
        beside = f" beside {self._beside}" if self._beside else ""
        return Content.assemble(
            (f"{self._title} / " if wording.title else "", "bold"),
            f"{self._run}{beside}",
            (f" {self._model}" if wording.model else "", SOFT),
            f"  {self._place} ",
            (self._filter, "$text-accent"),
            (f"  {self._rules}", SOFT),
        )

    def _aside(self, wording: _Wording) -> Content:
        parts = [Content.styled(f"{ASKING} {self._retrying} asking again", "$text-primary")] if self._retrying else []
        parts.extend(Content.styled(one, SOFT) for one in self._progress[: wording.progress_pieces])
        return Content("  ").join([*parts, *([Content(self._reviewer)] if wording.reviewer else [])])

    def _cut(self, width: int) -> Content:
        between = (" beside ", f" {self._place} ") if self._beside else (f" {self._place} ",)
        names = [name for name in (self._run, self._beside, self._filter) if name]
        room = width - len("".join(between)) - len(self._rules) - 1
        cells = max(room // len(names), _SHORTEST_NAME_CELLS)
        *runs, wanted = (fit(name, min(cells, Content(name).cell_length)) for name in names)
        words = "".join(f"{run}{after}" for run, after in zip(runs, between, strict=True))
        return Content.assemble(words, (wanted, "$text-accent"), (f" {self._rules}", SOFT))

    @property
    def _place(self) -> str:
        one = self._listed
        return "…" if one.count is None else f"{one.place:,}/{one.count:,}"

    @property
    def _filter(self) -> str:
        return visible(str(self._listed.wanted), longest=120)

    @property
    def _rules(self) -> str:
        return str(preferences_of(self.app).protocol)
