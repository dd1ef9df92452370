"""The line in which batches wait to be sent: those that were begun first, then what the feed makes ready."""

import random
from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Final

from workbench.pipeline.sending.batch_prefetcher import BatchPrefetcher
from workbench.pipeline.sending.prepared_batch import PreparedBatch

_JITTER: Final = 0.25


class SendQueue:
    """What is to be sent next, and when."""

    def __init__(self, feed: BatchPrefetcher) -> None:
        self._feed = feed
        self._ready: deque[PreparedBatch] = deque()
        self._later: list[tuple[float, int, PreparedBatch]] = []
        self._n_later = 0
        self._known = 0
        """The highest number of a batch that has been seen or made here."""
        self._looked_behind = -1

    def next(self, now: float) -> PreparedBatch | None:
        """The one whose turn it is; None while none is ready."""
        while self._later and self._later[0][0] <= now:
            self._ready.append(heappop(self._later)[2])
        if self._ready:
            return self._ready.popleft()
        ready = self._feed.take()
        if ready is not None:
            self._known = max(self._known, ready.batch.id)
        return ready

    def put_first(self, batches: Sequence[PreparedBatch]) -> None:
        """Before all others, in this order: they finish what was begun."""
        self._know(batches)
        self._ready.extendleft(reversed(batches))

    def put_later(self, batches: Sequence[PreparedBatch], wait_s: float, now: float) -> None:
        """In so many seconds or a little more, so that what failed together does not come back together."""
        self._know(batches)
        due = now + wait_s * (1.0 + _JITTER * random.random())  # noqa: S311 (spreads requests, hides nothing)
        for ready in batches:
            self._n_later += 1
            heappush(self._later, (due, self._n_later, ready))

    def due_s(self, now: float) -> float:
        """Seconds until one that waits may be sent; inf for none."""
        return max(self._later[0][0] - now, 0.0) if self._later else float("inf")

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits, now or later."""
        return not self._ready and not self._later and self._feed.is_done

    def looks_behind(self) -> bool:
        """Look once more behind all that was known: somebody may have asked for more. False: that was done."""
        if self._looked_behind == self._known:
            return False
        self._looked_behind = self._known
        self._feed.look_again(self._known)
        return True

    def _know(self, batches: Sequence[PreparedBatch]) -> None:
        self._known = max([self._known, *(ready.batch.id for ready in batches)])
