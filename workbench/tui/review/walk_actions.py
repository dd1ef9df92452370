"""Walking through the cases, choosing which, and looking closer."""

from contextlib import suppress
from dataclasses import replace

from textual import work
from textual.message import Message

from workbench.domain.cases import CaseFilter
from workbench.tui.attempts.attempts_screen import AttemptsScreen
from workbench.tui.base.background import Outdated
from workbench.tui.pictures.zoom_screen import ZoomScreen
from workbench.tui.review.case_browser import EVERYTHING
from workbench.tui.review.case_screen import CaseScreen
from workbench.tui.review.filter_screen import FilterScreen
from workbench.tui.review.search_screen import SearchScreen


class Walking(CaseScreen):
    """The actions of the scopes `walk` and `look`."""

    async def action_move(self, lines: int) -> None:
        """Go up or down."""
        await self._move_to(self.cases.cursor + lines)

    async def action_page(self, pages: float) -> None:
        """Go up or down by views."""
        await self._move_to(self.cases.cursor + self.cases.rows_of(pages))

    async def action_first(self) -> None:
        """Go to the first sample."""
        await self.whole_list()
        self.cases.move_to(0)

    async def action_last(self) -> None:
        """Go to the last sample."""
        await self.whole_list()
        self.cases.move_to(self.cases.listing.count - 1)

    async def _move_to(self, place: int) -> None:
        """Go to a place; beyond those that have been found so far, once all are."""
        by = place - self.cases.cursor
        if not (self.cases.listing.is_whole or 0 <= place < self.cases.listing.count):
            await self.whole_list()
        self.cases.move_to(self.cases.cursor + by)

    async def action_failure(self, direction: int) -> None:
        """Go to the next or previous failure in the list."""
        await self._go_to_failure(direction, None)

    async def action_same_failure(self, direction: int) -> None:
        """Go to the next or previous failure of the same kind."""
        row = await self.current_row()
        if row is not None and row.failure is None:
            self.notice("this sample is no failure; n goes to the next one", seconds=2)
        elif row is not None:
            await self._go_to_failure(direction, row.failure)

    async def _go_to_failure(self, direction: int, kind: str | None) -> None:
        await self.whole_list()
        position, listed = self.cases.position, self.cases.listing.positions
        if position is None:
            return
        with self.noticing(), suppress(Outdated):
            found = await self.ask(
                lambda reader: reader.next_failure(listed, position, kind=kind, backwards=direction < 0),
                subject="failure",
            )
            if found is not None:
                self.cases.move_to(self.cases.listing.place_of(found))
                await self.current_row()
                return
            what = "no failure" if kind is None else f"no other {kind}"
            self.notice(f"{what} further {'down' if direction > 0 else 'up'}", seconds=2)

    async def action_search(self) -> None:
        """Search while typing; what was there comes back if the search is given up."""
        before, position = self.wanted, self.cases.position or 0

        async def ended(text: str | None) -> None:
            self.workers.cancel_group(self, "search")
            await self._search_for(before.search if text is None else text, position)

        def follow(message: Message) -> None:
            if isinstance(message, SearchScreen.Edited):
                self._follow_search(message.text, position)

        await self.app.push_screen(SearchScreen(self.wanted.search, follow), ended)

    @work(group="search", exclusive=True)
    async def _follow_search(self, text: str, position: int) -> None:
        if isinstance(self.app.screen, SearchScreen):
            await self._search_for(text, position)

    async def _search_for(self, text: str, position: int | None = None) -> None:
        wanted = replace(self.wanted, search=text)
        if wanted != self.cases.listing.wanted:
            await self.show_list(wanted, position)

    async def action_filter(self) -> None:
        """Choose what is in the list."""
        await self.app.push_screen(FilterScreen(self._count, self.parts.card, self.wanted), self.show_chosen)

    async def show_chosen(self, wanted: CaseFilter | None) -> None:
        """Show what was chosen on another screen, if anything was."""
        if wanted is not None:
            await self.show_list(wanted)

    async def _count(self, wanted: CaseFilter) -> int:
        return await self.ask_at_length(lambda reader: reader.count(wanted), subject="count")

    async def action_clear(self) -> None:
        """Clear the search; without one, the filter."""
        if self.wanted.search:
            await self._search_for("")
        elif self.wanted != EVERYTHING:
            await self.show_list(EVERYTHING)

    def action_frame(self, by: int) -> None:
        """Go to another frame."""
        self.frames.step(by)

    def action_words(self, by: int) -> None:
        """Scroll the words said."""
        self.said.scroll_words(by)

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
