"""The five tasks, the four modalities, and which frames of a clip a model is shown.

Frame policies speak of positions in a clip (0 is its first frame), never of the owner's frame numbers;
`ClipSpan` holds those.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

MOST_FRAMES: Final = 16
"""The most frames of one sample that a policy can ask for, `all` excepted."""


class Task(StrEnum):
    """What is judged. It decides the wording of the prompt."""

    FACIAL = "facial"
    SENTIMENT = "visual sentiment"
    MICRO = "micro-expression"
    DYNAMIC = "dynamic facial"
    MULTIMODAL = "multimodal"


class Modality(StrEnum):
    """Which parts of a sample are sent."""

    IMAGE = "image"
    VIDEO = "video"
    TEXT = "text"
    MULTI = "multi"

    @property
    def has_pictures(self) -> bool:
        """Whether frames are sent."""
        return self is not Modality.TEXT

    @property
    def has_text(self) -> bool:
        """Whether the speaker's words are sent."""
        return self in (Modality.TEXT, Modality.MULTI)


class FrameRule(StrEnum):
    """The ways to choose frames."""

    APEX = "apex"
    LAST = "last"
    UNIFORM = "uniform"
    ENDS = "ends"
    ALL = "all"


_COUNTED: Final = (FrameRule.LAST, FrameRule.UNIFORM, FrameRule.ENDS)
_SPELLING: Final = re.compile(r"(?P<rule>[a-z]+)(?:\((?P<count>\d+)\))?")


@dataclass(frozen=True, slots=True)
class FramePolicy:
    """Which frames of a clip are sent; written `apex`, `all`, `last(3)`, `uniform(3)`, `ends(2)`."""

    rule: FrameRule
    count: int = 1
    """How many frames; 1 for `apex`, and without meaning for `all`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the written form. Raises ValueError with the forms that exist."""
        match = _SPELLING.fullmatch(text.strip().lower())
        rule = match["rule"] if match else ""
        count = int(match["count"]) if match and match["count"] else None
        if rule in (FrameRule.APEX, FrameRule.ALL) and count is None:
            return cls(FrameRule(rule))
        if rule in _COUNTED and count is not None and 1 <= count <= MOST_FRAMES:
            return cls(FrameRule(rule), count)
        raise ValueError(
            f"{text!r} is no frame policy; use apex, all, last(n), uniform(n) or ends(n) with n = 1..{MOST_FRAMES}"
        )

    def __str__(self) -> str:
        return f"{self.rule}({self.count})" if self.rule in _COUNTED else str(self.rule)


def frame_indices(policy: FramePolicy, n_frames: int, apex_index: int | None = None) -> tuple[int, ...]:
    """The positions (0-based) of the frames to send of a clip of `n_frames`.

    A clip shorter than the policy asks for repeats frames, so that every sample of a batch sends equally many:
    prompt `paper` tells the model how many to count off. `apex` without a known apex is the middle frame.
    Sources: `uniform` is the ancestor's stride (the first frame of each n-th part, `len(frames) / n`); `ends`
    is what its data preparation kept (0, len // 2, len - 1).
    """
    if n_frames < 1:
        raise ValueError("a clip without frames has no frame to send")
    n = policy.count
    match policy.rule:
        case FrameRule.ALL:
            return tuple(range(n_frames))
        case FrameRule.APEX:
            middle = n_frames // 2
            return (middle if apex_index is None else min(max(apex_index, 0), n_frames - 1),)
        case FrameRule.LAST:
            return tuple(max(n_frames - n + i, 0) for i in range(n))
        case FrameRule.UNIFORM:
            return tuple(i * n_frames // n for i in range(n))
        case FrameRule.ENDS:
            if n == 1:
                return (n_frames // 2,)
            return tuple((2 * i * (n_frames - 1) + n - 1) // (2 * (n - 1)) for i in range(n))  # rounds half up
