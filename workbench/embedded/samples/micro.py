"""Drawn micro-expressions in the layouts of CASME II and SAMM: a coding sheet, and a folder of frames for each clip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from workbench.embedded import seeds
from workbench.embedded.action_units import ActionUnits, perform
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.animated_faces import Scene, frames, micro_course
from workbench.embedded.samples.sample_files import save_picture, save_sheet


@dataclass(frozen=True, slots=True)
class MicroClip:
    """One coded clip."""

    subject: int
    name: str
    onset: int
    apex: int
    offset: int
    emotion: str
    scene: Scene


def coded(units: ActionUnits) -> str | int:
    """The action units that a coder would note; a single one is a number, as in spreadsheets."""
    noted = units.coded(0.06) or "4"
    return int(noted) if noted.isdecimal() else noted


# ── CASME II ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_CASME2_SHEET: Final = "CASME2-coding-20140508.xlsx"
_CASME2_HEADER: Final = (
    "Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None, "Action Units", "Estimated Emotion",
)  # fmt: skip
_CASME2_SIZE_PX: Final = (200, 150)
_CLIP_NAMES: Final = ("EP01_01", "EP02_01f", "EP03_02", "EP08_04")
_CASME2_WORDINGS: Final = {
    "happy": "happiness", "surprised": "surprise", "disgusted": "disgust", "repressed": "repression",
    "others": "others", "sad": "sadness", "fearful": "fear",
}  # fmt: skip
"""What is drawn to the owners' word."""
_MAJOR: Final = ("happy", "disgusted", "others", "surprised", "repressed")
_CASME2_CAST: Final = (*_MAJOR * 10, "others", "sad", "fearful", "others", "sad", "happy")
_CASME2_WITHOUT_APEX: Final = 14
"""The clip without a coded apex."""


def draw_casme2(folder: Path) -> None:
    """Write the sheet and the frames of all clips.

    The set has the oddities of the owners' set: subjects as numbers and as text, a clip without an apex, clips of
    different subjects with the same name, frames that do not begin at 1, and a stray file of an operating system.
    """
    clips = list(casme2_clips())
    save_sheet(
        [_CASME2_HEADER, *(_casme2_row(place, clip) for place, clip in enumerate(clips))], folder / _CASME2_SHEET
    )
    for clip in clips:
        draw_casme2_clip(clip, folder / "CASME2-RAW")
    (folder / "CASME2-RAW" / "sub01" / ".DS_Store").write_bytes(b"\0\0\0\1Bud1\0")


def casme2_clips() -> Iterator[MicroClip]:
    """All clips in the order of the sheet."""
    for place, emotion in enumerate(_CASME2_CAST):
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


def draw_casme2_clip(clip: MicroClip, raw: Path) -> None:
    """Write one clip's frames, numbered as in the sheet."""
    target = raw / f"sub{clip.subject:02d}" / clip.name
    course = micro_course(clip.onset, clip.apex, clip.offset)
    for number, picture in enumerate(frames(clip.scene, course, *_CASME2_SIZE_PX), start=clip.onset):
        save_picture(picture, target / f"img{number}.jpg", quality=80)


def _casme2_row(place: int, clip: MicroClip) -> tuple[str | int | None, ...]:
    # Half the sheet has its subjects as text: both kinds occur among its versions.
    subject: str | int = clip.subject if clip.subject % 2 else f"{clip.subject:02d}"
    apex: str | int = "/" if place == _CASME2_WITHOUT_APEX else clip.apex
    units, wording = coded(clip.scene.units), _CASME2_WORDINGS[clip.emotion]
    return (subject, clip.name, None, clip.onset, apex, clip.offset, None, units, wording)


# ── SAMM ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

Cells = Sequence[str | int | None]

