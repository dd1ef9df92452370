import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.pty_terminal import PtyTerminal
from tests.waiting import looks
from workbench.storage.workspace.database import open_workspace
from workbench.tui.base.base_app import EXIT_HUNG_UP


@pytest.mark.slow
def test_a_lost_terminal_ends_the_program_and_keeps_what_was_said(tmp_path: Path) -> None:
    terminal = PtyTerminal([sys.executable, "-m", "tests.tui.hostile_run", str(tmp_path)], {}, columns=100, lines=40)
    try:
        terminal.wait_for("1/4")
        terminal.type("2")
        terminal.wait_for("[2 sad]")
        assert terminal.hang_up() == EXIT_HUNG_UP
    finally:
        terminal.close()
    (workspace,) = tmp_path.rglob("*.db")
    db = open_workspace(workspace)
    assert db.conn.execute("SELECT COUNT(*) FROM review_change WHERE field = 'label'").fetchone()[0] >= 1
    db.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[PtyTerminal]:
    """A terminal with a review in it."""
    made = PtyTerminal([sys.executable, "-m", "tests.tui.hostile_run", str(tmp_path)], {}, columns=100, lines=40)
    try:
        made.wait_for("1/4")
        assert made.modes != made.modes_before
        yield made
    finally:
        made.close()


RESTORED = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?1006l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?7h")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT"])
def test_a_signal_restores_the_terminal_and_ends_with_its_exit_code(terminal: PtyTerminal, name: str) -> None:
    number = signal.Signals[name]
    terminal.process.send_signal(number)
    assert terminal.wait_for_end() == 128 + number
    assert [mode for mode in RESTORED if mode not in terminal.written] == []
    assert terminal.modes == terminal.modes_before


@pytest.mark.slow
def test_ctrl_z_suspends_and_the_review_comes_back_whole(terminal: PtyTerminal) -> None:
    terminal.type("\x1a")
    terminal.wait_for_bytes(lambda written: b"\x1b[?1049l" in written)
    assert any(os.waitpid(terminal.process.pid, os.WUNTRACED | os.WNOHANG)[1] for _ in looks("it was never suspended"))
    assert terminal.modes == terminal.modes_before
    here = len(terminal.written)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for_bytes(lambda written: b"\x1b[?1049h" in written and b"1/4" in written, here)
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert terminal.modes == terminal.modes_before
