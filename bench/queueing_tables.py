"""What was measured, as Markdown: a table of figures, and the targets with the verdict on each. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench.limiter_shapes import Kind
from bench.measured import Took
from bench.queueing_cases import Case

EMOWB, BARE = "emowb", "bare"
_SETTLED_AFTER_S: Final = 60
"""A rate is steady from then on: until the first answers come, no client knows what it may do."""
_LIMITED: Final = ("b", "c", "d")
_SLOW: Final = "e"
_MOST_MB, _MOST_MB_SLOW = 120, 600


@dataclass(frozen=True, slots=True)
class StartUp:
    """What `emowb run` takes for a single request, its latency left out."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def line(self) -> str:
        """For whoever waits."""
        return f"start-up: {self.wall_s:.2f} s, CPU {self.cpu_s:.2f} s, {self.peak_mb:.0f} MB"


@dataclass(frozen=True, slots=True)
class Measured:
    """One client in one case, once."""

    case: Case
    client: str
    took: Took
    stats: dict[str, Any]
    """The server's."""
    planned: int = 0
    predicted: int = 0

    @property
    def lost(self) -> int:
        """Samples without a prediction."""
        return self.planned - self.predicted

    @property
    def is_complete(self) -> bool:
        """Whether everything was answered and the client was content; else its times say nothing."""
        return self.took.exit_code == 0 and self.stats["answered"] >= self.case.requests

    @property
    def span_s(self) -> float:
        """From the first request's arrival to the last answer."""
        return float(self.stats["span_s"])

    @property
    def rejected_share(self) -> float:
        """Of all requests, those answered by 429."""
        return float(self.stats["rejected"] / max(1, self.stats["requests"]))

    @property
    def steady_per_minute(self) -> float | None:
        """What the server let in after the start and before the last; None for what was over before."""
        seconds = self.stats["admitted_by_second"][_SETTLED_AFTER_S:-1]
        return 60 * sum(seconds) / len(seconds) if seconds else None

    def line(self) -> str:
        """For whoever waits."""
        said = self.stats
        text = (
            f"{self.case.key} {self.client}: {self.took.wall_s:.2f} s, span {self.span_s:.2f} s, "
            f"CPU {self.took.cpu_s:.2f} s, {self.took.peak_mb:.0f} MB, {said['requests']} requests, "
            f"{said['rejected']} rejected, {said['most_in_flight']} in flight, bodies of {said['mean_body_bytes']:,}"
        )
        if self.client == EMOWB:
            text += f", {self.lost} lost, {said['bought_twice']} bought twice, exit code {self.took.exit_code}"
        if self.took.exit_code:
            text += f"\n  {self.took.complained}"
        return text


def figures_table(seen: Sequence[Measured | StartUp]) -> str:
    """Medians, with the range behind where it says more. Of `emowb`, CPU per request leaves out the start-up."""
    head = (
        *("case", "client", "wall s", "span s", "allowed s", "CPU s", "ms CPU/request", "MB", "requests", "429"),
        *("in flight", "in a minute", "lost", "twice"),
    )
    starts = _starts(seen)
    start_cpu_s = median(one.cpu_s for one in starts) if starts else 0.0
    rows = [_figures(group, start_cpu_s if group[0].client == EMOWB else 0.0) for group in _groups(seen)]
    if starts:
        first = (
            *("start-up", EMOWB, _range([one.wall_s for one in starts], 2), "", ""),
            *(_range([one.cpu_s for one in starts], 2), "", _range([one.peak_mb for one in starts], 0)),
        )
        rows.insert(0, first + ("",) * (len(head) - len(first)))
    return _table(head, rows)


def _figures(group: Sequence[Measured], start_cpu_s: float) -> tuple[str, ...]:
    case, client = group[0].case, group[0].client

    def stat(name: str) -> str:
        return _range([one.stats[name] for one in group], 0)

    return (
        f"{case.key}: {case.title}",
        client,
        _range([one.took.wall_s for one in group], 2),
        _range([one.span_s for one in group], 2),
        f"{case.floor_s:.1f}" if case.kind is not Kind.NONE else "",
        _range([one.took.cpu_s for one in group], 2),
        _range([1000 * (one.took.cpu_s - start_cpu_s) / case.requests for one in group], 1),
        _range([one.took.peak_mb for one in group], 0),
        stat("requests"),
        stat("rejected"),
        stat("most_in_flight"),
        _range([one.stats["most_admitted"]["60s"] for one in group], 0),
        _range([one.lost for one in group], 0) if client == EMOWB else "",
        stat("bought_twice"),
    )


