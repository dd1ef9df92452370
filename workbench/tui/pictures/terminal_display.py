"""What lies between the workbench and the eye: the terminal, the pictures that it keeps, and how busy the line is."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from workbench.tui.pictures.encoded import KittyPicture
from workbench.tui.pictures.kitty import deletion, through_tmux, upload
from workbench.tui.pictures.terminal_facts import NOT_ASKED, TerminalFacts

MOST_KEPT: Final = 32
"""Pictures in the terminal's memory. Walking back and playing a short clip again cost placeholders only."""
_FIRST_NUMBER: Final = 16
_LAST_NUMBER: Final = 255
"""A picture's number is a colour of the palette, and the first sixteen are the user's own."""
_MOST_QUEUED: Final = 3
"""Writes of one frame. Textual's queue holds thirty, and one that is full stops the whole screen."""
_ANSWER_PATIENCE_S: Final = 3.0
_QUESTION: Final = "\x1b[6n"
"""Where the cursor is (DSR 6). Every terminal answers, and Textual expects the answer at any time: it is no key."""


class TerminalDisplay:
    """The terminal as pictures see it. All of it belongs to the screen's thread."""

    def __init__(self, facts: TerminalFacts = NOT_ASKED, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.facts = facts
        self._clock = clock
        self._write: Callable[[str], None] | None = None
        self._queued: Callable[[], int] = lambda: 0
        self._kept: OrderedDict[KittyPicture, int] = OrderedDict()
        self._next_number = _FIRST_NUMBER
        self._asked_at_s: float | None = None

    def connect(self, write: Callable[[str], None], queued: Callable[[], int]) -> None:
        """From now on there is a terminal to write to; `queued` tells how many writes have not left yet."""
        self._write, self._queued = write, queued

    def number_of(self, picture: KittyPicture) -> int:
        """The number under which the terminal keeps a picture; it is given the picture where it does not have it.

        What has not been shown for longest is forgotten for it. Everything goes out in one write.
        """
        if picture in self._kept:
            self._kept.move_to_end(picture)
            return self._kept[picture]
        number = self._next_number
        self._next_number = number + 1 if number < _LAST_NUMBER else _FIRST_NUMBER
        forgotten = [self._kept.popitem(last=False)[1]] if len(self._kept) >= MOST_KEPT else []
        self._kept[picture] = number
        self._send([*map(deletion, forgotten), *upload(picture, number)])
        return number

    def forget(self) -> None:
        """The terminal has lost its pictures by itself: it left the screen for another program's."""
        self._kept.clear()

    def close(self) -> None:
        """Have the terminal forget what it keeps, and write nothing more."""
        self._send([deletion(number) for number in self._kept.values()])
        self._kept.clear()
        self._write = None

    @property
    def is_busy(self) -> bool:
        """Whether what was written has not arrived yet, as far as can be told."""
        if self._queued() > _MOST_QUEUED:
            return True
        return self._asked_at_s is not None and self._clock() - self._asked_at_s < _ANSWER_PATIENCE_S

    @property
    def awaits_answer(self) -> bool:
        """Whether an answer of the terminal is on its way."""
        return self._asked_at_s is not None

    def ask_back(self) -> None:
        """Have the terminal say when it has come so far. SSH takes megabytes before it shows that a line is slow.

        Only a terminal that has answered before is asked.
        """
        if self.facts.rtt_ms is not None and self._write is not None:
            self._asked_at_s = self._clock()
            self._write(_QUESTION)

    def answered(self) -> None:
        """The terminal has come so far."""
        self._asked_at_s = None

    def _send(self, commands: list[str]) -> None:
        if self._write is not None and commands:
            self._write("".join(map(through_tmux, commands) if self.facts.in_tmux else commands))
