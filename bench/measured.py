"""Processes that are measured from outside: what they took, and what the server saw of them."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.request import ProxyHandler, build_opener

TOP: Final = Path(__file__).parents[1]
_SERVER_CPU, _CLIENT_CPU = 1, 0
_LAST_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Took:
    """What a process took from its start to its end."""

    wall_s: float
    cpu_s: float
    """User and system, its threads and children included."""
    peak_mb: float
    exit_code: int
    said: str
    """Its stdout."""
    complained: str
    """The last lines of its stderr; for one that was killed, that it was."""


class Server:
    """A limiting server in a process of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._opener = build_opener(ProxyHandler({}))

    def stats(self) -> dict[str, Any]:
        """What it counted."""
        return self._asked("stats")

    def reset(self) -> None:
        """Start its limits and counts anew."""
        self._asked("reset")

    def _asked(self, what: str) -> dict[str, Any]:
        with self._opener.open(f"http://127.0.0.1:{self.port}/{what}", timeout=60) as reply:
            said: dict[str, Any] = json.load(reply)
        return said


def pinning() -> str:
    """What is done about the processors, for people."""
    if _can_pin():
        return f"server pinned to CPU {_SERVER_CPU}, clients to CPU {_CLIENT_CPU}"
    return "nothing pinned: the system does not allow it, or there is one processor"


@contextmanager
def serving(flags: Sequence[str]) -> Iterator[Server]:
    """A server for the time of the block."""
    command = [sys.executable, "-m", "bench.limiting_server", *flags]
    with _pinned_to(_SERVER_CPU):
        process = subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Server(int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def run_measured(
    command: Sequence[str], folder: Path, *, give_up_s: float, environment: Mapping[str, str] | None = None
) -> Took:
    """Run to the end, or kill it after `give_up_s`.

    Its peak memory is Linux's, which counts the starting process too where that is larger: this one stays small.
    """
    said, complained = folder / "stdout", folder / "stderr"
    with said.open("w") as out, complained.open("w") as err:
        started_s = time.monotonic()
        with _pinned_to(_CLIENT_CPU):
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=environment,
            )
        killer = threading.Timer(give_up_s, process.kill)
        killer.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            killer.cancel()
        wall_s = time.monotonic() - started_s
    process.returncode = os.waitstatus_to_exitcode(status)
    last = complained.read_text(errors="replace").splitlines()[-_LAST_LINES:]
    return Took(
        wall_s=wall_s,
        cpu_s=used.ru_utime + used.ru_stime,
        peak_mb=used.ru_maxrss / 1024,  # Linux counts in KiB
        exit_code=process.returncode,
        said=said.read_text(errors="replace"),
        complained=f"killed after {wall_s:.0f} s" if process.returncode < 0 else " / ".join(last),
    )


def _can_pin() -> bool:
    return hasattr(os, "sched_setaffinity") and {_SERVER_CPU, _CLIENT_CPU} <= os.sched_getaffinity(0)


@contextmanager
def _pinned_to(cpu: int) -> Iterator[None]:
    """A process that is started within the block stays on that processor."""
    if not _can_pin():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
