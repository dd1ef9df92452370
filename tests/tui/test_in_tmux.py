"""The workbench as a user meets it: the installed command in a real tmux, keys sent, the screen read."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.waiting import looks
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.server import EndpointServer

SAMPLES = Path(__file__).parents[2] / "samples"
EMOWB = (sys.executable, "-c", "from workbench.cli.app import main; main()")
OPEN = f"{sys.executable} -c '{EMOWB[2]}' open rafdb"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, socket: Path, place: Path, environment: dict[str, str], width: int, height: int) -> None:
        self._base = ["tmux", "-S", str(socket), "-f", os.devnull]
        self._run("new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(place), *_exported(environment))

    def keys(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def wait(self, condition: Callable[[str], bool]) -> str:
        """The first screen that fits; tmux is asked again and again, which paces the loop."""
        for _ in looks(self.screen):
            if condition(screen := self.screen()):
                return screen
        raise AssertionError

    def close(self) -> None:
        self._run("kill-server")

    def _run(self, *words: str) -> str:
        return subprocess.run([*self._base, *words], capture_output=True, text=True, check=True).stdout


def _exported(environment: dict[str, str]) -> list[str]:
    return [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of RAF-DB samples in which the model refused some."""
    folder = tmp_path_factory.mktemp("place")
    with EndpointServer(faults=FaultRates(refuse=0.2, seed=3)) as server:
        environment = {**os.environ, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "none"}
        for words in (("import", "rafdb", str(SAMPLES / "rafdb")), ("run", "rafdb", "--limit", "40")):
            done = subprocess.run([*EMOWB, *words], cwd=folder, env=environment, capture_output=True, check=False)
            assert done.returncode in (0, 1), done.stderr
    return folder


@pytest.fixture
def opened(place: Path, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Open the review of `place` in a terminal of that size, beside an endpoint that refuses nothing."""
    terminals = []
    with EndpointServer() as server:

        def open_in(width: int, height: int, **environment: str) -> Terminal:
            shutil.copy(place / "emowb.db", tmp_path / "emowb.db")
            known = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "none", "EMOWB_REVIEWER": "ana"}
            known["EMOWB_STATE"] = str(tmp_path / "state")
            terminal = Terminal(tmp_path / "tmux", tmp_path, known | environment, width, height)
            terminals.append(terminal)
            terminal.keys(OPEN, "Enter")
            terminal.wait(lambda screen: "1/40 all" in screen)
            return terminal

        yield open_in
        for terminal in terminals:
            terminal.close()


def drawn_lines(screen: str) -> int:
    return sum(line.count("▀") > 3 for line in screen.splitlines())


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_the_review_screen_shows_list_face_and_prediction(
    opened: Callable[..., Terminal], width: int, height: int
) -> None:
    terminal = opened(width, height)
    words = ("RAF-DB", "1/40", "ana", "gold", "model", "sample", "▸")
    screen = terminal.wait(lambda screen: drawn_lines(screen) > 5 and all(word in screen for word in words))
    assert max(len(line) for line in screen.splitlines()) <= width


def test_refused_samples_are_asked_again_for_real_and_reviews_survive_the_end(
    opened: Callable[..., Terminal],
) -> None:
    terminal = opened(80, 24)
    terminal.keys("f")
    terminal.wait(lambda screen: "unreviewed" in screen)
    terminal.keys("j", "j", "j", "Enter")
    # Both at once: tmux may be asked between the heading's paint and the rows'.
    terminal.wait(lambda screen: "1/7 refused" in screen and screen.count("R test_") == 7)
    terminal.keys("R")
    terminal.wait(lambda screen: "about 7 samples" in screen)
    terminal.keys("y")
    terminal.wait(lambda screen: "R test_" not in screen and "asking again" not in screen)
    terminal.keys("f")
    terminal.wait(lambda screen: "unreviewed" in screen)
    terminal.keys("x")
    terminal.wait(lambda screen: "/40 all" in screen)
    terminal.keys("g", "2")
    terminal.wait(lambda screen: any("you" in line and "sad" in line for line in screen.splitlines()))
    terminal.keys("q")
    terminal.wait(lambda screen: "RAF-DB" not in screen)
    terminal.keys("clear", "Enter")
    terminal.keys(OPEN, "Enter")
    terminal.wait(lambda screen: any("you" in line and "sad" in line for line in screen.splitlines()))


def test_without_colour_a_face_is_still_drawn(opened: Callable[..., Terminal]) -> None:
    terminal = opened(80, 24, NO_COLOR="1")
    terminal.wait(
        lambda screen: (
            sum(any(shade in line for shade in "░▒▓█▀") for line in screen.splitlines()) > 5
            and any(mark in screen for mark in ("✓ test", "✗ test"))
        )
    )
