"""How long tests wait for something that must happen: one generous bound, which only a broken program meets.

A test that fails because the machine is busy says nothing about the code.
"""

import time
from collections.abc import Callable, Iterator
from typing import Final

PATIENCE_S: Final = 120.0


def looks(what: str | Callable[[], str]) -> Iterator[None]:
    """One turn for each look at a condition, until `PATIENCE_S` has passed; then an error that says `what`."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        yield
    raise AssertionError(f"waited {PATIENCE_S:.0f} s: {what if isinstance(what, str) else what()}")
