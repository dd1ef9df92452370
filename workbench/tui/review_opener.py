"""Who opens reviews: the application, as screens see it."""

from typing import Protocol, cast

from textual.app import App

from workbench.domain.reviews import CaseFilter
from workbench.tui.compare.compare_screen import ChangedFrom
from workbench.wiring.reviewing import ReviewParts


class ReviewOpener(Protocol):
    """Owns the threads of a review, and ends them with it."""

    async def open_review(
        self, parts: ReviewParts, *, wanted: CaseFilter | None = None, changed: ChangedFrom | None = None
    ) -> None:
        """Show a review over what is there: where one stood last, or these samples."""

    def close_review(self) -> None:
        """Go back to where one came from, or quit."""

    async def reopen_review(self, parts: ReviewParts) -> None:
        """Show another review in place of the one on top."""


def opener_of(app: App[object]) -> ReviewOpener:
    """The application as it is meant here."""
    return cast("ReviewOpener", app)
