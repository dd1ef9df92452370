"""The review screen: everything a person does with one run.

Every action runs as its key arrives and is done before the next key is looked at (see `commands`), so typing ahead
over a slow line does what it says.
"""

from typing import ClassVar

from textual.binding import BindingType

from workbench.tui.asking import Asking
from workbench.tui.commands import REVIEW, bindings
from workbench.tui.help_screen import HelpScreen
from workbench.tui.opining import Opining
from workbench.tui.question_screen import YES, QuestionScreen
from workbench.tui.walking import Walking


class ReviewScreen(Walking, Opining, Asking):
    """Binds the keys to the actions of its bases, which each know one subject."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*REVIEW)

    async def action_help(self) -> None:
        """Show all keys."""
        await self.app.push_screen(HelpScreen())

    async def action_copy_id(self) -> None:
        """Copy the sample's id."""
        if row := await self.current_row():
            self.app.copy_to_clipboard(row.sample_id)
            self.notice(f"copied {row.sample_id}", seconds=2)

    async def action_leave(self) -> None:
        """Quit; while a model is being asked, only when a person means it."""
        if not self.retrying:
            self.app.exit()
            return

        def answered(answer: str | None) -> None:
            if answer == YES:
                self.app.exit()

        waiting = f"{len(self.retrying)} samples are being asked about again."
        question = f"{waiting} Quit now? A reply on its way is lost, and may be paid for twice."
        await self.app.push_screen(QuestionScreen(question), answered)
