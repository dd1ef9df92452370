"""What was made once and may be wanted again, up to so many bytes; what was not wanted for longest goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ByteCache(Generic[K, V]):
    """Values by key. Belongs to one thread."""

    def __init__(self, most_bytes: int, bytes_of: Callable[[V], int]) -> None:
        self._most_bytes = most_bytes
        self._bytes_of = bytes_of
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._kept_bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def recall(self, key: K) -> V | None:
        """What is kept of it."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, key: K, value: V) -> V:
        """Keep it, and forget others for it where there is no room. The newest is kept whatever it takes."""
        if key in self._kept:
            self._kept_bytes -= self._bytes_of(self._kept.pop(key))
        self._kept[key] = value
        self._kept_bytes += self._bytes_of(value)
        while self._kept_bytes > self._most_bytes and len(self._kept) > 1:
            self._kept_bytes -= self._bytes_of(self._kept.popitem(last=False)[1])
        return value
