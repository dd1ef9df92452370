"""The run that a screen is about, and the application as what opens reviews of it."""

from dataclasses import dataclass
from typing import Protocol, cast

from textual.app import App

from workbench.application.context import Context
from workbench.application.datasets import DatasetView
from workbench.application.reviews import RunReview
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.runs import Run


@dataclass(frozen=True, slots=True)
class ShownRun:
    """What a screen needs to have a run scored, compared, exported or sent."""

    context: Context
    card: DatasetCard
    run: Run


@dataclass(frozen=True, slots=True)
class ChangedFrom:
    """What a comparison ends with: review what changed sides, from a sample on."""

    other: Run
    sample_id: str | None
    """None: from the first one."""


class ReviewOpener(Protocol):
    """Opens reviews, and ends their threads with them."""

    async def open_review(self, review: RunReview) -> None:
        """Show a review over the present screen, as it was left if nothing else is asked for in it."""

    async def reopen_review(self, review: RunReview) -> None:
        """Show another review in place of the one on top."""

    async def open_dataset(self, view: DatasetView) -> None:
        """Show the samples of a data set over the present screen."""

    def close_review(self) -> None:
        """Go back to the screen below, or quit."""


def opener_of(app: App[object]) -> ReviewOpener:
    """The application, which opens reviews."""
    return cast("ReviewOpener", app)
