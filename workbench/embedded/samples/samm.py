"""A drawn micro-expression set in the layout of SAMM: grey frames by subject and clip, and a sheet that begins late.

It has the sheet's oddities: notes above the header, which stands in row 14 and ends in blanks here and there,
subjects as numbers, an apex of -1, and frame numbers padded to four digits in some clips and to five in others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.acting import Scene, frames, micro_course
from workbench.embedded.samples.drawn_files import save_picture, save_sheet
from workbench.embedded.samples.drawn_micro import MicroClip, coded
from workbench.embedded.samples.further_seeds import SAMM

Cells = Sequence[str | int | None]

_SHEET: Final = "SAMM_Micro_FACS_Codes_v2.xlsx"
_NOTES: Final = (
    "Codes of drawn clips",
    "Invented from first to last; nobody was filmed.",
    "Onset, apex and offset are numbers of frames.",
    "Action units are listed by number, one-sided ones with L before the number.",
    "Duration is counted in frames.",
)
_HEADER: Final = (
    "Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame ", "Offset Frame", "Duration", "Micro",
    "Action Units", "Estimated Emotion", "Objective Classes", "Notes ",
)  # fmt: skip
_HEADER_ROW: Final = 14
"""Counted from 1, as spreadsheets do."""
_SIZE_PX: Final = (96, 65)
_SUBJECTS: Final = (6, 7, 9, 11)
_CLIPS_PER_SUBJECT: Final = 3
_FIRST_PERSON: Final = 400
_WORDINGS: Final = {
    "Anger": "angry", "Happiness": "happy", "Other": "others", "Surprise": "surprised", "Contempt": "contempt",
    "Fear": "fearful",
}  # fmt: skip
"""The owner's word to what is drawn."""
_CAST: Final = (
    *("Anger", "Happiness", "Other", "Surprise", "Contempt", "Anger"),
    *("Other", "Happiness", "Fear", "Surprise", "Contempt", "Anger"),
)
_WITHOUT_APEX: Final = 10
"""Which clip has the apex -1."""


def draw_samm(folder: Path) -> None:
    """Write the sheet and the frames of all clips."""
    clips = list(coded_clips())
    above: list[Cells] = [[note] for note in _NOTES]
    above += [[None]] * (_HEADER_ROW - 1 - len(above))
    save_sheet([*above, _HEADER, *(_row(place, clip) for place, clip in enumerate(clips))], folder / _SHEET)
    for clip in clips:
        draw_coded_clip(clip, folder / "SAMM")


def coded_clips() -> Iterator[MicroClip]:
    """All clips in the order of the sheet; they are short, as if a fast camera's frames had been thinned out."""
    for place, word in enumerate(_CAST):
        number, repetition = divmod(place, _CLIPS_PER_SUBJECT)
        rng = seeds.generator(SAMM[place])
        onset = int(rng.integers(100, 9000))
        apex = onset + int(rng.integers(1, 3))
        offset = apex + int(rng.integers(1, 3))
        units = perform(_WORDINGS[word], float(rng.uniform(0.12, 0.35)), rng)
        light = replace(any_light(rng, harsh=0.5), saturation=0.0, blur_px=0.0)
        person = any_person(seeds.generator(seeds.PEOPLE[_FIRST_PERSON + number]))
        scene = Scene(units, Look(person, any_pose(rng, restless=0.5), light), sway=0.1)
        name = f"{_SUBJECTS[number]:03d}_{repetition + 1}_{int(rng.integers(1, 12))}"
        yield MicroClip(_SUBJECTS[number], name, onset, apex, offset, word, scene)


def draw_coded_clip(clip: MicroClip, raw: Path) -> None:
    """Write one clip's frames, numbered as in the sheet."""
    target = raw / f"{clip.subject:03d}" / clip.name
    n_digits = 5 if clip.subject == _SUBJECTS[0] else 4
    course = micro_course(clip.onset, clip.apex, clip.offset)
    for number, picture in enumerate(frames(clip.scene, course, *_SIZE_PX), start=clip.onset):
        save_picture(picture.convert("L"), target / f"{clip.subject:03d}_{number:0{n_digits}d}.jpg", quality=75)


def _row(place: int, clip: MicroClip) -> Cells:
    apex = -1 if place == _WITHOUT_APEX else clip.apex
    duration = clip.offset - clip.onset + 1
    units = coded(clip.scene.units)
    return (
        *(clip.subject, clip.name, place % 7 + 1, clip.onset, apex, clip.offset, duration, "Micro"),
        *(units, clip.emotion, None, None),
    )
