"""The frames of a sample, for a model or for a screen, whatever form its pictures have on disk.

OpenCV loads with the first video, Pillow with the first picture that is no plain JPEG. Every function may be called
from many threads at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from workbench.domain.datasets.samples import ClipSpan, Frame, MediaKind, Sample
from workbench.domain.datasets.tasks import FramePolicy, FrameRule, frame_indices
from workbench.domain.runs import Colour, RunSpec
from workbench.media.images import picture_as_it_is, picture_from_bytes, picture_from_image, thumbnail
from workbench.media.media_files import (
    DEFAULT_LIMITS,
    BadMedia,
    MediaLimits,
    medium_path,
    numbered_frames,
    path_under,
    read_file,
)
from workbench.media.pixel_tables import pixel_picture
from workbench.media.videos import EndedEarly, claimed_length, claimed_rate, counted_length, video_frames

_USUAL_RATE: Final = 25.0
"""Frames per second where none are known, as in a folder of frames: those of cameras for film and television."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRequest:
    """Which frames of a sample are wanted, and in what form."""

    policy: FramePolicy
    colour: Colour
    longest_side_px: int


def frame_request(spec: RunSpec) -> FrameRequest:
    """The frames that a run sends of each sample."""
    return FrameRequest(policy=FramePolicy.parse(spec.frames), colour=spec.colour, longest_side_px=spec.longest_side_px)


def sample_frames(
    root: Path, sample: Sample, wanted: FrameRequest, limits: MediaLimits = DEFAULT_LIMITS
) -> tuple[Frame, ...]:
    """The frames that the policy chooses, in its order, encoded. A short clip repeats some.

    Raises BadMedia where they cannot be read.
    """
    if sample.media is MediaKind.VIDEO:
        return _of_video(medium_path(root, sample), sample, wanted, limits)
    files = _still_files(root, sample, limits)
    numbers = tuple(files)
    positions, note = _positions(wanted.policy, numbers, sample.span, limits)
    drawn = {at: _still(root, sample, files[numbers[at]], at, wanted, limits) for at in set(positions)}
    return tuple(_noted(drawn[at], note) for at in positions)


def image_as_it_is(
    root: Path, sample: Sample, wanted: FrameRequest, limits: MediaLimits = DEFAULT_LIMITS
) -> Frame | None:
    """The frame of an image whose file can be sent as it is, read once and not decoded; None for any other.

    Raises BadMedia where there is no such file.
    """
    data = read_file(medium_path(root, sample), limits.image_bytes)
    return picture_as_it_is(data, wanted.colour, wanted.longest_side_px, limits)


