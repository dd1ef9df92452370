"""The two lines above the list: what is in it and where one stands, and the names of its columns."""

from collections.abc import Iterable
from typing import Final

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from workbench.domain.reviews import CaseFilter
from workbench.domain.visible import visible
from workbench.tui.case_line import Columns, heading

_SOON_S: Final = 0.1


class ListHeading(Widget):
    """`12/57 failures` over `sample gold answer`."""

    DEFAULT_CSS = """
    ListHeading { height: 2; padding-right: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, labels: Iterable[str]) -> None:
        super().__init__()
        self._labels = tuple(labels)
        self._where = Content("")
        self._says: tuple[CaseFilter, int, int | None] | None = None
        self._soon: Timer | None = None

    def show(self, wanted: CaseFilter, place: int, count: int | None) -> None:
        """Say where one stands: `place` counts from 1, 0 in an empty list. Without a count, the list is being read.

        Another place alone is said a moment later, in a frame of its own: Textual renders all that lies between two
        places that change at once, which is most of the list where the cursor is far from here.
        """
        before, self._says = self._says, (wanted, place, count)
        if before is None or (before[0], before[2]) != (wanted, count):
            self._say()
        elif self._soon is None:
            self._soon = self.set_timer(_SOON_S, self._say)

    def _say(self) -> None:
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
        if self._says is not None:
            wanted, place, count = self._says
            where = "…" if count is None else f"{place:,}/{count:,}"
            self._where = Content.assemble((f" {where} ", "bold"), (visible(str(wanted), longest=120), "$text-accent"))
            self.refresh()

    def render(self) -> Content:
        """Both lines, cut to the width."""
        columns = Columns.fitting(self._labels, self.content_size.width)
        return Content.assemble(self._where, "\n", (heading(columns), "$foreground-muted"))
