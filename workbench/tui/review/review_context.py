"""Who looks, and what stands beside: the reviewer, the other run, the width of the list, the filters with a name."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from textual import events, on, work

from workbench.application.open_review import ReviewParts
from workbench.application.reviews import ReviewSession
from workbench.domain.reviews import PeerAgreement
from workbench.domain.runs import Run
from workbench.storage.cases.review_log import load_agreement, load_pace, load_reviewed_positions, load_reviewers
from workbench.tui.base.preferences import preferences_of
from workbench.tui.base.review_opener import opener_of
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.dialogs.note_screen import LineScreen
from workbench.tui.navigation import Navigation
from workbench.tui.review.case_list import CaseList
from workbench.tui.review.case_pages import CaseListing
from workbench.tui.review.panes import Panes
from workbench.tui.review.remembered_place import keep_place, list_width
from workbench.tui.review.saved_filters import SavedFilters, SavedScreen
from workbench.tui.review.status_line import ReviewProgress
from workbench.tui.review.walk_actions import Walking
from workbench.tui.widgets.line_list import ListLine

_WINDOW: Final = timedelta(minutes=10)
_ANOTHER = ListLine((("another name …", "soft"),))


class Standing(Walking, Navigation):
    """The actions around a review."""

    _counted: CaseListing | None = None

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

            lines = [*(ListLine(((name, "plain"),)) for name in names), _ANOTHER]
            await self.app.push_screen(ChoiceScreen("review as", [*names, ""], lines), chosen)

    async def action_saved(self) -> None:
        """Show the filters that have a name."""
        saved = SavedFilters(preferences_of(self.app).memory, self.parts.card.key)
        await self.app.push_screen(SavedScreen(saved, self.wanted), self.show_chosen)

    @on(events.Mount)
    def _as_wide_as_last(self) -> None:
        self.panes.show_width(list_width(self.parts, preferences_of(self.app).memory))

    @on(events.ScreenResume)
    def _say_protocol(self) -> None:
        self.status.refresh()  # another one may have been chosen in the metrics

    @on(Panes.Resized)
    def _keep_width(self, message: Panes.Resized) -> None:
        preferences_of(self.app).memory.keep_of_dataset(self.parts.card.key, list_width=message.width)

    @on(CaseList.Moved)
    def _count_on(self) -> None:
        if self.cases.listing is not self._counted:
            self._counted = self.cases.listing
            self._count_reviewed(self._counted)

    async def refreshed(self, sample_ids: Iterable[str]) -> None:
        """Count on, too: something was said."""
        await super().refreshed(sample_ids)
        self._count_reviewed(self.cases.listing)

    @work(group="progress", exclusive=True)
    async def _count_reviewed(self, listing: CaseListing) -> None:
        with self.noticing():
            reviewed, pace, others = await self.session.call(_reviewed)
            self.cases.show_others(others)
            inside = sum(map(listing.holds, reviewed))
            self.status.show_progress(ReviewProgress(inside, max(listing.count - inside, 0), pace))

    @on(CaseList.Moved)
    def _keep_place(self) -> None:
        if (row := self.cases.row) is not None:
            keep_place(self.parts, preferences_of(self.app).memory, self.wanted, row.sample_id)

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


def _reviewed(session: ReviewSession) -> tuple[list[int], float | None, dict[int, PeerAgreement]]:
    """What the reviewer has looked at, how many samples a minute in the last ten, and what others say."""
    now = datetime.fromisoformat(session.now())
    pace = load_pace(session.db, session.run.id, session.reviewer, (now - _WINDOW).isoformat())
    positions = load_reviewed_positions(session.db, session.run.id, session.reviewer)
    others = load_agreement(session.db, session.run.id, session.reviewer)
    if pace.first_at is None:
        return positions, None, others
    minutes = (now - datetime.fromisoformat(pace.first_at)) / timedelta(minutes=1)
    return positions, pace.samples / max(minutes, 1.0), others
