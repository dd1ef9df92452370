"""Looking at cases: the list, and the case under its cursor.

The cursor answers at once; the case follows when its rows and pictures are there.
"""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from workbench.application.open_review import ReviewParts
from workbench.application.reviews import Case, ReviewSession
from workbench.domain.cases import CaseRow
from workbench.errors import DataError
from workbench.tui.base.background import OwnedThread
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.frame_pane import FramePane
from workbench.tui.review.case_browser import Listed
from workbench.tui.review.case_list import CaseList
from workbench.tui.review.panes import Panes
from workbench.tui.review.prediction_pane import PredictionPane
from workbench.tui.review.status_line import StatusLine
from workbench.tui.review.text_pane import SaidPane
from workbench.tui.widgets.keys_line import KeysLine

_REST_S: Final = 0.09
"""How long the cursor rests before the case is fetched while a key repeats: a slow line would choke on pictures."""


class CaseScreen(Listed):
    """Shows a list of cases and one of them; the base of the review screen."""

    DEFAULT_CSS = """
    CaseScreen {
        & #body { height: 1fr; }
        & #left { width: 36; }
        & #right { width: 1fr; padding: 0 1; }
        &.-wide #left { width: 42%; max-width: 64; }
        & #shown { height: 1fr; min-height: 6; }
        & FramePane { width: 1fr; height: 1fr; }
        &.-wide #shown { layout: horizontal; }
        & PredictionPane { margin-top: 1; min-height: 8; }
        &.-narrow PredictionPane { margin-top: 0; min-height: 9; }
    }
    """

    def __init__(self, parts: ReviewParts, session: OwnedThread[ReviewSession], loader: FrameLoader) -> None:
        super().__init__(parts, session)
        self.loader = loader
        self.case: Case | None = None
        self.retrying: frozenset[str] = frozenset()
        self.status = StatusLine(parts)
        self.frames = FramePane(loader)
        self.said = SaidPane()
        self.prediction = PredictionPane(parts.card)
        self.panes = Panes(
            Vertical(self.heading, self.cases, id="left"),
            Vertical(Container(self.frames, self.said, id="shown"), self.prediction, id="right"),
        )
        self._moved_at = 0.0

    def compose(self) -> ComposeResult:
        """The list beside the case."""
        yield self.status
        yield self.panes
        yield KeysLine()

    async def on_mount(self) -> None:
        """Begin with what was wanted, at the sample that was wanted or the first one."""
        self.set_focus(self.cases)
        start = self.parts.start
        position = 0
        if start is not None:
            with self.noticing(), suppress(DataError):  # a sample that is gone is no reason to say anything
                position = await self.session.call(lambda session: session.case(start).result.position)
        await self.show_list(self.wanted, position)

    @on(CaseList.Moved)
    def _follow_cursor(self) -> None:
        if self.drop_those_left():
            return
        listing = self.cases.listing
        place = min(self.cases.cursor + 1, listing.count)
        self.status.show_place(listing.wanted, place, listing.count if listing.is_whole else None)
        repeats = monotonic() - self._moved_at < 2 * _REST_S
        self._moved_at = monotonic()
        self._show_case(_REST_S if repeats else 0)

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
            self._show(await self.session.call(lambda session: session.case(row.sample_id)))
            await self._prefetch_neighbours(row)

    def _show(self, case: Case) -> None:
        self.case = case
        self.prediction.show(case, asking=case.result.sample.id in self.retrying)
        self.said.show(case.result.sample)
        self.frames.show(case.result.sample)

    def _clear(self) -> None:
        self.case = None
        self.prediction.clear()
        self.said.clear()
        self.frames.clear()

    async def _prefetch_neighbours(self, row: CaseRow) -> None:
        places = (self.cases.cursor + by for by in (1, -1, 2))
        near = [other for place in places if place >= 0 and (other := self.cases.row_at(place))]
        samples = await self.session.call(
            lambda session: [session.case(other.sample_id).result.sample for other in near]
        )
        if self.cases.row is row:
            self.frames.prefetch(samples)
