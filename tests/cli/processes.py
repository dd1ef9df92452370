"""`emowb run` in processes of its own, against an endpoint that answers when it is told to."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.pipeline.counting_endpoint import CountingEndpoint
from tests.pipeline.workplace import Workplace, workplace
from tests.waiting import PATIENCE_S
from workbench.domain.runs import Run

IN_FLIGHT: Final = 4
N_BATCHES: Final = 10
EMOWB: Final = (sys.executable, "-c", "from workbench.cli.app import main; main()")
_AT_A_TERMINAL: Final = (
    "import fcntl, os, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "from workbench.cli.app import main; main()"
)
SEND: Final = ("run", "rafdb", "--name", "main", "--concurrency", str(IN_FLIGHT))


@dataclass(frozen=True)
class PlannedRun:
    """A folder with a workspace and settings, a run that is planned in it, and the endpoint that it asks."""

    folder: Path
    place: Workplace
    run: Run
    endpoint: CountingEndpoint
    started: "list[subprocess.Popen[str]]" = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Without settings of the developer's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMOWB_", "OPENAI_"))}
        return {**kept, "XDG_CACHE_HOME": str(self.folder / "cache"), "XDG_CONFIG_HOME": str(self.folder / "config")}

    def start(self) -> "subprocess.Popen[str]":
        """A runner of the run."""
        runner = subprocess.Popen(
            [*EMOWB, *SEND],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(runner)
        return runner

    @contextmanager
    def at_a_terminal(self) -> "Iterator[tuple[subprocess.Popen[bytes], Callable[[], None]]]":
        """A runner at a terminal of its own, and what takes that away, as a lost line does."""
        line, terminal = pty.openpty()
        with ExitStack() as lost:
            lost.callback(os.close, line)
            runner = subprocess.Popen(
                [sys.executable, "-c", _AT_A_TERMINAL, *SEND],
                cwd=self.folder,
                env={**self.environment, "TERM": "xterm"},
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
            )
            os.close(terminal)
            try:
                yield runner, lost.close
            finally:
                runner.kill()
                runner.wait()


def said(runner: "subprocess.Popen[str]") -> str:
    """All that a runner says until it ends."""
    return "".join(runner.communicate(timeout=PATIENCE_S))


def read_until(runner: "subprocess.Popen[str]", words: str) -> None:
    """Read what a runner says until it says this."""
    assert runner.stderr is not None
    heard = []
    for line in runner.stderr:
        heard.append(line)
        if words in line:
            return
    raise AssertionError(f"{words!r} never came, but {''.join(heard)}")


@contextmanager
def planned_run(folder: Path) -> Iterator[PlannedRun]:
    """A run of ten batches of four samples."""
    with workplace(folder, 4 * N_BATCHES) as place, CountingEndpoint(place.pictures) as endpoint:
        (folder / "emowb.toml").write_text(f'[endpoints.scripted]\nbase_url = "{endpoint.base_url}"\n')
        made = PlannedRun(folder, place, place.plan(), endpoint)
        try:
            yield made
        finally:
            for runner in made.started:
                runner.kill()
                runner.communicate()
