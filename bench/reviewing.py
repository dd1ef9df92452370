"""How fast a run is reviewed, in a real terminal: `python bench/reviewing.py [--quick]`.

Makes workspaces of 1,000, 100,000 and 1,000,000 samples, planned in a shuffled order, opens each with `emowb open` in a
terminal of 140x40, presses keys one at a time and reads back what is painted; then the largest again while another
process settles 50 predictions a second, and a key held over a slow line. Prints Markdown: figures, and the targets
beside what was measured.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from measured import TOP
from reviewing_terminal import Frame, Terminal
from reviewing_workspace import FREQUENT, KEY, RARE, make_workspace

SIZES: Final = (1_000, 100_000, 1_000_000)
STARTS: Final = 5
MOVES: Final = 100
PAGES: Final = 30
_PAGE_DOWN: Final = "\x1b[6~"
_ESCAPE: Final = "\x1b"
_ROW: Final = r"\.jpg"
_CURSOR: Final = "▸"
_BARE: Final = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare.jpg")
Bare().run()
"""
_EMOWB: Final = "from workbench.cli.app import main; main()"


@dataclass
class Opened:
    """What was measured at one size; times in milliseconds."""

    name: str
    first_s: list[float] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=dict)
    n_bytes: dict[str, list[int]] = field(default_factory=dict)
    memory_mb: tuple[float, float] = (0.0, 0.0)

    def took(self, what: str, frame: Frame) -> None:
        """Add what came of a key."""
        self.times.setdefault(what, []).append(1000 * frame.seconds)
        self.n_bytes.setdefault(what, []).append(frame.n_bytes)

    def median(self, what: str) -> float:
        """Half took longer."""
        return statistics.median(self.times[what])

    def late(self, what: str) -> float:
        """One of twenty took longer."""
        times = sorted(self.times[what])
        return times[min(int(0.95 * len(times)), len(times) - 1)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 and 100,000 samples, a tenth of the keys")
    parser.add_argument("--keep", type=Path, help="a folder for the workspaces, made there once and used again")
    parser.add_argument(
        "--starts", action="store_true", help="only the time to the first lines, a bare one beside each"
    )
    given = parser.parse_args()
    sizes, share = (SIZES[:2], 0.1) if given.quick else (SIZES, 1.0)
    with tempfile.TemporaryDirectory() as passing:
        folder = given.keep or Path(passing)
        places = {size: _place(folder, size) for size in sizes}
        if given.starts:
            _print_starts(folder, places)
            return
        help_s = statistics.median(_help_s(folder) for _ in range(7))
        bare_s, bare_mb = _bare(folder)
        print(f"a bare application: first paint {bare_s:.2f} s, {bare_mb[0]:.0f} MB ({bare_mb[1]:.0f})\n")
        opened = []
        for size, place in places.items():
            opened.append(_measured(f"{size:,}", place, share))
            _print_figures(opened[-1], with_head=len(opened) == 1)
        largest = places[sizes[-1]]
        with _writer(largest):
            beside = _measured(f"{sizes[-1]:,}, 50 settled a second", largest, share)
        _print_figures(beside, with_head=False)
        tails = [_slow_line(largest) for _ in range(3)]
    print()
    _print_targets(opened, beside, bare_mb, tails, help_s)


def _print_starts(folder: Path, places: Mapping[int, Path]) -> None:
    """Every start has one of a bare application beside it: the machine's pace changes within a minute."""
    print("| samples | first paint s | a bare application s | times |\n|---|---|---|---|")
    for size, place in places.items():
        opened_s, bare_s = [], []
        for _ in range(3 * STARTS):
            with _terminal(place) as terminal:
                opened_s.append(terminal.shown(_ROW))
            bare_s.append(_bare_start_s(folder))
        times = statistics.median(one / bare for one, bare in zip(opened_s, bare_s, strict=True))
        spread = f"{statistics.median(opened_s):.2f} ({min(opened_s):.2f} to {max(opened_s):.2f})"
        print(f"| {size:,} | {spread} | {statistics.median(bare_s):.2f} | {times:.1f} |", flush=True)


def _bare_start_s(folder: Path) -> float:
    with _terminal(folder, "-c", _BARE) as terminal:
        return terminal.shown(r"bare\.jpg")


def _place(folder: Path, size: int) -> Path:
    place = folder / f"{size}"
    if not (place / "emowb.db").exists():
        place.mkdir(parents=True, exist_ok=True)
        make_workspace(place / "emowb.db", size)
    return place


def _environment(place: Path) -> dict[str, str]:
    """With a home of its own each time: where one stood last is remembered there."""
    home = tempfile.mkdtemp(prefix="home-", dir=place)
    return {
        "PATH": os.environ["PATH"],
        "HOME": home,
        "XDG_STATE_HOME": home,
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": str(TOP),  # the package may not be installed
        "EMOWB_CACHE": str(place / "cache"),
        "EMOWB_REVIEWER": "bench",
    }


def _terminal(place: Path, *words: str) -> Terminal:
    return Terminal([sys.executable, *(words or ("-c", _EMOWB, "open", KEY))], place, _environment(place))


@contextmanager
def _writer(place: Path) -> Iterator[None]:
    command = [sys.executable, str(TOP / "bench" / "reviewing_workspace.py"), str(place / "emowb.db"), "50"]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(TOP)})
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _bare(folder: Path) -> tuple[float, tuple[float, float]]:
    """Seconds to the first paint, and the memory, of an application with one line in it."""
    first_s = []
    for _ in range(STARTS):
        with _terminal(folder, "-c", _BARE) as terminal:
            first_s.append(terminal.shown(r"bare\.jpg"))
            terminal.settle(0.5)
            memory_mb = terminal.memory_mb()
    return statistics.median(first_s), memory_mb


