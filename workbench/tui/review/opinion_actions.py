"""Saying what one thinks of a case: verdict, label, note, and taking it back."""

from collections.abc import Callable

from workbench.application.reviews import ReviewSession
from workbench.domain.reviews import Verdict
from workbench.tui.base.preferences import preferences_of
from workbench.tui.dialogs.note_screen import NoteScreen, TagsScreen
from workbench.tui.review.case_screen import CaseScreen
from workbench.tui.review.verdict_screen import VerdictScreen


class Opining(CaseScreen):
    """The actions of the scope `say`."""

    async def action_verdict(self) -> None:
        """Flag a mismatch."""
        row = await self.current_row()
        if row is None:
            return

        async def chosen(words: str | None) -> None:
            if words is not None:
                verdict = Verdict(words) if words else None
                await self._say(row.sample_id, lambda session: session.set_verdict(row.sample_id, verdict))

        present = Verdict(row.verdict) if row.verdict else None
        await self.app.push_screen(VerdictScreen(row.sample_id, present, preferences_of(self.app).commands), chosen)

    async def action_label(self, digit: int) -> None:
        """Give one's own label by its digit, or take it back: by 0 or by the same digit."""
        row, labels = await self.current_row(), self.parts.card.labels.names
        if row is None:
            return
        if digit > len(labels):
            self.notice(f"there is no label {digit}", seconds=2)
            return
        label = labels[digit - 1] if digit else None
        await self._say(row.sample_id, lambda session: _toggle_label(session, row.sample_id, label))

    async def action_note(self) -> None:
        """Write a note."""
        row = await self.current_row()
        if row is None:
            return

        async def written(text: str | None) -> None:
            if text is not None:
                await self._say(row.sample_id, lambda session: session.set_note(row.sample_id, text))

        with self.noticing():
            case = await self.session.call(lambda session: session.case(row.sample_id))
            await self.app.push_screen(NoteScreen(row.sample_id, case.mine.note or ""), written)

    async def action_tags(self) -> None:
        """Write tags."""
        row = await self.current_row()
        if row is None:
            return

        async def written(text: str | None) -> None:
            if text is not None:
                await self._say(row.sample_id, lambda session: session.set_tags(row.sample_id, tuple(text.split())))

        with self.noticing():
            case = await self.session.call(lambda session: session.case(row.sample_id))
            await self.app.push_screen(TagsScreen(row.sample_id, case.mine.tags), written)

    async def action_undo(self) -> None:
        """Take back the latest change, and go to its sample."""
        with self.noticing():
            undone = await self.session.call(lambda session: session.undo())
            if undone is None:
                self.notice("nothing to undo", seconds=2)
                return
            await self.refreshed([undone.sample_id])
            position = await self.ask(lambda reader: reader.position_of(undone.sample_id))
            if position is not None:
                await self.go_to(position)
            again = f"“{undone.value}” again" if undone.value else "empty again"
            self.notice(f"undone: the {undone.field} of {undone.sample_id} is {again}")

    async def _say(self, sample_id: str, change: Callable[[ReviewSession], None]) -> None:
        with self.noticing():
            await self.session.call(change)
            self.refresh_cases([sample_id])


def _toggle_label(session: ReviewSession, sample_id: str, label: str | None) -> None:
    present = session.case(sample_id).mine.label
    if label is not None or present is not None:
        session.set_label(sample_id, None if label == present else label)
