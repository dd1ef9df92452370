"""The batches that are to be sent next.

`BatchPrefetcher` reads the open batches of a run page by page and prepares them ahead of their turn: reading and
decoding happen in threads while requests wait for the network, and so little is prepared at a time that memory does
not grow with the data set. `SendQueue` puts before them the batches that were begun.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from heapq import heappop, heappush
from typing import Final, Protocol, TypeVar

from workbench.domain.batches import Batch
from workbench.domain.datasets.samples import Sample
from workbench.media.sample_media import MediaSource
from workbench.pipeline.sending.prepared_batch import PreparedBatch, prepare_batch
from workbench.storage.runs.plans import newest_batch, open_batches
from workbench.storage.samples import load_samples_by_id
from workbench.storage.workspace.database import Database

T = TypeVar("T")

_PAGE: Final = 16
_AHEAD: Final = 128
"""Batches that are prepared or in preparation: while the first replies are awaited, there is time for many."""
_AHEAD_BYTES: Final = 8_000_000
"""Size of their media."""
_TOGETHER: Final = 4
"""Small batches that a thread prepares in one go, since handing over takes time too."""
_TOGETHER_BYTES: Final = 1_000_000
_JITTER: Final = 0.25
"""Waits are longer by up to this share, so that what failed together does not come back together."""


class Reads(Protocol):
    """Does a piece of work with the workspace, in another thread."""

    def __call__(self, work: Callable[[Database], T], /) -> Awaitable[T]:
        """Return the result of `work`. Raises what it raises."""
        ...


class BatchPrefetcher:
    """The open batches of a run in planned order, each prepared. Use it in one event loop, and close it."""

    def __init__(
        self,
        read: Reads,
        dataset: str,
        run_id: int,
        media: MediaSource,
        wake: Callable[[], None],
        *,
        threads: int = 1,
    ) -> None:
        """`wake` is called when there may be a batch to take."""
        self._read = read
        self._dataset = dataset
        self._run_id = run_id
        self._media = media
        self._wake = wake
        self._pool = ThreadPoolExecutor(threads, "media")
        self._page: deque[tuple[Batch, list[Sample]]] = deque()
        self._making: deque[asyncio.Future[list[PreparedBatch]]] = deque()
        self._made: deque[PreparedBatch] = deque()
        self._n_ahead = 0
        self._last = 0
        self._until: int | None = None
        self._paging: asyncio.Task[None] | None = None
        self._has_all = False
        self._most_bytes: int | None = None
        """Size of the media of the largest batch so far."""
        self.error: BaseException | None = None
        """Why no further batch can be prepared."""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._has_all and not self._page and not self._n_ahead

    def look_again(self, known: int) -> None:
        """Read on after batch id `known`, since more may have been planned meanwhile."""
        self._last = max(self._last, known)
        self._until = None
        self._has_all = False

    def take(self) -> PreparedBatch | None:
        """The next batch if it is prepared, else None; always None after an error."""
        if self.error is not None:
            return None
        self._fill()
        if not self._made:
            if not self._making or not self._making[0].done():
                return None
            made = self._making.popleft()
            if (error := made.exception()) is not None:
                self.error = error
                return None
            self._made.extend(made.result())
        self._n_ahead -= 1
        return self._made.popleft()

    def close(self) -> None:
        """Stop preparing."""
        if self._paging is not None:
            self._paging.cancel()
        for future in self._making:
            future.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fill(self) -> None:
        loop = asyncio.get_running_loop()
        most = self._batches_of(_AHEAD_BYTES, _AHEAD)
        together = self._batches_of(_TOGETHER_BYTES, _TOGETHER)
        while self._page and self._n_ahead + min(together, len(self._page)) <= most:
            planned = [self._page.popleft() for _ in range(min(together, len(self._page)))]
            future = loop.run_in_executor(self._pool, _all_prepared, planned, self._media)
            future.add_done_callback(self._note)
            self._making.append(future)
            self._n_ahead += len(planned)
        if len(self._page) < _PAGE and not self._has_all and self._paging is None:
            self._paging = asyncio.create_task(self._turn_page())

    def _batches_of(self, n_bytes: int, most: int) -> int:
        """About how many batches have this many bytes, at most `most`; 1 before the first batch is prepared."""
        return 1 if self._most_bytes is None else max(1, min(most, n_bytes // (self._most_bytes + 1)))

    def _note(self, future: asyncio.Future[list[PreparedBatch]]) -> None:
        if not future.cancelled() and future.exception() is None:
            self._most_bytes = max([self._most_bytes or 0, *(ready.n_bytes for ready in future.result())])
        self._wake()

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
        if self._until is None:  # parts of these batches, made while they are sent, have higher ids and are known
            self._until = newest_batch(db, self._run_id)
        batches = open_batches(db, self._run_id, after=self._last, until=self._until, most=_PAGE)
        asked = [sample_id for batch in batches for sample_id in batch.sample_ids]
        samples = {sample.id: sample for sample in load_samples_by_id(db, self._dataset, list(dict.fromkeys(asked)))}
        return [(batch, [samples[sample_id] for sample_id in batch.sample_ids]) for batch in batches]


def _all_prepared(planned: Sequence[tuple[Batch, list[Sample]]], media: MediaSource) -> list[PreparedBatch]:
    return [prepare_batch(batch, samples, media) for batch, samples in planned]


class SendQueue:
    """Decides which batch is sent next; use it in one event loop."""

    def __init__(self, prefetcher: BatchPrefetcher, added: Callable[[int], None]) -> None:
        """`added` is called with the number of samples of a batch that was planned since the session began."""
        self._prefetcher = prefetcher
        self._added = added
        self._ready: deque[PreparedBatch] = deque()
        self._later: list[tuple[float, int, PreparedBatch]] = []
        self._n_later = 0
        self._known = 0
        """The highest id of a batch that was seen here."""
        self._looked_behind = -1

    def next(self, now: float) -> PreparedBatch | None:
        """The next batch; None while none is ready."""
        while self._later and self._later[0][0] <= now:
            self._ready.append(heappop(self._later)[2])
        if self._ready:
            return self._ready.popleft()
        prepared = self._prefetcher.take()
        if prepared is not None:
            self._know([prepared])
            if self._looked_behind >= 0:
                self._added(len(prepared.batch.sample_ids))
        return prepared

    def put_first(self, batches: Sequence[PreparedBatch]) -> None:
        """Send these before all others, in this order: they finish what was begun."""
        self._know(batches)
        self._ready.extendleft(reversed(batches))

    def put_later(self, batches: Sequence[PreparedBatch], wait_s: float, now: float) -> None:
        """Send these in so many seconds or a little more."""
        self._know(batches)
        due = now + wait_s * (1.0 + _JITTER * random.random())  # noqa: S311 (spreads requests, hides nothing)
        for prepared in batches:
            self._n_later += 1
            heappush(self._later, (due, self._n_later, prepared))

    def due_s(self, now: float) -> float:
        """Seconds until the first batch that waits may be sent; inf where none waits."""
        return max(self._later[0][0] - now, 0.0) if self._later else float("inf")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to send, now or later."""
        return not self._ready and not self._later and self._prefetcher.is_done

    def looks_behind(self) -> bool:
        """Look once more for batches that were planned meanwhile. False: that was done since the last new batch."""
        if self._looked_behind == self._known:
            return False
        self._looked_behind = self._known
        self._prefetcher.look_again(self._known)
        return True

    def _know(self, batches: Sequence[PreparedBatch]) -> None:
        self._known = max([self._known, *(prepared.batch.id for prepared in batches)])
