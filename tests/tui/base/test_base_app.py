import sys
from pathlib import Path

import pytest

from tests.tui.pty_terminal import PtyTerminal
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