def thumbnails(
    root: Path, sample: Sample, wanted: FrameRequest, *, most: int, limits: MediaLimits = DEFAULT_LIMITS
) -> tuple[Frame, ...]:
    """As `sample_frames`, but small JPEGs for a page that is passed on: at most `most` of them, evenly chosen."""
    frames = sample_frames(root, sample, wanted, limits)
    if len(frames) > most:
        frames = tuple(frames[place * len(frames) // most] for place in range(most))
    return tuple(map(thumbnail, frames))


def frame_numbers(root: Path, sample: Sample) -> tuple[int, ...]:
    """The numbers of all frames, ascending: the owner's in a folder of frames, else 0..n-1. An image is frame 0.

    Videos are decoded once to count. Raises BadMedia.
    """
    if sample.media is MediaKind.VIDEO:
        return tuple(range(counted_length(medium_path(root, sample), DEFAULT_LIMITS)))
    return tuple(_still_files(root, sample, DEFAULT_LIMITS))


def clip_frame(root: Path, sample: Sample, index: int, longest_side_px: int) -> Frame:
    """The frame at a position (from 0) for a screen, in colour. Raises BadMedia, also for one outside the clip."""
    wanted = FrameRequest(policy=FramePolicy(FrameRule.ALL), colour=Colour.RGB, longest_side_px=longest_side_px)
    if sample.media is MediaKind.VIDEO:
        (frame,) = _drawn_of_video(medium_path(root, sample), (index,), wanted, DEFAULT_LIMITS)
        return frame
    files = tuple(_still_files(root, sample, DEFAULT_LIMITS).values())
    if not 0 <= index < len(files):
        raise BadMedia(f"the clip has {len(files):,} frames")
    return _still(root, sample, files[index], index, wanted, DEFAULT_LIMITS)


def clip_frames(root: Path, sample: Sample, indices: Sequence[int], longest_side_px: int) -> Iterator[Frame]:
    """Frames as `clip_frame` makes them, ascending; those of a video in one pass. Raises BadMedia."""
    if sample.media is MediaKind.VIDEO:
        wanted = FrameRequest(policy=FramePolicy(FrameRule.ALL), colour=Colour.RGB, longest_side_px=longest_side_px)
        yield from _drawn_of_video(medium_path(root, sample), indices, wanted, DEFAULT_LIMITS)
        return
    for index in sorted(set(indices)):
        yield clip_frame(root, sample, index, longest_side_px)


def clip_rate(root: Path, sample: Sample) -> float:
    """Frames per second: those of a video where its own figure can be true, else 25. Raises BadMedia."""
    if sample.media is not MediaKind.VIDEO:
        return _USUAL_RATE
    return claimed_rate(medium_path(root, sample), DEFAULT_LIMITS) or _USUAL_RATE


def _of_video(path: Path, sample: Sample, wanted: FrameRequest, limits: MediaLimits) -> tuple[Frame, ...]:
    claimed = claimed_length(path, limits)
    try:
        return _read_video(path, claimed, sample, wanted, limits)
    except EndedEarly as end:
        note = f"the video ends after {end.n_frames:,} of {claimed:,} frames"
        frames = _read_video(path, end.n_frames, sample, wanted, limits)
        return tuple(_noted(frame, note) for frame in frames)


def _read_video(
    path: Path, n_frames: int, sample: Sample, wanted: FrameRequest, limits: MediaLimits
) -> tuple[Frame, ...]:
    positions, note = _positions(wanted.policy, range(n_frames), sample.span, limits)
    drawn = {frame.index: frame for frame in _drawn_of_video(path, positions, wanted, limits)}
    return tuple(_noted(drawn[at], note) for at in positions)


def _positions(
    policy: FramePolicy, numbers: Sequence[int], span: ClipSpan | None, limits: MediaLimits
) -> tuple[tuple[int, ...], str | None]:
    """The positions that the policy chooses among the clip's frame numbers, and how they differ from it, for people.

    Only the apex is looked for by its number. The other policies run over the whole clip, also where a span is
    known, so that clips with and without one are sampled alike.
    """
    apex, note = _apex_position(numbers, span) if policy.rule is FrameRule.APEX else (None, None)
    positions = frame_indices(policy, len(numbers), apex)
    if len(positions) > limits.sent_frames:
        raise BadMedia(f"{len(positions):,} frames are too many to send; choose another frame policy")
    return positions, note


def _apex_position(numbers: Sequence[int], span: ClipSpan | None) -> tuple[int | None, str | None]:
    if len(numbers) == 1:
        return 0, None
    apex, note = _apex_number(span)
    if apex is None:
        return None, note
    at = min(range(len(numbers)), key=lambda position: abs(numbers[position] - apex))
    if numbers[at] != apex:
        note = f"frame {apex} is missing; frame {numbers[at]}, the nearest, is sent"
    return at, note


def _apex_number(span: ClipSpan | None) -> tuple[int | None, str | None]:
    if span is not None and span.apex is not None:
        return span.apex, None
    if span is not None and span.onset is not None and span.offset is not None:
        return (span.onset + span.offset) // 2, "no apex is known; the middle of onset and offset is sent"
    return None, "no apex is known; the middle of the clip is sent"


def _still_files(root: Path, sample: Sample, limits: MediaLimits) -> Mapping[int, str]:
    """Frame number to path relative to the root, ascending, of what is not a video."""
    if sample.media is MediaKind.FILES:
        return dict(enumerate(sample.files))
    path = medium_path(root, sample)
    if sample.media is MediaKind.FRAMES:
        return {number: f"{sample.path}/{name}" for number, name in numbered_frames(path, limits).items()}
    return {0: str(sample.path)}


def _still(root: Path, sample: Sample, file: str, at: int, wanted: FrameRequest, limits: MediaLimits) -> Frame:
    is_row = sample.media is MediaKind.PIXELS
    data = pixel_picture(root, sample, limits) if is_row else read_file(path_under(root, file), limits.image_bytes)
    return replace(picture_from_bytes(data, wanted.colour, wanted.longest_side_px, limits), index=at)


def _drawn_of_video(path: Path, positions: Sequence[int], wanted: FrameRequest, limits: MediaLimits) -> Iterator[Frame]:
    for at, image in video_frames(path, positions, limits):
        yield replace(picture_from_image(image, wanted.colour, wanted.longest_side_px, lossless=False), index=at)


def _noted(frame: Frame, note: str | None) -> Frame:
    if note is None:
        return frame
    return replace(frame, note="; ".join(filter(None, (frame.note, note))))