def targets_table(seen: Sequence[Measured | StartUp]) -> str:
    """Each target, what was measured (medians of times, the worst of everything else), met or missed.

    Empty where no case with a target was measured.
    """
    rows = [row for group in _groups(seen) if group[0].client == EMOWB for row in _targets(group, seen)]
    return _table(("case", "target", "measured", ""), rows) if rows else ""


def _targets(group: Sequence[Measured], seen: Sequence[Measured | StartUp]) -> Iterable[tuple[str, ...]]:
    key = group[0].case.key
    if key == "a":
        yield from _unlimited(group, seen)
    elif key in _LIMITED:
        yield from _limited(group)
    elif key == _SLOW:
        yield from _slow(group)
    else:
        return
    for what, count in (("lost", lambda one: one.lost), ("bought twice", lambda one: one.stats["bought_twice"])):
        worst = max(map(count, group))
        yield _row(key, f"0 {what}", f"{worst}", met=worst == 0)
    most_mb, peak_mb = _MOST_MB_SLOW if key == _SLOW else _MOST_MB, _worst(group, lambda one: one.took.peak_mb)
    yield _row(key, f"under {most_mb} MB", f"{peak_mb:.0f} MB", met=peak_mb < most_mb)


def _unlimited(group: Sequence[Measured], seen: Sequence[Measured | StartUp]) -> Iterable[tuple[str, ...]]:
    starts = _starts(seen)
    bare_s = median(
        one.took.wall_s for one in seen if isinstance(one, Measured) and (one.case.key, one.client) == ("a", BARE)
    )
    start_s, start_cpu_s = median(one.wall_s for one in starts), median(one.cpu_s for one in starts)
    most_s, wall_s = 1.5 * bare_s + start_s, median(one.took.wall_s for one in group)
    target = f"wall at most 1.5 x {bare_s:.2f} s bare + {start_s:.2f} s start-up = {most_s:.2f} s"
    yield _row("a", target, f"{wall_s:.2f} s", met=_complete(group) and wall_s <= most_s)
    # One request is in the start-up's CPU.
    cpu_ms = 1000 * (median(one.took.cpu_s for one in group) - start_cpu_s) / (group[0].case.requests - 1)
    yield _row("a", "under 4 ms of CPU a request", f"{cpu_ms:.2f} ms", met=_complete(group) and cpu_ms < 4)


def _limited(group: Sequence[Measured]) -> Iterable[tuple[str, ...]]:
    case, span_s = group[0].case, median(one.span_s for one in group)
    ratio = span_s / case.floor_s
    target = f"first request to last answer at most 1.05 x {case.floor_s:.1f} s"
    yield _row(case.key, target, f"{span_s:.2f} s = {ratio:.3f} x", met=_complete(group) and ratio <= 1.05)
    share = _worst(group, lambda one: one.rejected_share)
    yield _row(case.key, "under 1 % answered by 429", f"{share:.2%}", met=share < 0.01)


def _slow(group: Sequence[Measured]) -> Iterable[tuple[str, ...]]:
    case = group[0].case
    rates = [one.steady_per_minute or 0.0 for one in group]
    least = 0.95 * case.per_minute
    target = f"at least {least:,.0f} a minute once {_SETTLED_AFTER_S} s have passed"
    yield _row(case.key, target, f"{median(rates):,.0f}", met=_complete(group) and median(rates) >= least)


def _row(key: str, target: str, measured: str, *, met: bool) -> tuple[str, ...]:
    return key, target, measured, "met" if met else "missed"


def _complete(group: Sequence[Measured]) -> bool:
    return all(one.is_complete for one in group)


def _worst(group: Sequence[Measured], value: Callable[[Measured], float]) -> float:
    return max(map(value, group))


def _starts(seen: Sequence[Measured | StartUp]) -> list[StartUp]:
    return [one for one in seen if isinstance(one, StartUp)]


def _groups(seen: Sequence[Measured | StartUp]) -> list[list[Measured]]:
    """The repeats of one client in one case together, in the order of the cases."""
    groups: dict[tuple[str, str], list[Measured]] = {}
    for one in seen:
        if isinstance(one, Measured):
            groups.setdefault((one.case.key, one.client), []).append(one)
    return [groups[key] for key in sorted(groups)]


def _range(values: Sequence[float], digits: int) -> str:
    shown = [f"{value:,.{digits}f}" for value in (median(values), min(values), max(values))]
    return shown[0] if shown[1] == shown[2] else f"{shown[0]} ({shown[1]}–{shown[2]})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
