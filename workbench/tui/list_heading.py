"""The two lines above the list: what is in it and where one stands, and the names of its columns."""

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget

from workbench.domain.reviews import CaseFilter
from workbench.domain.visible import visible
from workbench.tui.case_line import Columns, heading


class ListHeading(Widget):
    """`12/57 failures` over `sample gold answer`."""

    DEFAULT_CSS = """
    ListHeading { height: 2; padding-right: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, labels: Iterable[str]) -> None:
        super().__init__()
        self._labels = tuple(labels)
        self._where = Content("")

    def show(self, wanted: CaseFilter, place: int, count: int) -> None:
        """Say where one stands: `place` counts from 1, 0 in an empty list."""
        self._where = Content.assemble(
            (f" {place:,}/{count:,} ", "bold"), (visible(str(wanted), longest=120), "$text-accent")
        )
        self.refresh()

    def render(self) -> Content:
        """Both lines, cut to the width."""
        columns = Columns.fitting(self._labels, self.content_size.width)
        return Content.assemble(self._where, "\n", (heading(columns), "$foreground-muted"))
