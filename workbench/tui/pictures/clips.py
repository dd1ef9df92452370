"""What a clip's frames are called: place, owner's number, part in the expression, and whether they are sent."""

from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import Sample

USUAL_RATE: Final = 25.0


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """A sample's frames, as far as words go."""

    length: int
    sent: tuple[int, ...]
    """Positions of the frames that the run sends."""
    numbers: tuple[int, ...]
    """The owner's number of each position."""
    rate: float = USUAL_RATE
    """Frames per second."""

    def roles(self, sample: Sample, position: int) -> tuple[str, ...]:
        """Which of onset, apex and offset the frame at a position is."""
        span = sample.span
        if span is None or position >= len(self.numbers):
            return ()
        number = self.numbers[position]
        named = (("onset", span.onset), ("apex", span.apex), ("offset", span.offset))
        return tuple(name for name, owner in named if owner == number)

    def place_of(self, sample: Sample, role: str) -> int:
        """The position of the frame that is the onset, apex or offset; -1 where there is none."""
        number = getattr(sample.span, role, None)
        return self.numbers.index(number) if number in self.numbers else -1

    def first_shown(self, sample: Sample) -> int:
        """Where to begin: the apex, else the first frame that is sent, else the first."""
        apex = self.place_of(sample, "apex")
        return apex if apex >= 0 else min(self.sent, default=0)

    def caption(self, sample: Sample, position: int) -> str:
        """`frame 3/9 (no. 62) apex, sent`."""
        sent = "sent" if position in self.sent else "not sent"
        if self.length == 1:
            return f"one picture, {sent}"
        number = f" (no. {self.numbers[position]})" if position < len(self.numbers) else ""
        return f"frame {position + 1}/{self.length}{number} {', '.join((*self.roles(sample, position), sent))}"
