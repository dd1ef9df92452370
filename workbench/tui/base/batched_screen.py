"""A screen that renders nothing while a batch of changes keeps it from the terminal."""

from typing import Any

from textual.screen import Screen


class BatchedScreen(Screen[Any]):
    """Textual renders a screen within a batch too, and throws that away: at the start, a tenth of the time.

    What is to be drawn is kept until the batch has ended. The method is internal; the version of Textual is pinned.
    """

    def _compositor_refresh(self) -> None:
        if not self.app._batch_count:  # noqa: SLF001  # see above
            super()._compositor_refresh()
