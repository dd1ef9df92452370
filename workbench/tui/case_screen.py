"""Looking at cases: the list, and the case under its cursor.

The cursor answers at once; the case follows when its rows and pictures are there. A case that leaves the filter
while it is looked at (it was answered, or reviewed) stays until the cursor moves on: what a person is about to
write must not land on its neighbour.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer

from workbench.domain.reviews import CaseFilter
from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.review.session import Case, ReviewSession
from workbench.storage.cases import CaseRow
from workbench.tui.case_list import CaseList
from workbench.tui.case_pages import Listing, load_listing, load_page, load_row
from workbench.tui.list_heading import ListHeading
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.frame_pane import FramePane
from workbench.tui.prediction_pane import PredictionPane
from workbench.tui.session_thread import SessionThread
from workbench.tui.status_line import StatusLine
from workbench.wiring.reviewing import ReviewParts

_REST_S: Final = 0.09
"""How long the cursor rests before the case is fetched while a key repeats: a slow line would choke on pictures."""
_NOTICE_CHARS: Final = 400


class CaseScreen(Screen[None]):
    """Shows a list of cases and one of them; the base of the review screen."""

    DEFAULT_CSS = """
    CaseScreen {
        & #body { height: 1fr; }
        & #left { width: 36; }
        & #right { width: 1fr; padding: 0 1; border-left: solid $panel; }
        &.-wide #left { width: 42%; max-width: 64; }
        & FramePane { height: 1fr; min-height: 6; }
        & PredictionPane { margin-top: 1; min-height: 8; }
        &.-narrow PredictionPane { margin-top: 0; min-height: 9; }
    }
    """

    def __init__(self, parts: ReviewParts, session: SessionThread, loader: FrameLoader) -> None:
        super().__init__()
        self.parts = parts
        self.session = session
        self.loader = loader
        self.wanted = parts.wanted
        self.case: Case | None = None
        self.retrying: frozenset[str] = frozenset()
        labels = parts.card.labels.names
        self.status = StatusLine(parts)
        self.heading = ListHeading(labels)
        self.cases = CaseList(labels)
        self.frames = FramePane(loader)
        self.prediction = PredictionPane(parts.card)
        self._touched: set[str] = set()
        self._is_stale = False
        self._moved_at = 0.0

    def compose(self) -> ComposeResult:
        """The list beside the case."""
        yield self.status
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield self.heading
                yield self.cases
            with Vertical(id="right"):
                yield self.frames
                yield self.prediction
        yield Footer(compact=True, show_command_palette=False)

    async def on_mount(self) -> None:
        """Begin with everything, at the first sample."""
        self.set_focus(self.cases)
        await self.show_list(self.wanted, 0)

    async def show_list(self, wanted: CaseFilter, position: int | None = None) -> None:
        """Show another list, at the sample of that position or the present one."""
        row = self.cases.row
        if position is None:
            position = row.position if row else 0
        self.wanted = wanted
        with self.noticing():
            self.renew_list(await self.session.call(lambda session: load_listing(session, wanted, position)))

    def renew_list(self, listing: Listing) -> None:
        """Show a list that has been read, unless another has been asked for since."""
        if listing.wanted == self.wanted:
            self._is_stale = False
            self.cases.renew(listing)

    async def current_row(self) -> CaseRow | None:
        """The row under the cursor, also where it is still on its way; None in an empty list."""
        row, place, wanted = self.cases.row, self.cases.cursor, self.wanted
        if row is None and self.cases.listing.count:
            with self.noticing():
                rows = await self.session.call(lambda session: session.cases(wanted, start=place, count=1))
                return rows[0] if rows else None
        return row

    def refresh_cases(self, sample_ids: Iterable[str]) -> None:
        """Bring the list, its counts and the case up to date after something has been said of these samples."""
        self._touched.update(sample_ids)
        self._refresh()

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """Show what a person can do something about as a notice."""
        try:
            yield
        except WorkbenchError as error:
            self.notice(str(error), severity="error")

    def notice(self, words: str, *, severity: str = "information", seconds: float = 5) -> None:
        """Say something in passing."""
        shown = visible(words, lines=True, longest=_NOTICE_CHARS)
        self.notify(shown, severity=severity, timeout=seconds, markup=False)  # type: ignore[arg-type]

    @on(CaseList.Moved)
    def _follow_cursor(self) -> None:
        count = self.cases.listing.count
        self.heading.show(self.wanted, min(self.cases.cursor + 1, count), count)
        repeats = monotonic() - self._moved_at < 2 * _REST_S
        self._moved_at = monotonic()
        self._show_case(_REST_S if repeats else 0)

    @on(CaseList.PageWanted)
    def _fetch_page(self, message: CaseList.PageWanted) -> None:
        self._add_page(self.cases.listing, message.page)

    @work(group="pages")
    async def _add_page(self, listing: Listing, page: int) -> None:
        with self.noticing():
            rows = await self.session.call(lambda session: load_page(session, listing.wanted, page))
            self.cases.add_page(listing, page, rows)

    @work(group="case", exclusive=True)
    async def _show_case(self, rest_s: float) -> None:
        row = self.cases.row
        if row is None:
            if not self.cases.listing.count:
                self._clear()
            return
        is_other = self.case is None or self.case.result.sample.id != row.sample_id
        if is_other:
            await asyncio.sleep(rest_s)
        with self.noticing():
            if is_other and self._is_stale:
                await self._leave_stale_list(row)
                return
            self._show(await self.session.call(lambda session: session.case(row.sample_id)))
            await self._prefetch_neighbours(row)

    async def _leave_stale_list(self, row: CaseRow) -> None:
        wanted = self.wanted
        listing = await self.session.call(lambda session: load_listing(session, wanted, row.position))
        if self.cases.row is row:
            self.renew_list(listing)

    def _show(self, case: Case) -> None:
        self.case = case
        self.prediction.show(case, asking=case.result.sample.id in self.retrying)
        self.frames.show(case.result.sample)

    def _clear(self) -> None:
        self.case = None
        self.prediction.clear()
        self.frames.clear()

    async def _prefetch_neighbours(self, row: CaseRow) -> None:
        places = (self.cases.cursor + by for by in (1, -1, 2))
        near = [other for place in places if place >= 0 and (other := self.cases.listing.row(place))]
        samples = await self.session.call(
            lambda session: [session.case(other.sample_id).result.sample for other in near]
        )
        if self.cases.row is row:
            self.frames.prefetch(samples)

    @work(group="refresh", exclusive=True)
    async def _refresh(self) -> None:
        row, wanted = self.cases.row, self.wanted
        known = self.cases.known_rows(self._touched)

        def look(session: ReviewSession) -> tuple[list[CaseRow], Listing]:
            position = row.position if row else 0
            return [load_row(session, old.position) for old in known], load_listing(session, wanted, position)

        with self.noticing():
            fresh, listing = await self.session.call(look)
            self._touched.clear()
            self.cases.replace_rows(fresh)
            here, there = self.cases.row, listing.row(listing.place)
            if row is None or (here and there and here.sample_id == there.sample_id == row.sample_id):
                self.renew_list(listing)
            else:
                self._is_stale = True
                self._follow_cursor()
