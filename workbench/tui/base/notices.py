"""Saying something in passing, and errors that a person can do something about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.tui.base.batched_screen import BatchedScreen

_NOTICE_CHARS: Final = 400


class Notices(BatchedScreen):
    """A screen that says what went wrong instead of breaking."""

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """Show what a person can do something about as a notice."""
        try:
            yield
        except WorkbenchError as error:
            self.notice(str(error), severity="error")

    def notice(self, words: str, *, severity: str = "information", seconds: float = 5) -> None:
        """Say something in passing."""
        shown = visible(words, lines=True, longest=_NOTICE_CHARS)
        self.notify(shown, severity=severity, timeout=seconds, markup=False)  # type: ignore[arg-type]