_SAMM_SHEET: Final = "SAMM_Micro_FACS_Codes_v2.xlsx"
_NOTES: Final = (
    "Codes of drawn clips",
    "Invented from first to last; nobody was filmed.",
    "Onset, apex and offset are numbers of frames.",
    "Action units are listed by number, one-sided ones with L before the number.",
    "Duration is counted in frames.",
)
_SAMM_HEADER: Final = (
    "Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame ", "Offset Frame", "Duration", "Micro",
    "Action Units", "Estimated Emotion", "Objective Classes", "Notes ",
)  # fmt: skip
_HEADER_ROW: Final = 14
"""Counted from 1, as spreadsheets do."""
_SAMM_SIZE_PX: Final = (96, 65)
_SAMM_SUBJECTS: Final = (6, 7, 9, 11)
_CLIPS_PER_SUBJECT: Final = 3
_FIRST_PERSON: Final = 400
_SAMM_WORDINGS: Final = {
    "Anger": "angry", "Happiness": "happy", "Other": "others", "Surprise": "surprised", "Contempt": "contempt",
    "Fear": "fearful",
}  # fmt: skip
"""The owners' word to what is drawn."""
_SAMM_CAST: Final = (
    *("Anger", "Happiness", "Other", "Surprise", "Contempt", "Anger"),
    *("Other", "Happiness", "Fear", "Surprise", "Contempt", "Anger"),
)
_SAMM_WITHOUT_APEX: Final = 10
"""The clip with the apex -1."""


def draw_samm(folder: Path) -> None:
    """Write the sheet and the grey frames of all clips.

    The set has the oddities of the owners' set: notes above the header, headings that end in blanks, subjects as
    numbers, an apex of -1, and frame numbers padded to four digits in some clips and to five in others.
    """
    clips = list(samm_clips())
    above: list[Cells] = [[note] for note in _NOTES]
    above += [[None]] * (_HEADER_ROW - 1 - len(above))
    save_sheet(
        [*above, _SAMM_HEADER, *(_samm_row(place, clip) for place, clip in enumerate(clips))], folder / _SAMM_SHEET
    )
    for clip in clips:
        draw_samm_clip(clip, folder / "SAMM")


def samm_clips() -> Iterator[MicroClip]:
    """All clips in the order of the sheet. They are short: a fast camera's clip with few of its frames."""
    for place, word in enumerate(_SAMM_CAST):
        number, repetition = divmod(place, _CLIPS_PER_SUBJECT)
        rng = seeds.generator(seeds.SAMM[place])
        onset = int(rng.integers(100, 9000))
        apex = onset + int(rng.integers(1, 3))
        offset = apex + int(rng.integers(1, 3))
        units = perform(_SAMM_WORDINGS[word], float(rng.uniform(0.12, 0.35)), rng)
        light = replace(any_light(rng, harsh=0.5), saturation=0.0, blur_px=0.0)
        person = any_person(seeds.generator(seeds.PEOPLE[_FIRST_PERSON + number]))
        scene = Scene(units, Look(person, any_pose(rng, restless=0.5), light), sway=0.1)
        name = f"{_SAMM_SUBJECTS[number]:03d}_{repetition + 1}_{int(rng.integers(1, 12))}"
        yield MicroClip(_SAMM_SUBJECTS[number], name, onset, apex, offset, word, scene)


def draw_samm_clip(clip: MicroClip, raw: Path) -> None:
    """Write one clip's frames, numbered as in the sheet."""
    target = raw / f"{clip.subject:03d}" / clip.name
    n_digits = 5 if clip.subject == _SAMM_SUBJECTS[0] else 4
    course = micro_course(clip.onset, clip.apex, clip.offset)
    for number, picture in enumerate(frames(clip.scene, course, *_SAMM_SIZE_PX), start=clip.onset):
        save_picture(picture.convert("L"), target / f"{clip.subject:03d}_{number:0{n_digits}d}.jpg", quality=75)


def _samm_row(place: int, clip: MicroClip) -> Cells:
    apex = -1 if place == _SAMM_WITHOUT_APEX else clip.apex
    duration = clip.offset - clip.onset + 1
    units = coded(clip.scene.units)
    return (
        *(clip.subject, clip.name, place % 7 + 1, clip.onset, apex, clip.offset, duration, "Micro"),
        *(units, clip.emotion, None, None),
    )
