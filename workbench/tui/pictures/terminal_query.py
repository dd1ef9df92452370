"""The question to the terminal, asked once, before anything else reads from the terminal.

All its parts are sent in one write, and the part that every terminal answers comes last. When that answer arrives, all
other answers have arrived, too. So the question takes one round trip, and no answer can arrive later and be taken for
keys.

This runs before Textual is loaded, and loads no library.
"""

import fcntl
import os
import select
import struct
import termios
import time
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from workbench.tui.pictures.terminal_facts import (
    CONSOLES,
    EVERYTHING,
    WITHIN_A_MULTIPLEXER,
    Multiplexer,
    PictureProtocol,
    TerminalFacts,
    facts_from,
    facts_without_asking,
    is_complete,
    multiplexer_in,
    read_answers,
)

_PATIENCE_S: Final = 2.0
"""For the whole answer. A line that takes longer is none for pictures."""
_QUIET_S: Final = 0.3
_LONGEST_DRAIN_S: Final = 2.0
_MOST_BYTES: Final = 1 << 16
_MUTE: Final = frozenset({"", "dumb", "unknown", "emacs"})


def ask_terminal(
    choice: str, environment: Mapping[str, str], *, stdin: int = 0, stdout: int = 1, patience_s: float = _PATIENCE_S
) -> TerminalFacts:
    """What the terminal at these file descriptors is. Takes one round trip; keys pressed meanwhile are lost.

    `choice` is `auto` or the value of a PictureProtocol. Asks nothing where there is no terminal or a mute one.
    """
    if not (os.isatty(stdin) and os.isatty(stdout)):
        return facts_without_asking(environment, choice, "no terminal")
    term = environment.get("TERM", "")
    if term in _MUTE:
        return facts_without_asking(environment, choice, f"TERM is {term or 'not set'}")
    if term in CONSOLES:
        return facts_without_asking(environment, choice, f"TERM is {term}", PictureProtocol.HALF_BLOCKS)
    is_direct = multiplexer_in(environment) is Multiplexer.NONE
    started_s = time.monotonic()
    try:
        data = _answered(EVERYTHING if is_direct else WITHIN_A_MULTIPLEXER, stdin, stdout, started_s + patience_s)
    except (OSError, termios.error):
        return facts_without_asking(environment, choice, "the terminal cannot be asked")
    if not is_complete(data):
        return facts_without_asking(environment, choice, f"no answer within {patience_s:g} s")
    facts = facts_from(read_answers(data), environment, choice, 1000 * (time.monotonic() - started_s))
    return facts if facts.cell_px else replace(facts, cell_px=_measured_cell(stdout))


def drain(stdin: int) -> None:
    """Read an answer that is still on its way, so that the shell does not get it."""
    try:
        with _unechoed(stdin):
            _pass_over(stdin)
    except (OSError, termios.error):
        return  # the terminal is gone, and so is the answer


def _pass_over(stdin: int) -> None:
    """Read until nothing comes for a moment."""
    give_up_s = time.monotonic() + _LONGEST_DRAIN_S
    while _read(stdin, _QUIET_S) and time.monotonic() < give_up_s:
        pass


def _answered(question: bytes, stdin: int, stdout: int, deadline_s: float) -> bytes:
    """Ask, and read until the last part is answered or the deadline has passed."""
    with _unechoed(stdin):
        _write(stdout, question)
        data = b""
        while not is_complete(data) and len(data) < _MOST_BYTES:
            piece = _read(stdin, deadline_s - time.monotonic())
            if not piece:
                _pass_over(stdin)
                break
            data += piece
    return data


@contextmanager
def _unechoed(stdin: int) -> Iterator[None]:
    """Bytes come one by one and are not echoed. At the end, what has not been read is thrown away."""
    before = termios.tcgetattr(stdin)
    try:
        tty.setcbreak(stdin, termios.TCSAFLUSH)
        yield
    finally:
        termios.tcsetattr(stdin, termios.TCSAFLUSH, before)


def _read(stdin: int, patience_s: float) -> bytes:
    ready, _, _ = select.select([stdin], [], [], max(patience_s, 0))
    return os.read(stdin, 4096) if ready else b""


def _write(stdout: int, data: bytes) -> None:
    while data:
        data = data[os.write(stdout, data) :]


def _measured_cell(stdout: int) -> tuple[int, int] | None:
    """The size of a cell from the size of the window in pixels, which some terminals tell the system."""
    try:
        lines, columns, width_px, height_px = struct.unpack("4H", fcntl.ioctl(stdout, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        return None
    return (width_px // columns, height_px // lines) if min(lines, columns, width_px, height_px) > 0 else None
