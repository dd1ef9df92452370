"""Who looks, and what stands beside: the reviewer, the other run, the width of the list, the filters with a name."""

from dataclasses import replace

from workbench.domain.runs import Run
from workbench.storage.reviewing import load_reviewers
from workbench.tui.choice_screen import ChoiceScreen
from workbench.tui.going import Going
from workbench.tui.habits import habits_of
from workbench.tui.line_list import Line
from workbench.tui.note_screen import LineScreen
from workbench.tui.review_opener import opener_of
from workbench.tui.saved_filters import SavedFilters, SavedScreen
from workbench.tui.walking import Walking
from workbench.wiring.reviewing import ReviewParts

_NONE = Line((("no other run", "soft"),))
_ANOTHER = Line((("another name …", "soft"),))


class Standing(Walking, Going):
    """The actions around a review."""

    async def action_beside(self) -> None:
        """Stand another run's answers beside, or none."""

        async def take(run: Run) -> None:
            await self.reopen(self._from_here(self.parts.standing_beside(run)))

        if self.parts.beside is not None:
            await self.reopen(self._from_here(self.parts.standing_beside(None)))
        else:
            self.choose_run(self.parts.desk, "which run stands beside", take)

    async def action_compare(self) -> None:
        """Compare with the run beside, or with another one."""
        if self.parts.beside is not None:
            self.compare(self.parts.desk, self.parts.beside)
        else:
            self.choose_run(self.parts.desk, "compare with which run", lambda run: self.compare(self.parts.desk, run))

    async def action_reviewer(self) -> None:
        """Review as somebody else who has said something, or under another name."""
        with self.noticing():
            known = await self.session.call(lambda session: load_reviewers(session.db, session.run.id))
            names = [name for name in known if name != self.parts.reviewer]

            async def chosen(name: str | None) -> None:
                if name == "":
                    await self.app.push_screen(LineScreen("review as", "", "a name"), written)
                elif name is not None:
                    await written(name)

            async def written(name: str | None) -> None:
                if name and name.strip() and name.strip() != self.parts.reviewer:
                    await self.reopen(self._from_here(self.parts.reviewed_by(name.strip())))

            lines = [*(Line(((name, "plain"),)) for name in names), _ANOTHER]
            await self.app.push_screen(ChoiceScreen("review as", [*names, ""], lines), chosen)

    async def action_saved(self) -> None:
        """Show the filters that have a name."""
        saved = SavedFilters(habits_of(self.app).memory, self.parts.card.key)
        await self.app.push_screen(SavedScreen(saved, self.wanted), self.show_chosen)

    def action_widen(self, cells: int) -> None:
        """Give the list more or less room."""
        self.panes.widen(cells)

    async def reopen(self, parts: ReviewParts) -> None:
        """Show the review anew, unless a model is being asked."""
        if self.retrying:
            self.notice("samples are being asked about again; wait until they are answered")
        else:
            await opener_of(self.app).reopen_review(parts)

    def _from_here(self, parts: ReviewParts) -> ReviewParts:
        """At the sample and the list that are shown now."""
        row = self.cases.row
        wanted = self.wanted
        if wanted.changed_from is not None and (parts.beside is None or parts.beside.name != wanted.changed_from):
            wanted = replace(wanted, changed_from=None, unscored=())
        return replace(parts, wanted=wanted, start=row.sample_id if row else None)
