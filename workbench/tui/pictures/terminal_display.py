"""The terminal that shows pictures: the pictures that it keeps, and whether what was written has arrived."""

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
        """Write to the terminal by `write` from now on; `queued` tells how many writes are still waiting."""
        self._write, self._queued = write, queued

    def number_of(self, picture: KittyPicture) -> int:
        """The number under which the terminal keeps a picture. If the terminal does not have it, it is uploaded.

        The picture that was not shown for longest makes room for it. All of it is one write.
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
        """The terminal has lost its pictures, because another program had the screen."""
        self._kept.clear()

    def close(self) -> None:
        """Have the terminal forget what it keeps, and write nothing more."""
        self._send([deletion(number) for number in self._kept.values()])
        self._kept.clear()
        self._write = None

    @property
    def is_busy(self) -> bool:
        """Whether something that was written has probably not arrived yet."""
        if self._queued() > _MOST_QUEUED:
            return True
        return self._asked_at_s is not None and self._clock() - self._asked_at_s < _ANSWER_PATIENCE_S

    @property
    def awaits_answer(self) -> bool:
        """Whether an answer of the terminal is on its way."""
        return self._asked_at_s is not None

    def ask_back(self) -> None:
        """Ask the terminal for an answer, which comes when it has read all that was written before.

        Over SSH, megabytes can be written before a slow line holds up the writer. Only a terminal that has answered
        before is asked.
        """
        if self.facts.rtt_ms is not None and self._write is not None:
            self._asked_at_s = self._clock()
            self._write(_QUESTION)

    def answered(self) -> None:
        """The terminal has answered."""
        self._asked_at_s = None

    def _send(self, commands: list[str]) -> None:
        if self._write is not None and commands:
            self._write("".join(map(through_tmux, commands) if self.facts.in_tmux else commands))
