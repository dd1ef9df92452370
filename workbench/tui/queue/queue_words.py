"""The lines of the queue: a run that is being sent, in words and bars.

Everything from outside passes `visible`, and nothing is markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from workbench.domain.figure_words import duration
from workbench.domain.run_status import BatchRow, BatchState, LaneMeter, RunSnapshot, RunTotals
from workbench.domain.visible import visible
from workbench.tui.widgets.painting import Piece, fit

_MARKS: Final = {
    BatchState.WAITING: ("·", "soft"),
    BatchState.IN_FLIGHT: ("↻", "busy"),
    BatchState.IN_JOB: ("▤", "busy"),
    BatchState.DONE: ("✓", "right"),
    BatchState.GIVEN_UP: ("✗", "wrong"),
    BatchState.SPLIT: ("÷", "doubt"),
}
_NAME_CHARS: Final = 40
_REASON_CHARS: Final = 300
_FULL: Final = 0.9
"""The share of a limit from which on the limit slows the run down."""
_STALE_S: Final = 20


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How much of a limit is used."""

    name: str
    unit: str
    used: float
    limit: float | None
    note: str = ""

    @property
    def share(self) -> float | None:
        """The used share of the limit, at most 1; None without a limit."""
        return min(self.used / self.limit, 1.0) if self.limit else None


def bar(share: float, cells: int) -> str:
    """A bar of so many cells, filled up to a share. It is empty only for 0 and full only for 1."""
    filled = round(share * cells)
    if cells > 1:
        filled = max(filled, 1) if share > 0 else 0
        filled = min(filled, cells - 1) if share < 1 else cells
    return "█" * filled + "░" * (cells - filled)


def subject_line(title: str, snapshot: RunSnapshot) -> list[Piece]:
    """The data set, the run and its model."""
    spec = snapshot.run.spec
    return [
        (f" {visible(title, longest=_NAME_CHARS)}  ", "bold"),
        (f"{visible(snapshot.run.name, longest=_NAME_CHARS)}  ", "plain"),
        (
            f"{visible(spec.model, longest=_NAME_CHARS)} at {visible(spec.endpoint, longest=_NAME_CHARS)}",
            "soft",
        ),
    ]


def state_line(snapshot: RunSnapshot, *, is_starting: bool = False) -> list[Piece]:
    """Who sends the run now, or why nobody does."""
    if snapshot.sender is not None:
        jobs = ", by jobs" if snapshot.meter is not None and snapshot.meter.is_by_jobs else ""
        wanted = {"pause": "; asked to pause", "cancel": "; asked to stop at once"}.get(snapshot.control.wanted, "")
        return [
            (" ▶ being sent", "busy"),
            (f" by {visible(snapshot.sender, longest=80)}{jobs}", "soft"),
            (wanted, "doubt"),
        ]
    if snapshot.ahead:
        others = visible(", ".join(snapshot.ahead), longest=_REASON_CHARS)
        return [(" ▶ waits in line", "busy"), (f" behind {others}; X takes it out", "soft")]
    if is_starting:
        return [(" ▶ being started", "busy")]
    if snapshot.run.state == "running":
        return [(" ■ its sender is gone", "doubt"), ("; r resumes it", "soft")]
    if snapshot.run.state == "done":
        return [(" ✓ done", "right")]
    reason = visible(snapshot.run.reason or "", longest=_REASON_CHARS)
    if reason and not reason.startswith(f"{snapshot.run.state} "):
        reason = f"{snapshot.run.state}: {reason}"
    return [(f" ‖ {reason or snapshot.run.state}", "doubt"), ("; r resumes it", "soft")]


def progress_line(snapshot: RunSnapshot, cells: int) -> list[Piece]:
    """A bar, how many samples are settled, and how long the rest takes."""
    planned = snapshot.totals.planned
    done = planned - snapshot.open_samples
    share = done / planned if planned else 0.0
    words = f" {done:,} of {planned:,} samples, {100 * share:.1f} %"
    if (left_s := snapshot.left_s) is not None and snapshot.run.state != "done":
        words += f", about {duration(left_s)} left"
    room = max(min(cells - cell_len(words) - 2, 40), 4)
    return [(" ", "plain"), (bar(share, room), "accent"), (words, "plain")]


def money_line(snapshot: RunSnapshot) -> list[Piece]:
    """Requests, tokens, and cost against budget."""
    totals = snapshot.totals
    words = f" {totals.requests:,} requests, {amount(totals.prompt_tokens)} tokens in, "
    words += f"{amount(totals.completion_tokens)} out"
    if snapshot.meter is not None and snapshot.sender and snapshot.meter.requests_per_minute is not None:
        words += f", {snapshot.meter.requests_per_minute:,.0f} replies a minute"
    cost = "cost unknown" if totals.cost_usd is None else f"${totals.cost_usd:,.4f}"
    pieces = [(words, "plain"), (f", {cost}", "bold")]
    budget_usd = snapshot.budget_usd
    if budget_usd:
        pieces.append((f" of ${budget_usd:,.2f}", "plain"))
        if totals.cost_usd is not None:
            pieces += [(" ", "plain"), (bar(min(totals.cost_usd / budget_usd, 1.0), 10), "accent")]
    return pieces


