"""A real pseudo-terminal: a program at its other end, every byte that it writes, and what that looks like."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyte

from tests.waiting import PATIENCE_S, looks

ROOT: Final = Path(__file__).parents[2]


class PtyTerminal:
    """Start a command at a terminal of that size."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, columns: int, lines: int) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.modes_before = self.modes
        size = {"COLUMNS": str(columns), "LINES": str(lines)}
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env={**os.environ, **size, **environment}
        )
        os.close(slave)
        self.written = b""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)

    def type(self, keys: str) -> None:
        """Send keys as a terminal does."""
        self.answer(keys.encode())

    def answer(self, data: bytes) -> None:
        """Send what a terminal says of itself."""
        os.write(self._master, data)

    @property
    def modes(self) -> list[object]:
        """The terminal's modes: whether it echoes, whether it waits for whole lines."""
        return termios.tcgetattr(self._master)

    @property
    def lines(self) -> list[str]:
        """What is to be seen."""
        return list(self._screen.display)

    def wait_for(self, words: str) -> None:
        """Read until these words are to be seen."""
        self.wait_until(lambda seen: words in seen, words)

    def wait_until(self, condition: Callable[[str], bool], what: str = "") -> None:
        """Read until what is to be seen is as wanted."""
        for _ in looks(lambda: f"{what!r} never came; on the screen:\n{self._seen}"):
            if condition(self._seen):
                return
            assert self._read(), f"the program has ended and {what!r} never came; on the screen:\n{self._seen}"

    def wait_for_bytes(self, found: Callable[[bytes], object], since: int = 0) -> None:
        """Read until what was written from a place on is as wanted."""
        for _ in looks(lambda: f"never came; the last that came: {self.written[-300:]!r}"):
            if found(self.written[since:]):
                return
            assert self._read(), f"the program has ended; the last that came: {self.written[-300:]!r}"

    def wait_for_end(self) -> int:
        """Read to the end; the exit code."""
        for _ in looks("the program never ended"):
            if not self._read():
                break
        return self.process.wait(PATIENCE_S)

    def hang_up(self) -> int:
        """Take the terminal away, as a lost line does; the exit code."""
        os.close(self._master)
        self._master = -1
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """End the program if it has not ended, and the terminal."""
        self.process.kill()
        self.process.wait()
        if self._master >= 0:
            os.close(self._master)

    @property
    def _seen(self) -> str:
        return "\n".join(self._screen.display)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE_S)
        try:
            data = os.read(self._master, 1 << 16) if ready else b""
        except OSError:  # Linux says so when the other end is closed
            return False
        self.written += data
        self._stream.feed(data)
        return bool(data)
