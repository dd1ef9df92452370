"""The queue: how a run stands, what its limits are used for, its batches; and what can be done about it.

The run is sent by another process, or by nobody. This screen only reads the workspace, in a thread of its own about
once a second, and draws what has changed: a line that stalls holds up the screen and nothing else.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from workbench.application.run_actions import RunActions
from workbench.application.run_monitor import RunMonitor
from workbench.domain.run_status import BatchState, RunSnapshot
from workbench.errors import WorkbenchError
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.queue import batch_window as windows
from workbench.tui.queue.batch_list import BatchList
from workbench.tui.queue.batch_screen import BatchScreen
from workbench.tui.queue.batch_window import BatchWindow
from workbench.tui.queue.painted_widget import Painted
from workbench.tui.queue.queue_actions import QueueActions
from workbench.tui.queue.queue_thread import QueueThread
from workbench.tui.queue.queue_words import (
    BATCH_HEADING,
    Piece,
    counts_line,
    level_line,
    levels,
    money_line,
    progress_line,
    state_line,
    subject_line,
)
from workbench.tui.widgets.keys_line import KeysLine

LOOK_S: Final = 1.0
_FILTERS: Final = (None, *BatchState)
_FEWEST_ROWS: Final = 8
"""Of the list, before meters take more of the screen."""


class QueueScreen(QueueActions):
    """Shows one run on its way."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.QUEUE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.QUEUE)
    DEFAULT_CSS = """
    QueueScreen {
        & #head { background: $panel; }
        & #meters { margin-top: 1; }
        & #batches { margin-top: 1; }
        & BatchList { height: 1fr; }
    }
    """

    def __init__(self, parts: RunActions, *, look_s: float = LOOK_S) -> None:
        super().__init__(parts)
        self._thread = QueueThread(parts.open_session)
        self._look_s = look_s
        self._state: BatchState | None = None
        self._is_looking = False
        self._error = ""
        self._head = Painted(id="head", least=4)
        self._meters = Painted(id="meters")
        self._meters.display = False
        self._heading = Painted(id="batches", least=2)
        self.batches = BatchList()

    def compose(self) -> ComposeResult:
        """State, meters, batches."""
        yield self._head
        yield self._meters
        yield self._heading
        yield self.batches
        yield KeysLine()

    def on_mount(self) -> None:
        """Look at once, and then every second."""
        self.set_focus(self.batches)
        self.set_interval(self._look_s, self.look_soon)
        self.look_soon()

    async def on_unmount(self) -> None:
        """Let go of the workspace."""
        await self._thread.close()

    def on_resize(self) -> None:
        """Draw for another width."""
        self._draw()

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────

    def look_soon(self) -> None:
        """Look now, unless that is under way."""
        if not self._is_looking:
            self._is_looking = True
            self._look()

    @work(group="looking")
    async def _look(self) -> None:
        try:
            state, window = self._state, self.batches.window
            follows = self.batches.is_at_top or window.state is not state
            numbers = self.batches.numbers_in_view

            def look(session: RunMonitor) -> tuple[RunSnapshot, BatchWindow]:
                snapshot = session.snapshot()
                count = windows.count_of(snapshot.totals, state)
                if follows:
                    return snapshot, windows.top(session, state, count)
                fresh = session.rows(numbers) if numbers else {}
                return snapshot, replace(window.with_rows(fresh), count=max(count, window.after))

            snapshot, fresh = await self._thread.call(look)
            self._error = ""
            self._take(snapshot, window, fresh)
            await self._hear_of_sender()
        except WorkbenchError as error:
            self._error = str(error)
            self._draw()
        finally:
            self._is_looking = False

    def _take(self, snapshot: RunSnapshot, before: BatchWindow, fresh: BatchWindow) -> None:
        self.snapshot = snapshot
        self._draw()
        if fresh.state is self._state and self.batches.window is before:
            self.batches.renew(fresh, 0 if before.state is not fresh.state else None)

    async def _hear_of_sender(self) -> None:
        """Say why the process that was started has ended, if it should not have."""
        launched = self.launched
        if launched is not None and launched.has_ended:
            self.launched = None
            if (complaint := await asyncio.to_thread(launched.complaint)) is not None:
                self.notice(complaint, severity="error", seconds=12)
            self.call_later(self.look_soon)
            self._draw()

    def _draw(self) -> None:
        width = self.size.width
        if self.snapshot is None or not width:
            self._head.show([[(f" {self._error or 'looking …'}", "wrong" if self._error else "soft")]])
            return
        snapshot = self.snapshot
        head = [
            subject_line(self.parts.title, snapshot),
            state_line(snapshot, is_starting=self.is_starting),
            progress_line(snapshot, width),
            money_line(snapshot),
        ]
        if self._error:
            head.append([(f" {self._error}", "wrong")])
        self._head.show(head)
        meters = self._meter_lines(snapshot, width)
        if self._meters.display != bool(meters):
            self._meters.display = bool(meters)
        self._meters.show(meters)
        self._heading.show([counts_line(snapshot.totals, self._state), [(BATCH_HEADING, "soft")]])

    def _meter_lines(self, snapshot: RunSnapshot, width: int) -> list[list[Piece]]:
        """As many as leave room for some batches."""
        before, lines = "", list[list[Piece]]()
        for level in levels(snapshot, _seconds_since(snapshot.meter_at)):
            lines.append(level_line(level, width, is_named=level.name != before))
            before = level.name
        most = max(self.size.height - 10 - _FEWEST_ROWS, 3)
        if len(lines) > most:
            lines = [*lines[: most - 1], [(f" and {len(lines) - most + 1} more", "soft")]]
        return lines

    # ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────

    @on(BatchList.PlaceWanted)
    def _follow_view(self, message: BatchList.PlaceWanted) -> None:
        self._fetch(message.window, lambda session: windows.towards(session, message.window, message.place))

    @work(group="window")
    async def _fetch(
        self, before: BatchWindow, load: Callable[[RunMonitor], BatchWindow], cursor: int | None = None
    ) -> None:
        with self.noticing():
            fresh = await self._thread.call(load)
            if self.batches.window is before or cursor is not None:
                self.batches.renew(fresh, cursor)
            else:
                self.batches.look_anew()

    def action_move(self, by: int) -> None:
        """Go up or down."""
        self.batches.move_to(self.batches.cursor + by)

    def action_page(self, pages: float) -> None:
        """Go up or down by views."""
        self.batches.move_by_pages(pages)

    def action_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        """Go to the newest, or to the end."""
        state, count = self._state, self.batches.window.count
        if bottom:
            self._fetch(self.batches.window, lambda session: windows.end(session, state, count), max(count - 1, 0))
        else:
            self._fetch(self.batches.window, lambda session: windows.top(session, state, count), 0)

    def action_filter(self, by: int) -> None:
        """List the batches of the next state that has any."""
        place = _FILTERS.index(self._state)
        for step in range(1, len(_FILTERS) + 1):
            state = _FILTERS[(place + by * step) % len(_FILTERS)]
            if state is None or self.snapshot is None or self.snapshot.totals.by_state[state]:
                break
        self._state = state
        self._draw()
        count = 0 if self.snapshot is None else windows.count_of(self.snapshot.totals, state)
        self._fetch(self.batches.window, lambda session: windows.top(session, state, count), 0)

    @on(BatchList.Chosen)
    def action_look_into(self) -> None:
        """Show one batch in full."""
        if self.batches.row is not None:
            self._show_batch(self.batches.row.id)

    @work(group="batch", exclusive=True)
    async def _show_batch(self, number: int) -> None:
        with self.noticing():
            seen = await self._thread.call(lambda session: session.batch(number))
            await self.app.push_screen(BatchScreen(seen, self._show_batch))

    # ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────────

    def action_close(self) -> None:
        """Go back; the run goes on."""
        if len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.app.exit()


def _seconds_since(at: str | None) -> float | None:
    return None if at is None else (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()
