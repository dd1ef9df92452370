"""How fast requests may leave: requests per minute, and the pause that an endpoint asks for.

One limiter serves all requests to one endpoint, so that one request's 429 holds back the others too.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

_WINDOW_S: Final = 60.0


class Limiter:
    """At most `rpm` starts in any 60 seconds (None: no limit), and none before a pause is over."""

    def __init__(
        self,
        rpm: int | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rpm = rpm
        self._clock = clock
        self._sleep = sleep
        self._starts: deque[float] = deque()
        self._resume_at_s = 0.0
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when a request may leave, and count it. Requests leave in the order in which they asked."""
        async with self._turn:
            while (wait_s := self._wait_s()) > 0.0:
                await self._sleep(wait_s)
            self._starts.append(self._clock())

    def pause(self, wait_s: float) -> None:
        """Let nothing leave for so many seconds."""
        self._resume_at_s = max(self._resume_at_s, self._clock() + wait_s)

    def _wait_s(self) -> float:
        now = self._clock()
        while self._starts and self._starts[0] <= now - _WINDOW_S:
            self._starts.popleft()
        full_s = self._starts[0] + _WINDOW_S - now if self._rpm and len(self._starts) >= self._rpm else 0.0
        return max(full_s, self._resume_at_s - now)
