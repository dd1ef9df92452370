"""When the terminal is closed, the program ends.

The kernel signals only the leader of the session, which may be a `make` or a wrapper that waits for this process; and
Textual's input thread would read the end of the terminal again and again, as fast as it can.
"""

import os
import select
import sys
from typing import Final

EXIT_HUNG_UP: Final = 129
"""The exit code that a shell reports for a program that SIGHUP ended."""
EVERY_S: Final = 1.0
_GONE: Final = select.POLLHUP | select.POLLERR | select.POLLNVAL


def leave_when_hung_up() -> None:
    """End the program at once when its terminal is gone. No review is lost: each is committed when it is given."""
    poll = select.poll()
    poll.register(sys.__stdin__ or 0, 0)  # the three above are reported unasked
    if any(event & _GONE for _, event in poll.poll(0)):
        os._exit(EXIT_HUNG_UP)
