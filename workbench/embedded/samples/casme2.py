"""A drawn micro-expression set in the layout of CASME II: raw frames by subject and clip, and a coding sheet.

It has the sheet's oddities: subjects as numbers and as text, a clip without apex, clips of different subjects with
the same name, frames that do not begin at 1, and a stray file of an operating system.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.acting import Scene, frames, micro_course
from workbench.embedded.samples.drawn_files import save_picture, save_sheet
from workbench.embedded.samples.drawn_micro import MicroClip, coded

_SHEET: Final = "CASME2-coding-20140508.xlsx"
_HEADER: Final = (
    "Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None, "Action Units", "Estimated Emotion",
)  # fmt: skip
_SIZE_PX: Final = (200, 150)
_SUBJECTS: Final = 14
_CLIP_NAMES: Final = ("EP01_01", "EP02_01f", "EP03_02", "EP08_04")
_WORDINGS: Final = {
    "happy": "happiness", "surprised": "surprise", "disgusted": "disgust", "repressed": "repression",
    "others": "others", "sad": "sadness", "fearful": "fear",
}  # fmt: skip
"""The owner's words."""
_MAJOR: Final = ("happy", "disgusted", "others", "surprised", "repressed")
_CAST: Final = (*_MAJOR * 10, "others", "sad", "fearful", "others", "sad", "happy")
_WITHOUT_APEX: Final = 14
"""Which clip's apex the coder left out."""


def draw_casme2(folder: Path) -> None:
    """Write the sheet and the frames of all clips."""
    clips = list(micro_clips())
    save_sheet([_HEADER, *(_row(place, clip) for place, clip in enumerate(clips))], folder / _SHEET)
    for clip in clips:
        draw_micro_clip(clip, folder / "CASME2-RAW")
    (folder / "CASME2-RAW" / "sub01" / ".DS_Store").write_bytes(b"\0\0\0\1Bud1\0")


def micro_clips() -> Iterator[MicroClip]:
    """All clips in the order of the sheet."""
    for place, emotion in enumerate(_CAST):
        subject, number = divmod(place, len(_CLIP_NAMES))
        rng = seeds.generator(seeds.CASME2[place])
        person = any_person(seeds.generator(seeds.PEOPLE[subject]))
        onset = int(rng.integers(20, 120))
        apex = onset + int(rng.integers(3, 5))
        units = perform(emotion, float(rng.uniform(0.08, 0.28)), rng)
        light = replace(any_light(rng, harsh=0.6), saturation=0.5, blur_px=0.0)
        scene = Scene(units, Look(person, any_pose(rng, restless=0.6), light), sway=0.1)
        offset = apex + int(rng.integers(3, 5))
        yield MicroClip(subject + 1, _CLIP_NAMES[number], onset, apex, offset, emotion, scene)


def draw_micro_clip(clip: MicroClip, raw: Path) -> None:
    """Write one clip's frames, numbered as in the sheet."""
    target = raw / f"sub{clip.subject:02d}" / clip.name
    course = micro_course(clip.onset, clip.apex, clip.offset)
    for number, picture in enumerate(frames(clip.scene, course, *_SIZE_PX), start=clip.onset):
        save_picture(picture, target / f"img{number}.jpg", quality=80)


def _row(place: int, clip: MicroClip) -> tuple[str | int | None, ...]:
    # Half the sheet has its subjects as text: both kinds occur among its versions.
    subject: str | int = clip.subject if clip.subject % 2 else f"{clip.subject:02d}"
    apex: str | int = "/" if place == _WITHOUT_APEX else clip.apex
    units, wording = coded(clip.scene.units), _WORDINGS[clip.emotion]
    return (subject, clip.name, None, clip.onset, apex, clip.offset, None, units, wording)
