"""A drawn multimodal set in the layout of CH-SIMS: speaking faces, Chinese lines, one table of sentiments.

The label is the sentiment of face and words together; the face's and the words' own are in the table too, and they
do not always agree: people smile at bad news.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.embedded import seeds
from workbench.embedded.samples.drawn_speech import FIFTHS, annotation, save_labels, save_speaker
from workbench.embedded.samples.spoken_lines import LINES

_CLIPS_PER_VIDEO: Final = 4
_TRAIN_COUNT: Final = 6
_FIRST_PERSON: Final = 200
_SIZE_PX: Final = (160, 120)
_MOST_FRAMES: Final = 24


@dataclass(frozen=True, slots=True)
class SpokenClip:
    """One row of the table and what its clip shows. Sentiments are counted in fifths, from -5 to 5."""

    place: int
    text: str
    words: int
    face: int
    voice: int

    @property
    def both(self) -> int:
        """The sentiment of the whole: the face counts a little more than the words."""
        return round(0.45 * self.words + 0.55 * self.face)

    @property
    def video_id(self) -> str:
        """The film it is from."""
        return f"video_{self.place // _CLIPS_PER_VIDEO + 1:04d}"

    @property
    def clip_id(self) -> str:
        """Its number in the film."""
        return f"{self.place % _CLIPS_PER_VIDEO + 1:04d}"

    @property
    def mode(self) -> str:
        """The split."""
        return "train" if self.place < _TRAIN_COUNT else "test"


def draw_chsims(folder: Path) -> None:
    """Write the table and the clips."""
    clips = list(spoken_clips())
    save_labels((_row(clip) for clip in clips), folder)
    for clip in clips:
        draw_spoken_clip(folder / "Raw", clip)


def spoken_clips() -> Iterator[SpokenClip]:
    """All clips in the order of the table."""
    for place, (text, words) in enumerate(LINES):
        rng = seeds.generator(seeds.CHSIMS[place])
        face = words + int(rng.integers(-1, 2))
        if rng.random() < 0.25:
            face = -words
        face = max(-FIFTHS, min(FIFTHS, face))
        voice = max(-FIFTHS, min(FIFTHS, words + int(rng.integers(-1, 2))))
        yield SpokenClip(place, text, words, face, voice)


def draw_spoken_clip(raw: Path, clip: SpokenClip) -> Path:
    """Write one clip; everyone in a film is the same person."""
    path = raw / clip.video_id / f"{clip.clip_id}.mp4"
    rng = seeds.generator(seeds.CHSIMS[len(LINES) + clip.place])
    person = _FIRST_PERSON + clip.place // _CLIPS_PER_VIDEO
    save_speaker(path, clip.face, person, rng, size_px=_SIZE_PX, most_frames=_MOST_FRAMES)
    return path


def _row(clip: SpokenClip) -> tuple[str, ...]:
    labels = (f"{fifths / FIFTHS:.1f}" for fifths in (clip.both, clip.words, clip.voice, clip.face))
    return (clip.video_id, clip.clip_id, clip.text, *labels, annotation(clip.both), clip.mode)
