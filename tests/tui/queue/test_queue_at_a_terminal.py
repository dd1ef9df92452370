"""The queue at real terminals, while a run goes on in another process: seen, steered, stalled, hung up."""

import fcntl
import os
import shutil
import struct
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import EMOWB, IN_FLIGHT, N_BATCHES, PlannedRun, planned_run, read_until, said
from tests.tui.pty_terminal import PtyTerminal
from tests.tui.test_in_tmux import Terminal
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState
from workbench.storage.runs.run_control import load_sender

pytestmark = pytest.mark.slow

OPEN = f"{sys.executable} -c '{EMOWB[2]}' queue rafdb"
RANKED = {PredictionStatus.RANKED}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[PlannedRun]:
    with planned_run(tmp_path) as made:
        yield made


def surroundings(at: PlannedRun) -> dict[str, str]:
    return {
        "XDG_STATE_HOME": str(at.folder / "state"),
        "XDG_CACHE_HOME": str(at.folder / "cache"),
        "XDG_CONFIG_HOME": str(at.folder / "config"),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")]),
    }


def wait_for_end(at: PlannedRun) -> None:
    """Until whoever sends the run has let go of it: a look at the workspace paces the loop."""
    now = "2026-01-01T00:00:00.000+00:00"  # nobody is taken for dead
    for _ in range(100_000):
        if load_sender(at.place.db, at.run.id, now) is None:
            return
    raise AssertionError("the sender never ended")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_run_in_another_process_is_seen_paused_and_sent_on_from_the_screen(at: PlannedRun) -> None:
    at.endpoint.hold()
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    terminal = Terminal(at.folder / "tmux", at.folder, surroundings(at), 80, 24)
    try:
        terminal.keys(OPEN, "Enter")
        screen = terminal.wait(lambda screen: f"in flight {IN_FLIGHT}" in screen)
        assert f"being sent by process {runner.pid}" in screen
        terminal.wait(lambda screen: f"{IN_FLIGHT} of {IN_FLIGHT}" in screen and "0 of 40 samples" in screen)
        assert max(len(line) for line in terminal.screen().splitlines()) <= 80
        terminal.keys("p")
        terminal.wait(lambda screen: "asked to pause" in screen)
        read_until(runner, "what is in flight comes in first")
        at.endpoint.release()
        assert "is paused from" in said(runner)
        terminal.wait(lambda screen: "‖ paused from" in screen and "16 of 40 samples" in screen)
        assert len(at.endpoint.asked) == IN_FLIGHT
        terminal.keys("r")
        terminal.wait(lambda screen: "✓ done" in screen and "40 of 40 samples" in screen)
        terminal.keys("Enter")
        terminal.wait(
            lambda screen: ("its requests" in screen and "Which" in screen) or "introduced by its id" in screen
        )
    finally:
        terminal.close()
    assert set(at.place.statuses(at.run).values()) == RANKED
    assert len(at.endpoint.asked) == N_BATCHES


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_what_was_sent_on_from_the_screen_goes_on_when_the_terminal_is_killed(at: PlannedRun) -> None:
    at.endpoint.hold()
    terminal = Terminal(at.folder / "tmux", at.folder, surroundings(at), 80, 24)
    try:
        terminal.keys(OPEN, "Enter")
        terminal.wait(lambda screen: "‖ planned" in screen)
        terminal.keys("r")
        at.endpoint.wait_for(1)
    finally:
        terminal.close()
    at.endpoint.release()
    at.endpoint.wait_for(N_BATCHES)
    wait_for_end(at)
    assert at.place.now(at.run).state is RunState.DONE


def unread(terminal: PtyTerminal) -> int:
    """Bytes that the program has written and nobody has taken."""
    return int(struct.unpack("i", fcntl.ioctl(terminal._master, termios.FIONREAD, b"\0" * 4))[0])


def test_a_terminal_that_reads_nothing_holds_up_the_screen_and_not_the_run(at: PlannedRun) -> None:
    """Whatever the screen is held up by, every request of the run arrives, and what is seen afterwards is true."""
    at.endpoint.hold()
    terminal = PtyTerminal(
        [sys.executable, "-c", f"import os; os.chdir({str(at.folder)!r}); {EMOWB[2]}", "queue", "rafdb"],
        surroundings(at),
        columns=80,
        lines=24,
    )
    try:
        terminal.wait_for("‖ planned")
        terminal.type("r")
        at.endpoint.wait_for(1)
        while unread(terminal) < 3_500:  # from here on the program's next write blocks
            terminal.type("GgjkGg?q")
        at.endpoint.release()
        at.endpoint.wait_for(N_BATCHES)
        wait_for_end(at)
        assert unread(terminal) >= 3_500, "the terminal has read nothing meanwhile"
        assert at.place.now(at.run).state is RunState.DONE
        terminal.wait_for("✓ done")
        terminal.wait_for("40 of 40 samples")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()


def test_without_colour_the_queue_says_the_same(at: PlannedRun) -> None:
    runner = at.start()
    said(runner)
    terminal = PtyTerminal(
        [sys.executable, "-c", f"import os; os.chdir({str(at.folder)!r}); {EMOWB[2]}", "queue", "rafdb"],
        surroundings(at) | {"NO_COLOR": "1"},
        columns=80,
        lines=24,
    )
    try:
        for words in ("✓ done", "40 of 40 samples", "[all 10]", "▸✓ done"):
            terminal.wait_for(words)
        assert terminal.hang_up() == 129
    finally:
        terminal.close()
