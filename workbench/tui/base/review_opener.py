"""Who opens reviews: the application, as screens see it."""

from dataclasses import dataclass
from typing import Protocol, cast

from textual.app import App

from workbench.application.open_review import ReviewParts
from workbench.domain.cases import CaseFilter
from workbench.domain.runs import Run


@dataclass(frozen=True, slots=True)
class ChangedFrom:
    """What a comparison ends with: review what changed sides, from a sample on."""

    other: Run
    sample_id: str | None
    """None: from the first one."""


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
