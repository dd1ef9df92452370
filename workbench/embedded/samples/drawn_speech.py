"""What the two drawn multimodal sets have in common: speaking faces of a known sentiment, and a table in MMSA's form.

Sentiments are counted in fifths, from -5 to 5, whatever scale the table has.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.acting import Scene, frames, macro_course
from workbench.embedded.samples.drawn_files import save_clip

FIFTHS: Final = 5
_COLUMNS: Final = ("video_id", "clip_id", "text", "label", "label_T", "label_A", "label_V", "annotation", "mode")


def save_labels(rows: Iterable[tuple[str, ...]], folder: Path) -> None:
    """Write `label.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "label.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        table.writerows(rows)


def annotation(fifths: int) -> str:
    """The word for the sign of a sentiment."""
    return "Neutral" if fifths == 0 else "Positive" if fifths > 0 else "Negative"


def save_speaker(
    path: Path, fifths: int, person: int, rng: np.random.Generator, *, size_px: tuple[int, int], most_frames: int
) -> None:
    """Write a clip in which the person of that number speaks with a face of that sentiment."""
    emotion, strength = _shown(fifths, rng)
    look = Look(any_person(seeds.generator(seeds.PEOPLE[person])), any_pose(rng), any_light(rng, harsh=0.4))
    scene = Scene(perform(emotion, strength, rng), look, sway=1.0, speech=0.4)
    course = macro_course(int(rng.integers(most_frames * 3 // 4, most_frames + 1)))
    save_clip(frames(scene, course, *size_px), path, *size_px)


def _shown(fifths: int, rng: np.random.Generator) -> tuple[str, float]:
    """An emotion of that sentiment and how strongly it shows."""
    if fifths == 0:
        return "neutral", 0.6
    kinds = ("happy", "happy", "calm") if fifths > 0 else ("sad", "angry", "disgusted", "worried", "fearful")
    return kinds[int(rng.integers(len(kinds)))], 0.3 + 0.1 * abs(fifths)
