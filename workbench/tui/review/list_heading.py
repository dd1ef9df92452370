"""The line above the list: the names of its columns."""

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget

from workbench.tui.widgets.case_line import Columns, heading


class ListHeading(Widget):
    """`sample gold answer`, each over its column."""

    DEFAULT_CSS = """
    ListHeading { height: 1; padding-right: 1; text-wrap: nowrap; text-overflow: ellipsis; color: $foreground-muted; }
    """

    def __init__(self, labels: Iterable[str]) -> None:
        super().__init__()
        self._labels = tuple(labels)

    def render(self) -> Content:
        """As wide as the columns of the list are now."""
        return Content(heading(Columns.fitting(self._labels, self.content_size.width)))
