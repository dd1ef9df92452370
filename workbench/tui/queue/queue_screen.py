"""The queue: how a run stands, how much of its limits is used, its batches, and what can be done about it.

The run is sent by another process, or by nobody. This screen only reads the workspace about once a second, in a
thread of its own, and draws what has changed: a slow terminal holds up the screen and nothing else.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from workbench.application.run_actions import Launched, RunActions
from workbench.application.runs import RunMonitor
from workbench.domain.run_status import BatchState, GivenLimits, RunSnapshot
from workbench.errors import WorkbenchError
from workbench.tui.base.background import OwnedThread, run_blocking
from workbench.tui.base.base_app import BaseApp
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.base.preferences import Preferences
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.question_screen import YES, QuestionScreen
from workbench.tui.queue.batch_list import BatchList, BatchWindow, count_of, load_end, load_top, load_towards
from workbench.tui.queue.batch_screen import BatchScreen
from workbench.tui.queue.limits_screen import LimitsScreen
from workbench.tui.queue.run_heading import RunHeading
from workbench.tui.queue.run_starter import RunStarter, SendTask
from workbench.tui.widgets.keys_line import KeysLine

_EVERY_S: Final = 1.0
_FILTERS: Final = (None, *BatchState)


class QueueScreen(WorkbenchScreen):
    """Shows one run, and steers the process that sends it."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.QUEUE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.QUEUE)
    DEFAULT_CSS = "QueueScreen BatchList { height: 1fr; }"

    def __init__(self, parts: RunActions, *, launched: Launched | None = None, every_s: float = _EVERY_S) -> None:
        """`launched` was started for the run just now. The workspace is read every so many seconds."""
        super().__init__()
        self.parts = parts
        self.batches = BatchList()
        self._snapshot: RunSnapshot | None = None
        self._state: BatchState | None = None
        self._error = ""
        self._every_s = every_s
        self._is_reading = False
        self._heading = RunHeading(parts.title)
        self._starter = RunStarter(self, parts.run.spec.model, launched)
        self._thread = OwnedThread(parts.open_monitor, "queue-session")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self.batches
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self.batches)
        self.set_interval(self._every_s, self._read_soon)
        self._read_soon()

    async def on_unmount(self) -> None:
        await self._thread.close()

    def on_resize(self) -> None:
        self._draw()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────────

    def _read_soon(self) -> None:
        """Read the workspace now, unless that is under way."""
        if not self._is_reading:
            self._is_reading = True
            self._read()

    @work(group="reading")
    async def _read(self) -> None:
        try:
            state, window = self._state, self.batches.window
            follows = self.batches.cursor == 0 or window.state is not state
            numbers = self.batches.numbers_in_view

            def read(monitor: RunMonitor) -> tuple[RunSnapshot, BatchWindow]:
                snapshot = monitor.snapshot()
                count = count_of(snapshot.totals, state)
                if follows:
                    return snapshot, load_top(monitor, state, count)
                fresh = monitor.rows(numbers) if numbers else {}
                return snapshot, replace(window.with_rows(fresh), count=max(count, window.after))

            self._snapshot, fresh = await self._thread.call(read)
            self._error = ""
            self._draw()
            if fresh.state is self._state and self.batches.window is window:
                self.batches.renew(fresh, 0 if window.state is not fresh.state else None)
            if await self._starter.hear_of_end():
                self.call_later(self._read_soon)
                self._draw()
        except WorkbenchError as error:
            self._error = str(error)
            self._draw()
        finally:
            self._is_reading = False

    def _draw(self) -> None:
        is_starting = self._starter.is_starting
        self._heading.show(self._snapshot, self._state, self._error, is_starting=is_starting, screen=self.size)

    @on(BatchList.RowMissing)
    def _load_missing(self, message: BatchList.RowMissing) -> None:
        self._fetch(message.window, lambda monitor: load_towards(monitor, message.window, message.index))

    @work(group="window")
    async def _fetch(
        self, before: BatchWindow, load: Callable[[RunMonitor], BatchWindow], cursor: int | None = None
    ) -> None:
        with self.errors_as_notices():
            fresh = await self._thread.call(load)
            if self.batches.window is before or cursor is not None:
                self.batches.renew(fresh, cursor)
            else:
                self.batches.ask_again()

    # ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, by: int) -> None:
        self.batches.move(by)

    def action_page(self, pages: float) -> None:
        self.batches.move_by_pages(pages)

    def action_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        state, count = self._state, self.batches.window.count
        if bottom:
            self._fetch(self.batches.window, lambda monitor: load_end(monitor, state, count), max(count - 1, 0))
        else:
            self._fetch(self.batches.window, lambda monitor: load_top(monitor, state, count), 0)

    def action_filter(self, by: int) -> None:
        place = _FILTERS.index(self._state)
        for step in range(1, len(_FILTERS) + 1):
            state = _FILTERS[(place + by * step) % len(_FILTERS)]
            if state is None or self._snapshot is None or self._snapshot.totals.by_state[state]:
                break
        self._state = state
        self._draw()
        count = 0 if self._snapshot is None else count_of(self._snapshot.totals, state)
        self._fetch(self.batches.window, lambda monitor: load_top(monitor, state, count), 0)

    @on(BatchList.Chosen)
    def action_look_into(self) -> None:
        if self.batches.row is not None:
            self._show_batch(self.batches.row.id)

    @work(group="batch", exclusive=True)
    async def _show_batch(self, number: int) -> None:
        with self.errors_as_notices():
            batch = await self._thread.call(lambda monitor: monitor.batch(number))
            await self.app.push_screen(BatchScreen(batch, self._show_batch))

    # ── steering ─────────────────────────────────────────────────────────────────────────────────────────────────

    def action_pause(self) -> None:
        self._ask(self.parts.pause, "asked to pause; what is in flight comes in first")

    async def action_cancel(self) -> None:
        if self._snapshot is not None and self._snapshot.ahead:
            self._leave_line()
            return
        if self._snapshot is not None and self._snapshot.sender is None:
            self.notice("nobody sends this run", seconds=2)
            return

        def answered(answer: str | None) -> None:
            if answer == YES:
                self._ask(self.parts.cancel, "asked to stop at once")

        question = "Stop at once? Replies on their way are lost, and may be paid for twice. `p` waits for them."
        await self.app.push_screen(QuestionScreen(question), answered)

    async def action_limits(self) -> None:
        def chosen(limits: GivenLimits | None) -> None:
            if limits is not None:
                self._limit(limits)

        await self.app.push_screen(LimitsScreen(self._present_limits()), chosen)

    def action_resume(self) -> None:
        if self._sender is not None:
            self.notice(f"{self._sender} sends it already", seconds=3)
        elif self._snapshot is not None and self._snapshot.ahead:
            self.notice("it waits in line", seconds=2)
        elif self._starter.is_starting:
            self.notice("it is being started", seconds=2)
        else:
            nothing = "every sample has been asked about; R asks again about the refused ones"
            self._start(SendTask(self.parts.preview_open, self.parts.resume, "Send", nothing))

    def action_retry_refused(self) -> None:
        if self._starter.is_starting and self._sender is None:
            self.notice("it is being started", seconds=2)
        else:
            parts = self.parts
            nothing = "no sample was refused"
            self._start(
                SendTask(parts.preview_refused, parts.retry_refused, "Ask again about", nothing, always_asks=True)
            )

    @property
    def _sender(self) -> str | None:
        return None if self._snapshot is None else self._snapshot.sender

    def _present_limits(self) -> GivenLimits:
        if self._snapshot is None:
            return GivenLimits()
        given = GivenLimits() if self._snapshot.meter is None else self._snapshot.meter.given
        return self._snapshot.control.limits.over(given)

    @work(group="steering")
    async def _ask(self, ask: Callable[[], str | None], what: str) -> None:
        with self.errors_as_notices():
            sender = await run_blocking(ask)
            self.notice("nobody sends this run" if sender is None else f"{sender} was {what}", seconds=4)
            self._read_soon()

    @work(group="steering")
    async def _leave_line(self) -> None:
        with self.errors_as_notices():
            waited = await run_blocking(self.parts.stop_waiting)
            self.notice("taken out of the line; r sends it at once" if waited else "its turn has come", seconds=4)
            self._read_soon()

    @work(group="steering")
    async def _limit(self, limits: GivenLimits) -> None:
        with self.errors_as_notices():
            sender = await run_blocking(lambda: self.parts.limit(limits))
            when = "from now on" if sender else "when it is sent again"
            self.notice(f"{limits.words}, {when}", seconds=4)
            self._read_soon()

    @work(group="steering")
    async def _start(self, task: SendTask) -> None:
        with self.errors_as_notices():
            await self._starter.start(task)
        self._read_soon()

    def action_close(self) -> None:
        if len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.app.exit()


class QueueApp(BaseApp):
    """The queue by itself. It shows no pictures, so the terminal is not asked about them."""

    def __init__(self, parts: RunActions, preferences: Preferences | None = None, *, every_s: float = _EVERY_S) -> None:
        super().__init__(preferences)
        self._parts = parts
        self.context = parts.context
        self._every_s = every_s

    def get_default_screen(self) -> Screen[None]:
        return QueueScreen(self._parts, every_s=self._every_s)


def run_queue(parts: RunActions, preferences: Preferences) -> None:
    """Show the queue in this terminal until the person leaves."""
    QueueApp(parts, preferences).run()
