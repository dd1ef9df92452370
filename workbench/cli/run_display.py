"""How a run that is being sent is shown: a live display on a terminal, a plain line every ten seconds anywhere else."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from workbench.cli.output import say
from workbench.domain.figure_words import dollars, duration
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import LaneMeter, RunSnapshot
from workbench.domain.visible import visible
from workbench.errors import DatabaseError

if TYPE_CHECKING:
    from rich.console import Group

EVERY_S: Final = 10.0
"""Between two plain lines."""
_LOOK_S: Final = 1.0
_REFRESHED_PER_S: Final = 4
_ERROR_CHARS: Final = 160
_WORTH_SAYING: Final = (
    PredictionStatus.REFUSED,
    PredictionStatus.UNPARSED,
    PredictionStatus.MISSING,
    PredictionStatus.OUT_OF_VOCABULARY,
    PredictionStatus.BAD_MEDIA,
    PredictionStatus.FAILED,
)


@dataclass(slots=True)
class RunDisplay:
    """Shows one run, from snapshots of it."""

    look: Callable[[], RunSnapshot]
    """Reads the workspace; called in a worker thread."""
    snapshot: RunSnapshot
    """The latest one."""
    line_every_s: float = EVERY_S
    """Between two plain lines."""
    clock: Callable[[], float] = time.monotonic
    started_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.started_s = self.clock()

    @contextmanager
    def shown(self) -> Iterator[Callable[[str], None]]:
        """Show the run for the time of the block, in a running event loop; gives what prints a line beside it."""
        is_live = sys.stderr.isatty()
        task = asyncio.create_task(self.refresh() if is_live else self.print_lines(say))
        try:
            if is_live:
                with self._live() as tell:
                    yield tell
            else:
                yield say
        finally:
            task.cancel()

    async def refresh(self) -> None:
        """Take a new snapshot every second, until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(_LOOK_S)

    async def print_lines(self, tell: Callable[[str], None], sleep: Callable[[float], Any] = asyncio.sleep) -> None:
        """Print a line every ten seconds (or as often as was said), until cancelled."""
        while True:
            await sleep(self.line_every_s)
            await self._look()
            tell(f"{_title(self.snapshot)}: {'; '.join(status_lines(self.snapshot))}")

    async def _look(self) -> None:
        with suppress(DatabaseError):  # locked; whoever has something to store tells of it
            self.snapshot = await asyncio.to_thread(self.look)

    @contextmanager
    def _live(self) -> Iterator[Callable[[str], None]]:
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True, markup=False, highlight=False)

        def tell(text: str) -> None:
            with suppress(OSError):  # the terminal has gone; the run has not
                console.print(visible(text, lines=True), soft_wrap=True)

        with Live(console=console, get_renderable=self._drawn, refresh_per_second=_REFRESHED_PER_S, transient=True):
            yield tell

    def _drawn(self) -> "Group":
        """A bar and the lines below it. Called by rich's thread: it only reads."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        snapshot = self.snapshot
        planned = snapshot.totals.planned
        first, *lines = status_lines(snapshot)
        head = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=max(planned, 1), completed=planned - snapshot.open_samples, width=24)
        elapsed = duration(self.clock() - self.started_s)
        head.add_row(Text(visible(_title(snapshot))), bar, Text(f"{first}, {elapsed} so far"))
        if snapshot.meter is not None and snapshot.meter.last_error is not None:
            lines.append(f"last error: {snapshot.meter.last_error[:_ERROR_CHARS]}")
        return Group(head, *(Text("  " + visible(line), no_wrap=True, overflow="ellipsis") for line in lines))


def status_lines(snapshot: RunSnapshot) -> list[str]:
    """How a run stands: samples, requests, what each lane does, money."""
    totals, meter = snapshot.totals, snapshot.meter
    left = f", about {duration(snapshot.left_s)} left" if snapshot.left_s else ""
    again = f", {meter.asked_again:,} of them to be asked again" if meter is not None else ""
    counts = [f"{status} {totals.by_status[status]:,}" for status in _WORTH_SAYING if totals.by_status.get(status)]
    lines = [
        f"{totals.planned - snapshot.open_samples:,} of {totals.planned:,} samples{left}",
        ", ".join([f"{totals.requests:,} requests{again}", *counts]),
    ]
    lines += [lane_line(lane) for lane in (() if meter is None else meter.lanes)]
    budget = f" of ${snapshot.budget_usd:,.2f}" if snapshot.budget_usd else ""
    lines.append(f"cost {dollars(totals.cost_usd)}{budget}")
    return lines


def lane_line(lane: LaneMeter) -> str:
    """What is sent by a lane, against its limits."""
    if lane.closed is not None:
        return f"{lane.name}: left out ({lane.closed[:_ERROR_CHARS]})"
    words = [f"{lane.in_flight:,} in flight", _against(lane.last_minute, lane.rpm, "requests")]
    if lane.tpm is not None:
        words.append(_against(lane.tokens_last_minute, lane.tpm, "tokens"))
    if lane.rpd is not None and lane.today is not None:
        words.append(f"{lane.today:,} of {lane.rpd:,} requests a day")
    if lane.limited:
        words.append(f"{lane.limited:,} turned away for their rate")
    if lane.waits_until is not None:
        words.append(f"waits until {lane.waits_until[11:19]} UTC")
    return f"{lane.name}: {', '.join(words)}"


def _title(snapshot: RunSnapshot) -> str:
    return f"{snapshot.run.dataset} / {snapshot.run.name}"


def _against(amount: float, limit: float | None, unit: str) -> str:
    """What was sent in the last minute, and the limit of a minute where one is known."""
    of_limit = "" if limit is None else f" (limit {limit:,.0f})"
    return f"{amount:,.0f} {unit} in the last minute{of_limit}"
