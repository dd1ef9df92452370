"""Which frame of a clip is due: the time that has passed decides, so that a slow line skips frames."""

from dataclasses import dataclass
from typing import Final

MOST_PER_SECOND: Final = 30.0
"""More pictures than this are not drawn; a faster clip keeps its pace and skips frames."""


@dataclass(frozen=True, slots=True)
class Playback:
    """A clip that plays round and round."""

    begun_at: int
    """The position of the frame that it began with."""
    begun_s: float
    """On the clock that `due` is given."""
    rate: float
    """Frames per second."""
    length: int

    def due(self, now_s: float) -> int:
        """The position of the frame to be seen now."""
        return (self.begun_at + int((now_s - self.begun_s) * self.rate)) % self.length

    @property
    def every_s(self) -> float:
        """How often it is worth a look."""
        return 1 / min(self.rate, MOST_PER_SECOND)
