"""Sending a run in a process of its own, which goes on when the terminal that started it is closed.

The process is `emowb run` itself, in a session of its own and without a terminal. Its messages go into a file that
only its owner can read.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.application.context import Context
from workbench.domain.jobs import run_mark
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import Run
from workbench.errors import EXIT_INTERRUPTED, EXIT_WORTH_KNOWING, DataError

_COMMAND: Final = (sys.executable, "-c", "from workbench.cli.app import main; main()")
_FINE: Final = (0, EXIT_WORTH_KNOWING, EXIT_INTERRUPTED)
_LAST_BYTES: Final = 4_096
_FLAGS: Final = {
    "rpm": "--rpm",
    "tpm": "--tpm",
    "rpd": "--rpd",
    "concurrency": "--concurrency",
    "budget_usd": "--budget",
}


@dataclass(frozen=True, slots=True)
class Launched:
    """A process that sends a run."""

    process: "subprocess.Popen[bytes]"
    log: Path
    """The file with its messages."""

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def complaint(self) -> str | None:
        """Why it ended, where something went wrong; None while it runs, and where all is well."""
        code = self.process.poll()
        if code is None or code in _FINE:
            return None
        return self._last_line() or f"the sender ended with exit code {code}; it said nothing"

    def _last_line(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(self.log.stat().st_size - _LAST_BYTES, 0))
            lines = log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].removeprefix("emowb: ") if lines else ""


def launch_run(
    context: Context, run: Run, limits: GivenLimits, *, agreed: bool = False, by_jobs: bool = False
) -> Launched:
    """Send what is open of a run, under these limits. `agreed`: that its pictures may leave this machine.

    Raises DataError where the file cannot be written into which the process writes its messages.
    """
    words = ["--db", str(context.settings.db.absolute()), "run", run.dataset, "--name", run.name]
    for name, value in limits.said().items():
        if value:
            words += [_FLAGS[name], str(value)]
    words += ["--yes"] * agreed + ["--via", "batch"] * by_jobs
    return _launched(words, context.environment, log_path(run))


def log_path(run: Run) -> Path:
    """The file into which the process that sends a run writes its messages."""
    import platformdirs

    return platformdirs.user_state_path("emowb") / "senders" / f"{run_mark(run)}.log"


def _launched(words: Sequence[str], environment: Mapping[str, str], log: Path) -> Launched:
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.unlink(missing_ok=True)  # a process that still writes into it keeps its own file
        log_file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    except OSError as error:
        raise DataError(f"{log} cannot be written: {error.strerror or error}") from error
    try:
        process = subprocess.Popen(  # noqa: S603  # our own command, word by word
            [*_COMMAND, *words],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            start_new_session=True,
        )
    finally:
        os.close(log_file)
    # Without this, a process that has ended would still look alive, and would keep its run.
    threading.Thread(target=process.wait, name="sender", daemon=True).start()
    return Launched(process, log)