def counts_line(totals: RunTotals, chosen: BatchState | None) -> list[Piece]:
    """How many batches are in each state; the state that is listed stands in brackets."""
    pieces = [_counted(f"all {totals.batches:,}", is_chosen=chosen is None, tone="plain")]
    for state, count in totals.by_state.items():
        if count or state is chosen or state is not BatchState.IN_JOB:
            pieces.append(_counted(f"{state} {count:,}", is_chosen=state is chosen, tone=_MARKS[state][1]))
    return pieces


def _counted(words: str, *, is_chosen: bool, tone: str) -> Piece:
    return (f"[{words}]", "bold") if is_chosen else (f" {words} ", tone)


def limit_uses(snapshot: RunSnapshot, heard_s_ago: float | None = None) -> Iterator[LimitUse]:
    """Every limit of every lane; nothing where nobody sends the run. The sender reported so many seconds ago."""
    if snapshot.meter is None or snapshot.sender is None:
        return
    stale = f"last heard {duration(heard_s_ago)} ago" if heard_s_ago is not None and heard_s_ago > _STALE_S else ""
    for lane in snapshot.meter.lanes:
        if lane.closed is not None:
            yield LimitUse(lane.name, "left out", 0, None, lane.closed)
            continue
        yield from _lane_uses(lane, stale)


def _lane_uses(lane: LaneMeter, stale: str) -> Iterator[LimitUse]:
    notes = [f"waits until {lane.waits_until[11:19]} UTC"] if lane.waits_until else []
    notes += [f"{lane.limited:,} turned away"] if lane.limited else []
    notes += [stale] if stale else []
    yield LimitUse(lane.name, "in flight", lane.in_flight, lane.most_in_flight, ", ".join(notes))
    yield LimitUse(lane.name, "requests/min", lane.last_minute, lane.rpm)
    if lane.tpm is not None:
        yield LimitUse(lane.name, "tokens/min", lane.tokens_last_minute, lane.tpm)
    if lane.rpd is not None:
        yield LimitUse(lane.name, "requests/day", lane.today or 0, lane.rpd)


def limit_line(one: LimitUse, cells: int, *, is_named: bool) -> list[Piece]:
    """One limit with a bar; with `is_named`, the lane's name before it."""
    name = fit(one.name if is_named else "", 14)
    if one.limit is None and one.note and one.unit == "left out":
        return [(f" {name} ", "bold"), (fit(f"{one.unit}: {one.note}", max(cells - 17, 1)), "wrong")]
    words = amount(one.used) + ("" if one.limit is None else f" of {amount(one.limit)}")
    note = f"  {visible(one.note, longest=120)}" if one.note else ""
    head = [(f" {name} ", "bold"), (f"{one.unit:<13}", "soft"), (words if note else f"{words:<18}", "plain")]
    if one.share is None:
        known = "no limit is known" if one.unit == "requests/min" else ""
        return [*head, (known, "soft"), (note, "doubt")]
    room = max(min(cells - 50 - cell_len(note), 30), 0)
    return [*head, (note, "doubt"), (bar(one.share, room), "doubt" if one.share >= _FULL else "accent")]


BATCH_HEADING: Final = "   state          batch    n  try  what came last            first sample"


def batch_line(row: BatchRow, cells: int, *, at_cursor: bool) -> list[Piece]:
    """One batch in one line."""
    mark, tone = _MARKS[row.state]
    last = _last_words(row)
    head = [
        ("▸" if at_cursor else " ", "accent"),
        (f"{mark} ", tone),
        (f"{row.state:<11} ", tone),
        (f"{row.id:>8} {row.samples:>4} {row.attempts or '':>4}  ", "plain"),
        (fit(last, 25) + " ", "wrong" if row.fault else "soft"),
    ]
    used = sum(cell_len(words) for words, _ in head)
    return [*head, (fit(row.first_sample, max(cells - used, 1), keep_end=True), "plain")]


def _last_words(row: BatchRow) -> str:
    if row.sent_at is None:
        return ""
    if row.outcome is None:
        return f"sent {row.sent_at[11:19]}"
    latency = f" {row.latency_s:.1f} s" if row.latency_s else ""
    return f"{row.fault or row.outcome}{latency}"


def amount(number: float) -> str:
    """A number for people, short from a hundred thousand on: 12,345, 1.2 M."""
    if number >= 1e9:
        return f"{number / 1e9:,.1f} G"
    if number >= 1e6:
        return f"{number / 1e6:,.1f} M"
    return f"{number / 1e3:,.0f} k" if number >= 1e5 else f"{number:,.0f}"
