"""How a run is asked to stop."""

import asyncio
from collections.abc import Awaitable


class Stop:
    """Asks a runner to finish: what is in flight comes in, nothing new leaves."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason: str | None = None

    def set(self, reason: str) -> None:
        """Ask, once; a later reason does not replace the first."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._event.is_set()

    async def unless(self, waiting: Awaitable[None]) -> bool:
        """Wait for something that may take long; False when the stop came first."""
        asked = asyncio.ensure_future(self._event.wait())
        waited = asyncio.ensure_future(waiting)
        try:
            await asyncio.wait((asked, waited), return_when=asyncio.FIRST_COMPLETED)
            return waited.done() and not self.is_set
        finally:
            for task in (asked, waited):
                task.cancel()
