"""A terminal that is a program: it answers what terminals answer, sends keys, and tells when a frame has come."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

COLUMNS: Final = 140
LINES: Final = 40
FRAME_END: Final = b"\x1b[?2026l"
_ANSWERS: Final = ((re.compile(rb"\x1b\[0?c"), b"\x1b[?62;22c"), (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"))
"""What kind of terminal this is, and that it knows frames; other questions stay open, as in most terminals."""
_QUIET_S: Final = 0.25
_PATIENCE_S: Final = 20.0
_LONGEST_SETTLE_S: Final = 3.0
_AT_ONCE: Final = 1 << 16
_TICK_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Frame:
    """What came of a key."""

    seconds: float
    """From the key's byte to the last byte of the frame that shows what was waited for."""
    n_bytes: int
    """Of everything that came in that time."""


class Terminal:
    """A program in a terminal of 140x40."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.started_s = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment, start_new_session=True
        )
        os.close(slave)
        self._unanswered = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._master)

    def shown(self, words: str) -> float:
        """Seconds from the start until a frame is whole that has these words (a pattern)."""
        self._until(words, self.started_s)
        return time.perf_counter() - self.started_s

    def press(self, keys: str, words: str) -> Frame:
        """Send keys at once, and wait for the end of a frame that has these words (a pattern)."""
        started_s = time.perf_counter()
        os.write(self._master, keys.encode())
        return self._until(words, started_s)

    def type(self, keys: str) -> None:
        """Send keys and wait for nothing."""
        os.write(self._master, keys.encode())

    def settle(self, quiet_s: float = _QUIET_S) -> int:
        """Read until nothing has come for a while, or a cursor blinks for ever; how many bytes came."""
        n_bytes, give_up_s = 0, time.monotonic() + _LONGEST_SETTLE_S
        while time.monotonic() < give_up_s and (data := self._read(quiet_s)):
            n_bytes += len(data)
        return n_bytes

    def hold(self, key: str, *, hertz: float, seconds: float, bytes_a_second: int) -> tuple[float, int]:
        """Hold a key over a slow line; how long after its release the last byte came, and how many bytes came."""
        started_s = time.monotonic()
        released_s = started_s + seconds
        last_byte_s, sent, taken = started_s, 0, 0
        while (now_s := time.monotonic()) < released_s or now_s - max(last_byte_s, released_s) < 1.0:
            while now_s < released_s and sent < (now_s - started_s) * hertz:
                os.write(self._master, key.encode())
                sent += 1
            allowed = int((now_s - started_s) * bytes_a_second) - taken
            if allowed > 0 and select.select([self._master], [], [], 0)[0]:
                n_bytes = len(self._answered(os.read(self._master, allowed)))
                taken += n_bytes
                last_byte_s = now_s
            elif allowed > 0:
                taken += allowed  # what the line could have carried and did not have to is gone
            time.sleep(_TICK_S)
        return max(last_byte_s - released_s, 0.0), sent

    def memory_mb(self) -> tuple[float, float]:
        """Resident and anonymous memory of the program."""
        text = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text()
        kib = {name: int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1]) for name in ("Rss", "Anonymous")}  # type: ignore[index]
        return kib["Rss"] / 1024, kib["Anonymous"] / 1024

    def _until(self, words: str, started_s: float) -> Frame:
        pattern = re.compile(words.encode())
        seen, give_up_s = b"", time.monotonic() + _PATIENCE_S
        while True:
            data = self._read(_PATIENCE_S)
            seen += data
            found = pattern.search(seen)
            if found and FRAME_END in seen[found.end() :]:
                return Frame(time.perf_counter() - started_s, len(seen))
            if not data or time.monotonic() > give_up_s:
                raise RuntimeError(f"{words!r} never came; the last that did: {seen[-2000:]!r}")

    def _read(self, patience_s: float) -> bytes:
        ready, _, _ = select.select([self._master], [], [], patience_s)
        try:
            return self._answered(os.read(self._master, _AT_ONCE)) if ready else b""
        except OSError:  # Linux says so when the other end is closed
            return b""

    def _answered(self, data: bytes) -> bytes:
        """Answer what is asked in it."""
        asked = self._unanswered + data
        end = 0
        for question, answer in _ANSWERS:
            for found in question.finditer(asked):
                os.write(self._master, answer)
                end = max(end, found.end())
        self._unanswered = asked[end:][-16:]
        return data
