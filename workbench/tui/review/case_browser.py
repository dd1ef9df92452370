"""The list of a review screen: which samples are in it, and how it follows what is asked, said and stored.

The first lines under a filter come at once; the rest is looked for meanwhile, and the next key breaks that off. A
sample that leaves the filter while it is looked at (it was answered, or reviewed) stays until the cursor moves on:
what a person is about to write must not land on its neighbour.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from textual import events, on, work

from workbench.application.case_reader import CaseReader
from workbench.application.open_review import ReviewParts
from workbench.application.reviews import ReviewSession
from workbench.domain.cases import CaseFilter, CaseRow
from workbench.errors import WorkbenchError
from workbench.tui.base.background import Outdated, OwnedThread
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.review.case_list import CaseList
from workbench.tui.review.case_pages import PAGE_ROWS, CaseListing
from workbench.tui.review.list_heading import ListHeading

T = TypeVar("T")
EVERYTHING: Final = CaseFilter()
_LOOK_AGAIN_S: Final = 1.0
"""How soon lines in view show what others have stored."""


@dataclass(frozen=True, slots=True)
class _Touched:
    """Some samples as they stand now."""

    rows: list[CaseRow]
    passing: set[int]
    """The positions of those that pass the filter."""


class Listed(WorkbenchScreen):
    """Owns the list and the two threads that read for it: one answers at once, the other goes through all samples."""

    def __init__(self, parts: ReviewParts, session: OwnedThread[ReviewSession]) -> None:
        super().__init__()
        self.parts = parts
        self.session = session
        self.wanted = parts.wanted
        labels = parts.card.labels.names
        self.heading = ListHeading(labels)
        self.cases = CaseList(labels)
        self._near = OwnedThread(self._open_reader, "case-rows", interrupt=CaseReader.break_off_when)
        self._far = OwnedThread(self._open_reader, "case-lists", interrupt=CaseReader.break_off_when)
        self.cases.look_up_by(lambda positions: self._near.submit(lambda reader: reader.rows(positions)))
        self._sought: tuple[CaseFilter, Future[Sequence[int]]] | None = None
        self._leaving: set[int] = set()
        self._touched: set[str] = set()
        self._changes_seen = 0

    @on(events.Mount)
    def _look_now_and_then(self) -> None:
        self.set_interval(_LOOK_AGAIN_S, self._look_again)

    @on(events.Unmount)
    async def _let_go(self) -> None:
        """Break off what is being looked up."""
        for thread in (self._near, self._far):
            await thread.close()

    def _open_reader(self) -> CaseReader:
        return self.session.submit(lambda session: session.reading).result().open()

    async def show_list(self, wanted: CaseFilter, position: int | None = None) -> None:
        """Show another list, at the sample of that position or the present one."""
        start = (self.cases.position or 0) if position is None else position
        self.wanted = wanted
        self._far.take_back("count")
        with self.noticing(), suppress(Outdated):
            if wanted == EVERYTHING:
                self._far.take_back("list")
                planned, rows = await self.ask(lambda reader: _all_around(reader, start), subject="first")
                self._show_listing(CaseListing(wanted, range(planned)), start, rows)
                return
            sought = self._seek(wanted)
            near, rows = await self.ask(lambda reader: _near(reader, wanted, start), subject="first")
            if near and not sought.done():
                self._show_listing(CaseListing(wanted, near, is_whole=False), start, rows)
                self._complete()
            else:
                await self._show_whole(wanted, sought, start)

    async def whole_list(self) -> None:
        """Wait until the list is whole."""
        if not self.cases.listing.is_whole and self._sought is not None:
            wanted, sought = self._sought
            with self.noticing(), suppress(Outdated):
                await self._show_whole(wanted, sought, None)

    async def ask(self, work: Callable[[CaseReader], T], *, subject: str = "") -> T:
        """Have something looked up that takes a moment. Raises Outdated when the subject is asked about anew."""
        return await self._near.call(work, subject=subject)

    async def ask_at_length(self, work: Callable[[CaseReader], T], *, subject: str = "") -> T:
        """Have something looked up that may go through all samples."""
        return await self._far.call(work, subject=subject)

    async def current_row(self) -> CaseRow | None:
        """The row under the cursor, also where it is still on its way; None in an empty list."""
        position = self.cases.position
        if position is not None and self.cases.row is None:
            with self.noticing():
                self.cases.add_rows(await self.ask(lambda reader: reader.rows([position])))
        return None if position is None else self.cases.rows.at(position)

    async def go_to(self, position: int) -> None:
        """Put the cursor on the sample at a position, in a list of all where this one leaves it out."""
        await self.whole_list()
        if self.cases.listing.holds(position):
            self.cases.move_to(self.cases.listing.place_of(position))
        else:
            await self.show_list(EVERYTHING, position)

    def refresh_cases(self, sample_ids: Iterable[str]) -> None:
        """Bring the list, its counts and the case up to date after something has been said of these samples."""
        self._touched.update(sample_ids)
        self._refresh()

    async def refreshed(self, sample_ids: Iterable[str]) -> None:
        """The same, and wait for it."""
        names, wanted = tuple(sample_ids), self.wanted
        touched = await self.ask(lambda reader: _looked_at(reader, wanted, names))
        await self.whole_list()
        self._take_in(touched, wanted)

    @work(group="refresh", exclusive=True)
    async def _refresh(self) -> None:
        with self.noticing(), suppress(Outdated):
            names = tuple(self._touched)
            await self.refreshed(names)
            self._touched.difference_update(names)

    def _take_in(self, touched: _Touched, wanted: CaseFilter) -> None:
        self.cases.add_rows(touched.rows)
        position = self.cases.position
        if wanted != self.wanted or wanted != self.cases.listing.wanted:
            return
        gone = {row.position for row in touched.rows} - touched.passing
        self._leaving.difference_update(touched.passing)
        if position in gone:
            self._leaving.add(position)
            gone.remove(position)
        self.cases.renew(self.cases.listing.changed(touched.passing, gone), position or 0)

    def drop_those_left(self) -> bool:
        """Take samples out of the list that had left it but for the cursor on them; whether there were any."""
        position = self.cases.position
        left = {leaving for leaving in self._leaving if leaving != position}
        if not left:
            return False
        self._leaving.difference_update(left)
        self.cases.renew(self.cases.listing.changed((), left), position or 0)
        return True

    def _seek(self, wanted: CaseFilter) -> "Future[Sequence[int]]":
        """Look for all samples that pass, unless that is being done."""
        if self._sought is None or self._sought[0] != wanted or self._sought[1].done():
            self._sought = wanted, self._far.submit(lambda reader: reader.all_of(wanted), subject="list")
        return self._sought[1]

    @work(group="list", exclusive=True)
    async def _complete(self) -> None:
        await self.whole_list()

    async def _show_whole(self, wanted: CaseFilter, sought: "Future[Sequence[int]]", start: int | None) -> None:
        """Show a list when all of it is found, at `start` or where the cursor is by then."""
        positions = await asyncio.shield(asyncio.wrap_future(sought))
        listing = CaseListing(wanted, positions)
        rows: list[CaseRow] = []
        if start is not None and listing.count:
            first = listing.place_of(start) // PAGE_ROWS * PAGE_ROWS
            around = positions[first : first + 2 * PAGE_ROWS]
            rows = await self.ask(lambda reader: reader.rows(around), subject="first")
        if self.cases.listing.wanted != wanted or not self.cases.listing.is_whole or start is not None:
            self._show_listing(listing, (self.cases.position or 0) if start is None else start, rows)

    def _show_listing(self, listing: CaseListing, position: int, rows: Iterable[CaseRow]) -> None:
        """Show a list that has been read, unless another has been asked for since."""
        if listing.wanted == self.wanted:
            self._leaving.clear()
            self.cases.rows.add(rows)
            self.cases.renew(listing, position)

    @on(CaseList.RowsCame)
    def _say_what_failed(self, message: CaseList.RowsCame) -> None:
        with self.noticing(), suppress(Outdated):
            message.rows.result()

    @work(group="look again", exclusive=True)
    async def _look_again(self) -> None:
        """Show in view what others have stored since."""
        positions, before = list(self.cases.in_view), self._changes_seen

        def look(reader: CaseReader) -> tuple[int, list[CaseRow]]:
            now = reader.changes_seen()
            return now, [] if now == before else reader.rows(positions)

        with suppress(Outdated, WorkbenchError):  # the next key says what is wrong
            self._changes_seen, rows = await self.ask(look, subject="look again")
            if self._changes_seen != before:
                self.cases.forget_all_but(positions)
                self.cases.add_rows(rows)


def _all_around(reader: CaseReader, position: int) -> tuple[int, list[CaseRow]]:
    """How many samples there are, and the lines around a position."""
    first = position // PAGE_ROWS * PAGE_ROWS
    return reader.planned(), reader.rows(range(first, first + 2 * PAGE_ROWS))


def _near(reader: CaseReader, wanted: CaseFilter, position: int) -> tuple[Sequence[int], list[CaseRow]]:
    """The first samples that pass, with their lines."""
    positions = reader.near(wanted, position)
    return positions, reader.rows(positions[:PAGE_ROWS])


def _looked_at(reader: CaseReader, wanted: CaseFilter, names: Sequence[str]) -> _Touched:
    found = [at for name in names if (at := reader.position_of(name)) is not None]
    return _Touched(reader.rows(found), reader.passing(wanted, found))
