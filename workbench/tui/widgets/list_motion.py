"""Moving in a list by keys."""

from typing import Any

from textual.screen import Screen

from workbench.tui.widgets.line_list import LineList


class ListMotion(Screen[Any]):
    """The actions of a screen around one list of lines."""

    rows: LineList

    def action_move(self, by: int) -> None:
        """Go up or down."""
        self.rows.move(by)

    def action_page(self, pages: float) -> None:
        """Go up or down by views."""
        self.rows.move_by_page(pages)

    def action_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        """Go to the first or last line."""
        self.rows.move_to_edge(bottom=bottom)