def _measured(name: str, place: Path, share: float) -> Opened:
    opened = Opened(name)
    for _ in range(STARTS):
        with _terminal(place) as terminal:
            opened.first_s.append(terminal.shown(_ROW))
    with _terminal(place) as terminal:
        terminal.shown(_ROW)
        terminal.settle(2.0)
        _walk(terminal, opened, share)
        _choose(terminal, opened, share)
        opened.memory_mb = terminal.memory_mb()
        _look_at_matrix(terminal, opened, share)
    return opened


def _walk(terminal: Terminal, opened: Opened, share: float) -> None:
    """Move, page, jump, and go from failure to failure."""

    def press(what: str, keys: str, times: int) -> None:
        for _ in range(max(round(times * share), 3)):
            opened.took(what, terminal.press(keys, _CURSOR))
            terminal.settle()

    press("move", "j", MOVES)
    press("page", _PAGE_DOWN, min(PAGES, 20))
    terminal.press("g", _CURSOR)
    terminal.settle()
    press("next failure", "n", PAGES)
    for _ in range(max(round(PAGES / 2 * share), 3)):
        for key in "eE":
            opened.took("same failure", terminal.press(key, _CURSOR))
            terminal.settle()
    for _ in range(max(round(10 * share), 3)):
        for what, key in (("first", "g"), ("last", "G")):
            opened.took(what, terminal.press(key, _CURSOR))
            terminal.settle()


