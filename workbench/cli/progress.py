"""How a run shows what it does: a live display on a terminal, a plain line every ten seconds anywhere else."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from workbench.cli.output import say
from workbench.domain.durations import duration
from workbench.domain.figure_words import dollars
from workbench.domain.predictions import PredictionStatus
from workbench.domain.visible import visible

if TYPE_CHECKING:
    from rich.console import Group

    from workbench.pipeline.sending.tally import Tally
    from workbench.provider.limits.lane import LaneState

EVERY_S: Final = 10.0
"""Between two plain lines."""
_REFRESHED_PER_S: Final = 4
_TROUBLE_CHARS: Final = 160
_WORTH_SAYING: Final = (
    PredictionStatus.REFUSED,
    PredictionStatus.UNPARSED,
    PredictionStatus.MISSING,
    PredictionStatus.OUT_OF_VOCABULARY,
    PredictionStatus.BAD_MEDIA,
    PredictionStatus.FAILED,
)


@dataclass(frozen=True, slots=True)
class Watched:
    """What is shown of a run."""

    title: str
    tally: "Tally"
    states: "Callable[[], Sequence[LaneState]]"
    """How each lane stands now."""
    settled_before: int
    """By earlier sessions; they count in the bar."""
    budget_usd: float | None = None
    spent_before_usd: float = 0.0
    clock: Callable[[], float] = time.monotonic
    told_every_s: float = EVERY_S
    """Between two plain lines."""


@contextmanager
def displayed(watched: Watched) -> Iterator[Callable[[str], None]]:
    """Show a run as long as the block lasts, in a running event loop; gives what narrates beside the display."""
    if sys.stderr.isatty():
        with _live(watched) as tell:
            yield tell
        return
    ticking = asyncio.create_task(tick(watched, say))
    try:
        yield say
    finally:
        ticking.cancel()


async def tick(watched: Watched, tell: Callable[[str], None], sleep: Callable[[float], Any] = asyncio.sleep) -> None:
    """Tell how it stands every ten seconds (or as often as it says itself), until cancelled."""
    while True:
        await sleep(watched.told_every_s)
        tell(f"{watched.title}: {'; '.join(status_lines(watched))}")


def status_lines(watched: Watched) -> list[str]:
    """How it stands: samples, then what each lane does, then money."""
    tally, now = watched.tally, watched.clock()
    samples = f"{watched.settled_before + tally.settled:,} of {watched.settled_before + tally.to_do:,} samples"
    left_s = tally.left_s(now)
    left = f", about {duration(left_s)} left" if left_s else ""
    lines = [f"{samples}{left}"]
    trouble = [f"{status} {tally.by_status[status]:,}" for status in _WORTH_SAYING if tally.by_status[status]]
    requests = f"{tally.requests:,} requests, {tally.again:,} of them to be asked again"
    lines.append(", ".join([requests, *trouble]))
    lines += [lane_line(state) for state in watched.states()]
    lines.append(_money(watched))
    return lines


def lane_line(state: "LaneState") -> str:
    """What a lane does, against its limits."""
    if state.closed is not None:
        return f"{state.name}: left out ({state.closed[:_TROUBLE_CHARS]})"
    words = [f"{state.in_flight:,} in flight", _against(state.last_minute, state.rpm, "requests")]
    if state.tpm is not None:
        words.append(_against(state.tokens_last_minute, state.tpm, "tokens"))
    if state.rpd is not None and state.today is not None:
        words.append(f"{state.today:,} of {state.rpd:,} requests a day")
    if state.limited:
        words.append(f"{state.limited:,} turned away for their rate")
    if state.paused_s >= 1:
        words.append(f"told to wait {duration(state.paused_s)}")
    return f"{state.name}: {', '.join(words)}"


def _against(amount: float, limit: float | None, unit: str) -> str:
    """What was sent in the last minute, and the limit of a minute where one is known."""
    of_limit = "" if limit is None else f" (limit {limit:,.0f})"
    return f"{amount:,.0f} {unit} in the last minute{of_limit}"


def _money(watched: Watched) -> str:
    tally = watched.tally
    spent_usd = watched.spent_before_usd + tally.cost_usd
    known = dollars(spent_usd) if tally.is_cost_known else dollars(None)
    return f"cost {known}" if watched.budget_usd is None else f"cost {known} of ${watched.budget_usd:,.2f}"


@contextmanager
def _live(watched: Watched) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, markup=False, highlight=False)
    started = watched.clock()

    def tell(text: str) -> None:
        with suppress(OSError):  # the terminal has gone; the run has not
            console.print(visible(text, lines=True), soft_wrap=True)

    with Live(
        console=console,
        get_renderable=lambda: _drawn(watched, started),
        refresh_per_second=_REFRESHED_PER_S,
        transient=True,
    ):
        yield tell


def _drawn(watched: Watched, started: float) -> "Group":
    """A bar and the lines below it. Called by the display's thread: it only reads."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    tally = watched.tally
    total = watched.settled_before + tally.to_do
    first, *lines = status_lines(watched)
    head = Table.grid(padding=(0, 1))
    done = ProgressBar(total=max(total, 1), completed=watched.settled_before + tally.settled, width=24)
    head.add_row(Text(visible(watched.title)), done, Text(f"{first}, {duration(watched.clock() - started)} so far"))
    if tally.last_trouble is not None:
        lines.append(f"last trouble: {tally.last_trouble[:_TROUBLE_CHARS]}")
    return Group(head, *(Text("  " + visible(line), no_wrap=True, overflow="ellipsis") for line in lines))
