"""The list of a review, and the threads that read for it.

The first rows under a filter come at once. The other samples are looked for meanwhile, and the next key breaks that
off. A sample that leaves the filter while it is under the cursor (it was answered, or reviewed) stays until the cursor
moves on: what a person is about to write must not land on its neighbour.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from workbench.application.reviews import CaseReader
from workbench.domain.cases import CaseFilter, CaseRow
from workbench.errors import WorkbenchError
from workbench.tui.base.background import Outdated, OwnedThread
from workbench.tui.base.workbench_screen import errors_as_notices
from workbench.tui.review.case_line import ListHeading
from workbench.tui.review.case_list import CaseList
from workbench.tui.review.case_pages import PAGE_ROWS, CaseListing

T = TypeVar("T")


class RowReader(Protocol):
    """Looks through samples for a list: those of a run, or of a data set. It belongs to the thread that opened it."""

    def break_off_when(self, is_outdated: Callable[[], bool]) -> None: ...
    def planned(self) -> int: ...
    def all_of(self, wanted: CaseFilter) -> Sequence[int]: ...
    def near(self, wanted: CaseFilter, position: int) -> Sequence[int]: ...
    def count(self, wanted: CaseFilter) -> int: ...
    def rows(self, positions: Sequence[int]) -> list[CaseRow]: ...
    def position_of(self, sample_id: str) -> int | None: ...
    def passing(self, wanted: CaseFilter, positions: Sequence[int]) -> set[int]: ...
    def changes_seen(self) -> int: ...
    def close(self) -> None: ...


R = TypeVar("R", bound=RowReader)
EVERYTHING: Final = CaseFilter()
_LOOK_AGAIN_S: Final = 1.0
"""How soon rows in view show what others have stored."""


@dataclass(frozen=True, slots=True)
class _Touched:
    """Some samples as they are now."""

    rows: list[CaseRow]
    passing: set[int]
    """The positions of those that pass the filter."""


class CaseBrowser(Vertical, Generic[R]):
    """Which samples are listed, and which one is under the cursor.

    Of its two threads, the near one answers at once and the far one goes through all samples.
    """

    class Moved(Message):
        """Another sample may be under the cursor, or the list may be another one."""

    class Refreshed(Message):
        """Rows, counts and the case may have changed: a review or a reply was stored."""

    def __init__(
        self, labels: Sequence[str], wanted: CaseFilter, open_reader: Callable[[], R], last: str = "answer"
    ) -> None:
        """`last` is the heading of the last column."""
        super().__init__()
        self.wanted = wanted
        """The filter that was asked for last; the list may still show the one before."""
        self.cases = CaseList(labels)
        self._heading = ListHeading(labels, last)
        self._near = OwnedThread(open_reader, "case-rows", interrupt=_interrupt)
        self._far = OwnedThread(open_reader, "case-lists", interrupt=_interrupt)
        self.cases.look_up_by(lambda positions: self._near.submit(lambda reader: reader.rows(positions)))
        self._sought: tuple[CaseFilter, Future[Sequence[int]]] | None = None
        self._leaving: set[int] = set()
        """Positions that have left the filter, but not the list."""
        self._touched: set[str] = set()
        self._changes_seen = 0

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self.cases

    def on_mount(self) -> None:
        self.set_interval(_LOOK_AGAIN_S, self._look_again)

    async def on_unmount(self) -> None:
        await self._near.close()
        await self._far.close()

    async def look_up(self, work: Callable[[R], T], *, subject: str = "") -> T:
        """Look something up that takes a moment. Raises Outdated when the subject is asked about anew."""
        return await self._near.call(work, subject=subject)

    async def look_through(self, work: Callable[[R], T], *, subject: str = "") -> T:
        """Look something up that may go through all samples. Raises Outdated as `look_up` does."""
        return await self._far.call(work, subject=subject)

    async def show_list(self, wanted: CaseFilter, position: int | None = None) -> None:
        """Show another list, with the cursor at the sample of that position, or of the present one."""
        start = (self.cases.position or 0) if position is None else position
        self.wanted = wanted
        self._far.take_back("count")
        with self._errors_as_notices():
            if wanted == EVERYTHING:
                self._far.take_back("list")
                planned, rows = await self.look_up(lambda reader: _all_around(reader, start), subject="first")
                self._show_listing(CaseListing(wanted, range(planned)), start, rows)
                return
            sought = self._seek(wanted)
            near, rows = await self.look_up(lambda reader: _near(reader, wanted, start), subject="first")
            if near and not sought.done():
                self._show_listing(CaseListing(wanted, near, is_whole=False), start, rows)
                self._complete()
            else:
                await self._show_whole(wanted, sought, start)

    async def whole_list(self) -> None:
        """Wait until the list is whole."""
        if not self.cases.listing.is_whole and self._sought is not None:
            wanted, sought = self._sought
            with self._errors_as_notices():
                await self._show_whole(wanted, sought, None)

    async def current_row(self) -> CaseRow | None:
        """The row under the cursor, also where it is still being read; None in an empty list."""
        position = self.cases.position
        if position is not None and self.cases.row is None:
            with self._errors_as_notices():
                self.cases.add_rows(await self.look_up(lambda reader: reader.rows([position])))
        return None if position is None else self.cases.rows.at(position)

    async def move_to(self, index: int) -> None:
        """Put the cursor at a row, or as far beyond those that have been found as there are any."""
        by = index - self.cases.cursor
        if not (self.cases.listing.is_whole or self.cases.can_choose(index)):
            await self.whole_list()
        self.cases.move_to(self.cases.cursor + by)

    async def move_to_edge(self, *, bottom: bool) -> None:
        """Put the cursor at the first or the last row."""
        await self.whole_list()
        self.cases.move_to_edge(bottom=bottom)

    async def go_to(self, sample_id: str) -> None:
        """Put the cursor on a sample, in a list of all where the present one does not have it."""
        position = await self.look_up(lambda reader: reader.position_of(sample_id))
        if position is None:
            return
        await self.whole_list()
        if self.cases.listing.holds(position):
            self.cases.move_to(self.cases.listing.place_of(position))
        else:
            await self.show_list(EVERYTHING, position)

    async def count(self, wanted: CaseFilter) -> int:
        """How many samples pass a filter. Raises Outdated when another list is asked for."""
        return await self.look_through(lambda reader: reader.count(wanted), subject="count")

    def refresh_cases(self, sample_ids: Iterable[str]) -> None:
        """Show these samples as they are now: a review or a reply was stored."""
        self._touched.update(sample_ids)
        self._refresh_touched()

    async def refreshed(self, sample_ids: Iterable[str]) -> None:
        """The same, and wait for it."""
        touched_ids, wanted = tuple(sample_ids), self.wanted
        touched = await self.look_up(lambda reader: _looked_at(reader, wanted, touched_ids))
        await self.whole_list()
        self._take_in(touched, wanted)
        self.post_message(self.Refreshed())

    @work(group="refresh", exclusive=True)
    async def _refresh_touched(self) -> None:
        with self._errors_as_notices():
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

    @on(CaseList.Moved)
    def _drop_those_left(self, message: CaseList.Moved) -> None:
        """Take samples out of the list that stayed only for the cursor on them; the list tells anew that it moved."""
        message.stop()
        position = self.cases.position
        left = {leaving for leaving in self._leaving if leaving != position}
        if left:
            self._leaving.difference_update(left)
            self.cases.renew(self.cases.listing.changed((), left), position or 0)
        else:
            self.post_message(self.Moved())

    def _seek(self, wanted: CaseFilter) -> "Future[Sequence[int]]":
        """Look for all samples that pass, unless that is being done."""
        if self._sought is None or self._sought[0] != wanted or self._sought[1].done():
            self._sought = wanted, self._far.submit(lambda reader: reader.all_of(wanted), subject="list")
        return self._sought[1]

    @work(group="list", exclusive=True)
    async def _complete(self) -> None:
        await self.whole_list()

    async def _show_whole(self, wanted: CaseFilter, sought: "Future[Sequence[int]]", start: int | None) -> None:
        """Show a list when all of it is found, with the cursor at `start` or where it is by then."""
        positions = await asyncio.shield(asyncio.wrap_future(sought))
        listing = CaseListing(wanted, positions)
        rows: list[CaseRow] = []
        if start is not None and listing.count:
            first = listing.place_of(start) // PAGE_ROWS * PAGE_ROWS
            around = positions[first : first + 2 * PAGE_ROWS]
            rows = await self.look_up(lambda reader: reader.rows(around), subject="first")
        if self.cases.listing.wanted != wanted or not self.cases.listing.is_whole or start is not None:
            self._show_listing(listing, (self.cases.position or 0) if start is None else start, rows)

    def _show_listing(self, listing: CaseListing, position: int, rows: Iterable[CaseRow]) -> None:
        """Show a list that has been read, unless another has been asked for since."""
        if listing.wanted == self.wanted:
            self._leaving.clear()
            self.cases.rows.add(rows)
            self.cases.renew(listing, position)

    @on(CaseList.RowsCame)
    def _notice_failure(self, message: CaseList.RowsCame) -> None:
        with self._errors_as_notices():
            message.rows.result()

    @work(group="look again", exclusive=True)
    async def _look_again(self) -> None:
        """Show in view what others have stored since."""
        positions, before = list(self.cases.in_view), self._changes_seen

        def look(reader: R) -> tuple[int, list[CaseRow]]:
            now = reader.changes_seen()
            return now, [] if now == before else reader.rows(positions)

        with suppress(Outdated, WorkbenchError):  # the next key shows what is wrong
            self._changes_seen, rows = await self.look_up(look, subject="look again")
            if self._changes_seen != before:
                self.cases.forget_all_but(positions)
                self.cases.add_rows(rows)

    @contextmanager
    def _errors_as_notices(self) -> Iterator[None]:
        """Show errors as notices; say nothing of what nobody wants to know any more."""
        with errors_as_notices(self):
            yield


class RunBrowser(CaseBrowser[CaseReader]):
    """The samples of a run, some of which are failures."""

    async def move_to_failure(self, *, backwards: bool, kind: str | None = None) -> bool | None:
        """Put the cursor at the nearest failure in that direction, of one kind if it is given.

        False: there is none. None: nothing was found out, since something else was asked for or an error shown.
        """
        await self.whole_list()
        position, listed = self.cases.position, self.cases.listing.positions
        has_moved: bool | None = None
        if position is None:
            return None
        with self._errors_as_notices():
            found = await self.look_up(
                lambda reader: reader.next_failure(listed, position, kind=kind, backwards=backwards), subject="failure"
            )
            has_moved = found is not None
            if found is not None:
                self.cases.move_to(self.cases.listing.place_of(found))
                await self.current_row()
        return has_moved

    async def unanswered(self) -> list[str]:
        """The ids of the listed samples that ended without an answer."""
        await self.whole_list()
        listed = self.cases.listing.positions
        return await self.look_through(lambda reader: reader.unanswered(listed))


def _interrupt(reader: RowReader, is_outdated: Callable[[], bool]) -> None:
    reader.break_off_when(is_outdated)


def _all_around(reader: RowReader, position: int) -> tuple[int, list[CaseRow]]:
    """How many samples there are, and the rows around a position."""
    first = position // PAGE_ROWS * PAGE_ROWS
    return reader.planned(), reader.rows(range(first, first + 2 * PAGE_ROWS))


def _near(reader: RowReader, wanted: CaseFilter, position: int) -> tuple[Sequence[int], list[CaseRow]]:
    """The first samples that pass from a position on, with their rows."""
    positions = reader.near(wanted, position)
    return positions, reader.rows(positions[:PAGE_ROWS])


def _looked_at(reader: RowReader, wanted: CaseFilter, names: Sequence[str]) -> _Touched:
    found = [at for name in names if (at := reader.position_of(name)) is not None]
    return _Touched(reader.rows(found), reader.passing(wanted, found))
