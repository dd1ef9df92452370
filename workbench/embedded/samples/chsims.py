"""A drawn multimodal set in the layout of CH-SIMS: speaking faces, Chinese lines, one table of sentiments.

The label is the sentiment of face and words together; the face's and the words' own are in the table too, and they
do not always agree: people smile at bad news.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.acting import Scene, frames, macro_course
from workbench.embedded.samples.files import save_clip
from workbench.embedded.samples.lines import LINES

_COLUMNS: Final = ("video_id", "clip_id", "text", "label", "label_T", "label_A", "label_V", "annotation", "mode")
_CLIPS_PER_VIDEO: Final = 4
_TRAIN_COUNT: Final = 6
_FIRST_PERSON: Final = 200
_SIZE_PX: Final = (160, 120)
_FIFTHS: Final = 5
"""Labels are multiples of 1/5."""


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
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "label.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        table.writerows(_row(clip) for clip in clips)
    for clip in clips:
        draw_spoken_clip(folder / "Raw", clip)


def spoken_clips() -> Iterator[SpokenClip]:
    """All clips in the order of the table."""
    for place, (text, words) in enumerate(LINES):
        rng = seeds.generator(seeds.CHSIMS[place])
        face = words + int(rng.integers(-1, 2))
        if rng.random() < 0.25:
            face = -words
        face = max(-_FIFTHS, min(_FIFTHS, face))
        voice = max(-_FIFTHS, min(_FIFTHS, words + int(rng.integers(-1, 2))))
        yield SpokenClip(place, text, words, face, voice)


def draw_spoken_clip(raw: Path, clip: SpokenClip) -> Path:
    """Write one clip; everyone in a film is the same person."""
    rng = seeds.generator(seeds.CHSIMS[len(LINES) + clip.place])
    emotion, strength = _shown(clip.face, rng)
    person = any_person(seeds.generator(seeds.PEOPLE[_FIRST_PERSON + clip.place // _CLIPS_PER_VIDEO]))
    look = Look(person, any_pose(rng), any_light(rng, harsh=0.4))
    scene = Scene(perform(emotion, strength, rng), look, sway=1.0, speech=0.4)
    path = raw / clip.video_id / f"{clip.clip_id}.mp4"
    save_clip(frames(scene, macro_course(int(rng.integers(18, 25))), *_SIZE_PX), path, *_SIZE_PX)
    return path


def _shown(face: int, rng: np.random.Generator) -> tuple[str, float]:
    """An emotion of that sentiment and how strongly it shows."""
    if face == 0:
        return "neutral", 0.6
    kinds = ("happy", "happy", "calm") if face > 0 else ("sad", "angry", "disgusted", "worried", "fearful")
    return kinds[int(rng.integers(len(kinds)))], 0.3 + 0.1 * abs(face)


def _row(clip: SpokenClip) -> tuple[str, ...]:
    annotation = "Neutral" if clip.both == 0 else "Positive" if clip.both > 0 else "Negative"
    labels = (f"{fifths / _FIFTHS:.1f}" for fifths in (clip.both, clip.words, clip.voice, clip.face))
    return (clip.video_id, clip.clip_id, clip.text, *labels, annotation, clip.mode)
