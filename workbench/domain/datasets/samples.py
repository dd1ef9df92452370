"""Samples: what a data set is made of, and the frames that are made from them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

BETWEEN_FILES: Final = "|"
"""Separates the paths of a sample that is stored in several files."""


class MediaKind(StrEnum):
    """In what form a sample's pictures are stored."""

    IMAGE = "image"
    FRAMES = "frames"
    """A folder of numbered frames."""
    FILES = "files"
    """Several pictures, each in a file of its own, in order; `path` joins their paths with `|`."""
    VIDEO = "video"
    PIXELS = "pixels"
    """One row of a table of grey values; `path` is a written `PixelPlace`."""
    NONE = "none"
    """Text alone."""


@dataclass(frozen=True, slots=True)
class PixelPlace:
    """The table and row of a picture of kind PIXELS; written `fer2013.csv#17`."""

    table: str
    """The path of the table, relative to the data set's root."""
    row: int
    """Counted in lines below the header, from 0."""

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read the written form. Raises ValueError."""
        table, _, row = path.rpartition("#")
        if not table or not row.isascii() or not row.isdigit():
            raise ValueError(f"{path!r} names no row of a table")
        return cls(table, int(row))

    def __str__(self) -> str:
        return f"{self.table}#{self.row}"


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """Where an expression begins, peaks and ends, in the owner's frame numbers."""

    onset: int | None = None
    apex: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture, clip or text to be judged, as the owner of the data set published it."""

    id: str
    """Unique in its data set and made from its path; never sent to a model, since it can give the label away."""
    gold: str
    """The canonical gold label; for sentiment scores `negative`, `neutral` or `positive` by sign."""
    raw_label: str
    """The owner's own wording of the label."""
    media: MediaKind
    path: str | None = None
    """The path of the image, video, folder or files, relative to the data set's root, with forward slashes."""
    span: ClipSpan | None = None
    text: str | None = None
    """The speaker's words."""
    score: float | None = None
    """Sentiment intensity on the owner's scale."""
    cluster: str | None = None
    """Subject, actor, movie or source video: samples of one cluster resemble each other."""
    split: str | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of a sample of kind FILES, in order."""
        return tuple((self.path or "").split(BETWEEN_FILES))


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as it is sent."""

    data: bytes
    """The encoded file."""
    mime: str
    width_px: int
    height_px: int
    index: int = 0
    """Its position in the clip, from 0; 0 for a single image."""
    note: str | None = None
    """How the frame differs from what the policy says (no apex is known), for people; None: it does not."""
