"""Walking through the cases, choosing which, and looking closer."""

from dataclasses import replace
from typing import Final

from textual import on

from workbench.domain.reviews import CaseFilter
from workbench.review.session import ReviewSession
from workbench.tui.attempts_screen import AttemptsScreen
from workbench.tui.case_pages import Listing, load_listing
from workbench.tui.case_screen import CaseScreen
from workbench.tui.confusion_screen import ConfusionScreen
from workbench.tui.confusion_table import confusion_table
from workbench.tui.filter_screen import FilterScreen
from workbench.tui.pictures.zoom_screen import ZoomScreen
from workbench.tui.search_screen import SearchScreen

_EVERYTHING: Final = CaseFilter()


class Walking(CaseScreen):
    """The actions of the scopes `walk` and `look`."""

    def action_move(self, lines: int) -> None:
        """Go up or down."""
        self.cases.move_to(self.cases.cursor + lines)

    def action_page(self, pages: float) -> None:
        """Go up or down by views."""
        self.cases.move_by_pages(pages)

    def action_first(self) -> None:
        """Go to the first sample."""
        self.cases.move_to(0)

    def action_last(self) -> None:
        """Go to the last sample."""
        self.cases.move_to(self.cases.listing.count - 1)

    async def action_failure(self, direction: int) -> None:
        """Go to the next or previous failure in the list."""
        row, wanted = await self.current_row(), self.wanted
        if row is None:
            return

        def find(session: ReviewSession) -> Listing | None:
            found = session.next_failure(wanted, row.position, backwards=direction < 0)
            return None if found is None else load_listing(session, wanted, found)

        with self.noticing():
            listing = await self.session.call(find)
            if listing is None:
                self.notice("no failure further down" if direction > 0 else "no failure further up", seconds=2)
            else:
                self.renew_list(listing)

    async def action_search(self) -> None:
        """Search while typing."""

        async def kept(text: str | None) -> None:
            await self._search_for(text or "")

        await self.app.push_screen(SearchScreen(self.wanted.search, self.post_message), kept)

    @on(SearchScreen.Edited)
    async def _follow_search(self, message: SearchScreen.Edited) -> None:
        if isinstance(self.app.screen, SearchScreen):
            await self._search_for(message.text)

    async def _search_for(self, text: str) -> None:
        wanted = self.wanted
        if text != wanted.search:
            await self.show_list(replace(wanted, search=text))

    async def action_filter(self) -> None:
        """Choose what is in the list."""
        await self.app.push_screen(FilterScreen(self.session, self.parts.card, self.wanted), self._show_chosen)

    async def action_confusion(self) -> None:
        """Show the confusion matrix."""
        card = self.parts.card
        with self.noticing():
            counts = await self.session.call(lambda session: session.confusion())
            screen = ConfusionScreen(confusion_table(card, counts), folds=bool(card.folds))
            await self.app.push_screen(screen, self._show_chosen)

    async def _show_chosen(self, wanted: CaseFilter | None) -> None:
        if wanted is not None:
            await self.show_list(wanted)

    async def action_clear(self) -> None:
        """Clear the search; without one, the filter."""
        if self.wanted.search:
            await self._search_for("")
        elif self.wanted != _EVERYTHING:
            await self.show_list(_EVERYTHING)

    def action_frame(self, by: int) -> None:
        """Go to another frame."""
        self.frames.step(by)

    def action_play(self) -> None:
        """Play the clip, or stop."""
        self.frames.play_or_stop()

    async def action_zoom(self) -> None:
        """Show the picture on the whole screen."""
        if self.case is not None:
            await self.app.push_screen(ZoomScreen(self.loader, self.case.result.sample, self.frames.position))

    async def action_attempts(self) -> None:
        """Show all attempts."""
        if row := await self.current_row():
            with self.noticing():
                case = await self.session.call(lambda session: session.case(row.sample_id))
                await self.app.push_screen(AttemptsScreen(row.sample_id, case.attempts))
