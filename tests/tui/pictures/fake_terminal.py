"""A terminal that answers late: it waits at the other end of a pseudo-terminal for the question's last part."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import threading
import time
from dataclasses import dataclass
from typing import Final, Self

from tests.waiting import PATIENCE_S

_LAST_QUESTION: Final = b"\x1b[c"

KITTY_OK: Final = b"\x1b_Gi=31;OK\x1b\\"
TRUE: Final = b"\x1bP1$r0;48:2:1:2:3m\x1b\\"


@dataclass(frozen=True)
class Kind:
    """What a kind of terminal answers, in the order of the questions."""

    answer: bytes
    protocol: str


KITTY: Final = Kind(
    KITTY_OK + b"\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;20;10t\x1b[?2026;2$y" + TRUE + b"\x1bP1+r524742\x1b\\\x1b[?62;c",
    "kitty",
)
XTERM: Final = Kind(b"\x1bP>|XTerm(390)\x1b\\\x1b[6;16;8t\x1b[?2026;0$y\x1bP0+r\x1b\\\x1b[?64;1;2;4;22c", "half-blocks")
WEZTERM: Final = Kind(
    KITTY_OK + b"\x1bP>|WezTerm 20240203-110809\x1b\\\x1b[6;18;9t\x1b[?2026;2$y" + TRUE + b"\x1b[?65;4;6;18;22c",
    "half-blocks",
)
POOR: Final = Kind(b"\x1b[?1;2c", "half-blocks")
"""Says only what kind of device it is."""
TMUX: Final = Kind(b"\x1bP>|tmux 3.3a\x1b\\\x1b[6;32;16t\x1b[?1;2c", "half-blocks")


class FakeTerminal:
    """Answers once, so many milliseconds after the question; `None` never."""

    def __init__(self, answer: bytes, delay_ms: float | None) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.asked = b""
        self._answer, self._delay_ms = answer, delay_ms
        self.answered = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(PATIENCE_S)
        os.close(self.master)
        os.close(self.slave)

    def unread(self) -> bytes:
        """What waits at the application's end after everything has been answered."""
        if self._delay_ms is not None:
            assert self.answered.wait(PATIENCE_S)
        ready, _, _ = select.select([self.slave], [], [], 0.05)
        return os.read(self.slave, 4096) if ready else b""

    def _serve(self) -> None:
        while not self.asked.endswith(_LAST_QUESTION):
            ready, _, _ = select.select([self.master], [], [], PATIENCE_S)
            if not ready:
                return
            self.asked += os.read(self.master, 4096)
        if self._delay_ms is not None:
            time.sleep(self._delay_ms / 1000)
            os.write(self.master, self._answer)
            self.answered.set()


def keys_in(data: bytes) -> bytes:
    """What is left of a terminal's answers when everything in a terminal's form is taken away."""
    return re.sub(rb"\x1b(?:\[[0-9;?$>]*[A-Za-z]|[P_].*?\x1b\\)", b"", data)
