"""What the workbench uses of Textual that is not public. The version is pinned; a test fails when a name moves."""

from typing import Any, TypeVar

from textual.keys import REPLACED_KEYS, _character_to_key
from textual.screen import Screen

S = TypeVar("S", bound=Screen[Any])


def refreshes_after_batches(screen: type[S]) -> type[S]:
    """Class decorator: while a batch of updates is open, render nothing.

    Textual renders a screen within a batch too, and throws the result away. At the start that takes a tenth of the
    time. What is to be drawn is kept until the batch has ended.
    """
    refresh = screen._compositor_refresh  # noqa: SLF001

    def _compositor_refresh(self: S) -> None:
        if not self.app._batch_count:  # noqa: SLF001
            refresh(self)

    screen._compositor_refresh = _compositor_refresh  # type: ignore[method-assign,assignment]  # noqa: SLF001
    return screen


def key_name(key: str) -> str:
    """Textual's name of a key: `question_mark` for `?`."""
    name = _character_to_key(key) if len(key) == 1 else key
    return REPLACED_KEYS.get(name, name)
