"""Where the loader's frames come from: files of a few kilobytes each, videos some frames ahead."""

from typing import Final

from workbench.application.open_review import ReviewParts
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.tui.pictures.byte_cache import ByteCache
from workbench.tui.pictures.clips import ClipFacts

_MOST_CLIPS: Final = 1024
_MOST_FRAME_BYTES: Final = 16_000_000
_AHEAD: Final = 24
"""Frames of a video that are taken along: it is decoded from its beginning, however late the frame that is wanted."""
_STEP_PX: Final = 64
"""Sizes asked for are multiples of this, so that a window of another size finds frames that are there."""

Place = tuple[str, int, int]
"""Sample id, position, longest side in pixels."""


class FrameSource:
    """Asks the house for frames, and remembers. Belongs to the loader's thread."""

    def __init__(self, parts: ReviewParts) -> None:
        self._parts = parts
        self._clips: ByteCache[str, ClipFacts] = ByteCache(_MOST_CLIPS, lambda _: 1)
        self._frames: ByteCache[Place, bytes] = ByteCache(_MOST_FRAME_BYTES, len)

    def facts(self, sample: Sample) -> ClipFacts:
        """What is to be said of a sample's frames. Raises what the house raises."""
        known = self._clips.recall(sample.id)
        if known is not None:
            return known
        parts = self._parts
        length, sent = parts.clip_length(sample), parts.sent_indices(sample)
        return self._clips.keep(
            sample.id, ClipFacts(length, sent, parts.frame_numbers(sample), parts.clip_rate(sample))
        )

    def frame(self, sample: Sample, position: int, longest_px: int) -> bytes:
        """The encoded frame at a position, about as large as asked. Raises what the house raises."""
        longest_px = -(-longest_px // _STEP_PX) * _STEP_PX
        known = self._frames.recall((sample.id, position, longest_px))
        if known is not None:
            return known
        if sample.media is not MediaKind.VIDEO:
            return self._parts.clip_frame(sample, position, longest_px).data
        return self._of_video(sample, position, longest_px)

    def _of_video(self, sample: Sample, position: int, longest_px: int) -> bytes:
        last = min(position + _AHEAD, self.facts(sample).length - 1)
        wanted = range(position, max(last, position) + 1)
        for frame in self._parts.clip_frames(sample, wanted, longest_px):
            self._frames.keep((sample.id, frame.index, longest_px), frame.data)
        data = self._frames.recall((sample.id, position, longest_px))
        return data if data is not None else self._parts.clip_frame(sample, position, longest_px).data
