"""Samples: what a data set is made of, and the frames that are made from them."""

from dataclasses import dataclass
from enum import StrEnum


class MediaKind(StrEnum):
    """In what form a sample's pictures lie on disk."""

    IMAGE = "image"
    FRAMES = "frames"
    """A folder of numbered frames."""
    VIDEO = "video"
    NONE = "none"
    """Text alone."""


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """Where an expression begins, peaks and ends, in the owner's own frame numbers."""

    onset: int | None = None
    apex: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing to be judged, as its data set's owner gave it."""

    id: str
    """Unique in its data set and made from its path; never sent to a model, since it can give the label away."""
    gold: str
    """The canonical gold label; for sentiment scores `negative`, `neutral` or `positive` by sign."""
    raw_label: str
    """The owner's own wording of the label."""
    media: MediaKind
    path: str | None = None
    """Of the image, video or folder of frames, relative to the data set's root, with forward slashes."""
    span: ClipSpan | None = None
    text: str | None = None
    """The speaker's words."""
    score: float | None = None
    """Sentiment intensity on the owner's scale."""
    cluster: str | None = None
    """Subject, actor, movie or source video: samples of one cluster resemble each other."""
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as it is sent."""

    data: bytes
    """The encoded file."""
    mime: str
    width_px: int
    height_px: int
    index: int
    """Its position in the clip, from 0; 0 for a single image."""
    note: str | None = None
    """What had to be done otherwise than asked (an apex that was not there), for people."""
