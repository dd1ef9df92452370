"""Scrolling by keys, for screens with one long page."""

from textual.containers import VerticalScroll
from textual.screen import Screen


class Scrolling(Screen[None]):
    """The actions of a screen whose long page has the class `scrolled`."""

    @property
    def _page(self) -> VerticalScroll:
        return self.query_one(".scrolled", VerticalScroll)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll by lines."""
        self._page.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by views."""
        self._page.scroll_relative(y=pages * max(self._page.size.height - 1, 1), animate=False)

    def action_scroll_to_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        """Scroll to the top or the bottom."""
        (self._page.scroll_end if bottom else self._page.scroll_home)(animate=False)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()
