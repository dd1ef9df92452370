"""Work that would hold up the screen, done in a thread of its own.

Not in the event loop's own pool: leaving the application would wait for it. What such a thread reads is worth
nothing to a screen that is gone, and what it writes is whole or not there.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def run_blocking(work: Callable[[], T], name: str = "run_blocking") -> T:
    """Do `work` in a thread that nobody waits for at the end. Raises what it raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(answer: Callable[[T], None] | Callable[[BaseException], None], value: object) -> None:
        if not done.done():
            answer(value)  # type: ignore[arg-type]  # each with its own kind

    def serve() -> None:
        try:
            found = work()
        except BaseException as error:  # noqa: BLE001  # it is raised where the work was asked for
            _call(loop, lambda error=error: tell(done.set_exception, error))  # type: ignore[misc]
        else:
            _call(loop, lambda: tell(done.set_result, found))

    threading.Thread(target=serve, name=name, daemon=True).start()
    return await done


def _call(loop: asyncio.AbstractEventLoop, answer: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(answer)
