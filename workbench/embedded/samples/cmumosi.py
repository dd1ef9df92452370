"""A drawn multimodal set in the layout of CMU-MOSI as MMSA hands it on: speaking faces, English lines, one table.

Its source videos are called as such videos are: by names that begin with `-` or `_` and hold more of the latter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.embedded import seeds
from workbench.embedded.samples.drawn_speech import FIFTHS, annotation, save_labels, save_speaker
from workbench.embedded.samples.further_seeds import CMUMOSI

_VIDEOS: Final = ("-drawn_face", "_drawn-face", "drawn_face_")
_TRAINING_VIDEO: Final = 2
_FIRST_PERSON: Final = 500
_SIZE_PX: Final = (80, 60)
_MOST_FRAMES: Final = 12
_SCALE: Final = 3
"""The owner's scores go from -3 to 3."""
_LINES: Final = (
    (0, "I love this film, it is beautiful from the first minute to the last", 5),
    (0, "And the music is good", 3),
    (0, "It runs for two hours", 0),
    (0, "But the ending was a bit boring", -2),
    (0, "Still, the best one I saw this year", 4),
    (1, "This was terrible", -5),
    (1, "The jokes are not funny at all", -4),
    (1, "I was so bored I left, what a sad waste", -4),
    (1, "The pictures are nice and I was glad about the dog", 2),
    (1, "The story is wrong in every way and it made me angry", -5),
    (2, "A great and happy little film", 4),
)  # fmt: skip
"""Of which video, what is said, and the sentiment of face and words together in fifths."""


@dataclass(frozen=True, slots=True)
class DrawnOpinion:
    """One row of the table and its clip."""

    place: int
    video: int
    clip_id: str
    """Its number in the video, from 1, not padded."""
    text: str
    fifths: int


def draw_cmumosi(folder: Path) -> None:
    """Write the table and the clips."""
    said = list(opinions())
    save_labels((_row(opinion) for opinion in said), folder)
    for opinion in said:
        draw_opinion(folder / "Raw", opinion)


def opinions() -> Iterator[DrawnOpinion]:
    """All opinions in the order of the table."""
    videos = [video for video, _, _ in _LINES]
    for place, (video, text, fifths) in enumerate(_LINES):
        yield DrawnOpinion(place, video, str(videos[: place + 1].count(video)), text, fifths)


def draw_opinion(raw: Path, opinion: DrawnOpinion) -> Path:
    """Write one clip; everyone in a video is the same person."""
    path = raw / _VIDEOS[opinion.video] / f"{opinion.clip_id}.mp4"
    rng = seeds.generator(CMUMOSI[opinion.place])
    person = _FIRST_PERSON + opinion.video
    save_speaker(path, opinion.fifths, person, rng, size_px=_SIZE_PX, most_frames=_MOST_FRAMES)
    return path


def _row(opinion: DrawnOpinion) -> tuple[str, ...]:
    """The owner has no labels for words, voice and face alone: these columns are empty."""
    score = f"{opinion.fifths * _SCALE / FIFTHS:.1f}"
    mode = "train" if opinion.video == _TRAINING_VIDEO else "test"
    video = _VIDEOS[opinion.video]
    return (video, opinion.clip_id, opinion.text, score, "", "", "", annotation(opinion.fifths), mode)