def _choose(terminal: Terminal, opened: Opened, share: float) -> None:
    """Search, break a search off, and filter."""
    terminal.press("g", _CURSOR)  # the walk ends at the other end
    terminal.settle()
    for _ in range(max(round(6 * share), 2)):
        for what, words in (("frequent", FREQUENT), ("rare", RARE)):
            terminal.press("/", "cancel")
            terminal.settle()
            terminal.type(words[:-1])
            terminal.settle(0.4)
            found = rf"{_CURSOR}[^\n]{{0,200}}?test/\d*{re.escape(words)}"
            opened.took(f"search, {what}", terminal.press(words[-1], found))
            terminal.settle(0.4)
            opened.took("key within a search", terminal.press("z", "z"))
            terminal.settle(0.4)
            opened.took("search given up", terminal.press(_ESCAPE, _ROW))
            terminal.settle(0.4)
        terminal.press("f", "unreviewed")
        terminal.settle(1.0)
        terminal.type("j")
        terminal.settle()
        opened.took("filter", terminal.press("\r", "failures"))
        terminal.settle(0.4)
        terminal.press(_ESCAPE, "all")
        terminal.settle()


def _look_at_matrix(terminal: Terminal, opened: Opened, share: float) -> None:
    """Last: the screen around it scores the run, with libraries of its own."""
    for _ in range(max(round(6 * share), 2)):
        opened.took("matrix", terminal.press("c", "% of the row"))
        terminal.settle(0.4)
        terminal.press(_ESCAPE, _ROW)
        terminal.settle(1.0)


def _slow_line(place: Path) -> float:
    """Seconds from the release of a key held for 3 s over 50 KB/s to the last byte."""
    with _terminal(place) as terminal:
        terminal.shown(_ROW)
        terminal.settle(2.0)
        tail_s, _ = terminal.hold("j", hertz=30, seconds=3.0, bytes_a_second=50_000)
        return tail_s


def _help_s(folder: Path) -> float:
    started_s = time.perf_counter()
    command = [sys.executable, "-c", _EMOWB, "--help"]
    subprocess.run(command, cwd=folder, env=_environment(folder), capture_output=True, check=True)
    return time.perf_counter() - started_s


def _print_figures(opened: Opened, *, with_head: bool) -> None:
    if with_head:
        print("| samples | first paint s | MB (anonymous) | " + " | ".join(opened.times) + " |")
        print("|---" * (3 + len(opened.times)) + "|")
    memory = f"{opened.memory_mb[0]:.0f} ({opened.memory_mb[1]:.0f})"
    times = " | ".join(f"{opened.median(what):.1f} / {opened.late(what):.1f}" for what in opened.times)
    print(f"| {opened.name} | {statistics.median(opened.first_s):.2f} | {memory} | {times} |", flush=True)


def _print_targets(
    opened: Sequence[Opened], beside: Opened, bare_mb: tuple[float, float], tails: Sequence[float], help_s: float
) -> None:
    everywhere = [*opened, beside]
    memory = [one.memory_mb[0] for one in opened]
    rows = [
        ("first paint, s", 0.5, max(statistics.median(one.first_s) for one in everywhere)),
        ("a move, median, ms", 8, max(one.median("move") for one in everywhere)),
        ("a move, 95 %, ms", 16, max(one.late("move") for one in everywhere)),
        ("a page, median, ms", 20, max(one.median("page") for one in everywhere)),
        ("a move, bytes", 1_000, max(statistics.median(one.n_bytes["move"]) for one in everywhere)),
        ("MB over a bare app", 60, max(memory) - bare_mb[0]),
        ("MB between the smallest and the largest", 10, max(memory) - min(memory)),
        ("first rows of a filter, ms", 200, max(one.median("filter") for one in everywhere)),
        ("first rows of a frequent search, ms", 200, max(one.median("search, frequent") for one in everywhere)),
        ("first rows of a rare search, ms", 200, max(one.median("search, rare") for one in everywhere)),
        ("confusion matrix, ms", 200, max(one.median("matrix") for one in everywhere)),
        ("held key on a slow line, s after its release", 1, statistics.median(tails)),
        ("emowb --help, s", 0.25, help_s),
    ]
    print("| target | at most | measured | |")
    print("|---|---|---|---|")
    for what, most, measured in rows:
        print(f"| {what} | {most:,} | {measured:,.2f} | {'met' if measured <= most else '**missed**'} |")


if __name__ == "__main__":
    main()
