"""What is to be asked, read from the workspace page by page and made ready ahead of its turn.

Reading and decoding happen in threads while requests wait for the network. So little lies ready at a time that memory
does not grow with the data set.
"""

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

from workbench.domain.batches import Batch
from workbench.domain.samples import Frame, Sample
from workbench.pipeline.asked import Ready, prepared
from workbench.storage.attempts import newest_batch, open_batches
from workbench.storage.database import Database
from workbench.storage.samples import load_named_samples

T = TypeVar("T")


class Reads(Protocol):
    """Does a piece of work with the workspace, elsewhere."""

    def __call__(self, work: Callable[[Database], T], /) -> Awaitable[T]:
        """Raises what the work raises."""
        ...


_PAGE: Final = 100
_AHEAD: Final = 24
"""Batches that are ready or being made so."""
_AHEAD_BYTES: Final = 48_000_000
"""Of pictures in them."""
_THREADS: Final = min(4, os.cpu_count() or 1)


class Feed:
    """The open batches of a run in planned order, each made ready; use it in one event loop, and close it."""

    def __init__(
        self,
        read: Reads,
        dataset: str,
        run_id: int,
        frames: Callable[[Sample], tuple[Frame, ...]] | None,
        wake: Callable[[], None],
    ) -> None:
        """`wake` is called when there is something to take."""
        self._read = read
        self._dataset = dataset
        self._run_id = run_id
        self._frames = frames
        self._wake = wake
        self._pool = ThreadPoolExecutor(_THREADS, "frames")
        self._page: deque[tuple[Batch, list[Sample]]] = deque()
        self._making: deque[asyncio.Future[Ready]] = deque()
        self._last = 0
        self._until: int | None = None
        self._paging: asyncio.Task[None] | None = None
        self._has_all = False
        self._typical_bytes = 0
        self.error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._has_all and not self._page and not self._making

    def look_again(self, known: int) -> None:
        """Read on behind batch number `known`: something may have been planned meanwhile."""
        self._last = max(self._last, known)
        self._until = None
        self._has_all = False

    def take(self) -> Ready | None:
        """The next batch, if it is ready. Raises what making it ready raised."""
        self._fill()
        if not self._making or not self._making[0].done():
            return None
        ready = self._making.popleft().result()
        self._typical_bytes = (3 * self._typical_bytes + ready.n_bytes) // 4 if self._typical_bytes else ready.n_bytes
        self._fill()
        return ready

    def close(self) -> None:
        """Make nothing ready any more."""
        if self._paging is not None:
            self._paging.cancel()
        for future in self._making:
            future.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fill(self) -> None:
        most = _AHEAD if not self._typical_bytes else max(2, min(_AHEAD, _AHEAD_BYTES // self._typical_bytes))
        loop = asyncio.get_running_loop()
        while self._page and len(self._making) < most:
            batch, samples = self._page.popleft()
            future = loop.run_in_executor(self._pool, prepared, batch, samples, self._frames)
            future.add_done_callback(lambda _: self._wake())
            self._making.append(future)
        if len(self._page) < _AHEAD and not self._has_all and self._paging is None:
            self._paging = asyncio.create_task(self._turn_page())

    async def _turn_page(self) -> None:
        try:
            page = await self._read(self._load_page)
            self._page.extend(page)
            self._has_all = not page
            self._last = page[-1][0].id if page else self._last
        except Exception as error:  # noqa: BLE001  (the runner raises it)
            self.error = error
            self._has_all = True
        finally:
            self._paging = None
            self._wake()

    def _load_page(self, db: Database) -> list[tuple[Batch, list[Sample]]]:
        if self._until is None:  # what comes of these batches while they are sent has higher numbers, and is no news
            self._until = newest_batch(db, self._run_id)
        batches = open_batches(db, self._run_id, after=self._last, until=self._until, most=_PAGE)
        names = [name for batch in batches for name in batch.sample_ids]
        samples = {sample.id: sample for sample in load_named_samples(db, self._dataset, list(dict.fromkeys(names)))}
        return [(batch, [samples[name] for name in batch.sample_ids]) for batch in batches]
