"""`emowb` alone, and `emowb open` where there is no run yet."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES, Emowb
from tests.tui.pty_terminal import PtyTerminal

EMOWB = (sys.executable, "-c", "from workbench.cli.app import main; main()")
Opened = Callable[..., PtyTerminal]


@pytest.fixture
def opened(place: Path) -> Iterator[Opened]:
    """Run a command at a terminal, with the workspace of `place`."""
    terminals = []

    def open_with(*words: str) -> PtyTerminal:
        environment = {"EMOWB_DB": str(place / "emowb.db"), "EMOWB_STATE": str(place / "state"), "TERM": "xterm"}
        terminals.append(PtyTerminal((*EMOWB, *words), environment, columns=80, lines=24))
        return terminals[-1]

    yield open_with
    for terminal in terminals:
        terminal.close()


def test_without_a_terminal_it_is_the_help(emowb: Emowb) -> None:
    emowb("import", "rafdb", SAMPLES / "rafdb")
    shown = emowb()
    assert shown.exit_code == 2
    assert "Commands:" in shown.stdout


def test_without_a_workspace_it_is_the_help_and_open_is_home(opened: Opened, place: Path) -> None:
    terminal = opened()
    terminal.wait_for("load-predictions")
    assert terminal.wait_for_end() == 2
    terminal = opened("open")
    terminal.wait_for("Nothing is imported yet. i imports")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert not (place / "emowb.db").exists()


def test_from_nothing_to_the_samples_by_keys_alone(opened: Opened, place: Path) -> None:
    terminal = opened("open")
    terminal.wait_for("Nothing is imported yet")
    terminal.type(f"i{SAMPLES / 'rafdb'}")
    terminal.wait_for("looks like RAF-DB (basic) (70 samples)")
    terminal.type("\r")
    terminal.wait_for("70 samples imported")
    terminal.type("\r")
    terminal.wait_for("1/70 all  no run yet")
    terminal.type("qq")
    assert terminal.wait_for_end() == 0
    assert (place / "emowb.db").exists()


def test_with_a_workspace_it_is_home(opened: Opened, emowb: Emowb) -> None:
    emowb("import", "rafdb", SAMPLES / "rafdb")
    terminal = opened()
    terminal.wait_for("70 of 3,068 samples")
    terminal.type("\r")
    terminal.wait_for("1/70 all  no run yet")
    terminal.type("qq")
    assert terminal.wait_for_end() == 0


def test_a_data_set_without_a_run_opens_with_its_samples(opened: Opened, emowb: Emowb) -> None:
    emowb("import", "rafdb", SAMPLES / "rafdb")
    terminal = opened("open", "rafdb")
    terminal.wait_for("1/70 all  no run yet")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    terminal = opened("open", "rafdb", "--run", "main")
    terminal.wait_for("there are none yet")
    assert terminal.wait_for_end() == 2
