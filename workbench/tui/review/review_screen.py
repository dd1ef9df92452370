"""The review screen: everything a person does with one run.

Every action runs as its key arrives and is done before the next key is looked at (see `commands`), so typing ahead
over a slow line does what it says.
"""

from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType

from workbench.application.run_views import RunViews
from workbench.domain.cases import CaseFilter
from workbench.tui.base.commands import REVIEW, Scope, bindings
from workbench.tui.base.review_opener import ChangedFrom, opener_of
from workbench.tui.dialogs.question_screen import YES, QuestionScreen
from workbench.tui.review.ask_actions import Asking
from workbench.tui.review.opinion_actions import Opining
from workbench.tui.review.review_context import Standing


class ReviewScreen(Standing, Opining, Asking):
    """Binds the keys to the actions of its bases, which each know one subject."""

    SCOPES: ClassVar[tuple[Scope, ...]] = REVIEW
    BINDINGS: ClassVar[list[BindingType]] = bindings(*REVIEW)

    async def on_unmount(self) -> None:  # type: ignore[override]  # Textual calls that of every base
        """Write what was said, then let go of the workspace."""
        self.loader.close()
        await self.session.close()

    @property
    def own_labels(self) -> tuple[str, ...]:
        """The labels that a reviewer can give, for the palette."""
        return self.parts.card.labels.names

    def desk(self) -> RunViews:
        """Of the run that is reviewed."""
        return self.parts.desk

    async def show_samples(self, desk: RunViews, wanted: CaseFilter) -> None:  # noqa: ARG002  # it is this run
        """Show these."""
        await self.show_list(wanted)

    async def show_changed(self, desk: RunViews, chosen: ChangedFrom) -> None:  # noqa: ARG002  # it is this run
        """Show what changed sides, the other run beside."""
        await self.reopen(replace(self.parts.changed_from(chosen.other), start=chosen.sample_id))

    async def action_copy_id(self) -> None:
        """Copy the sample's id."""
        if row := await self.current_row():
            self.app.copy_to_clipboard(row.sample_id)
            self.notice(f"copied {row.sample_id}", seconds=2)

    async def action_leave(self) -> None:
        """Go back or quit; while a model is being asked, only when a person means it."""
        if not self.retrying:
            opener_of(self.app).close_review()
            return

        def answered(answer: str | None) -> None:
            if answer == YES:
                opener_of(self.app).close_review()

        waiting = f"{len(self.retrying)} samples are being asked about again."
        question = f"{waiting} Leave now? A reply on its way is lost, and may be paid for twice."
        await self.app.push_screen(QuestionScreen(question), answered)
