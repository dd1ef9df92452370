"""A drawn set of faces in the layout of SFEW 2.0: stills from films, in one folder for each emotion.

One still lies in two folders under the same name, as in the owner's set: a file's name alone names no sample.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from PIL import Image

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.faces import draw_face
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.drawn_files import save_still
from workbench.embedded.samples.further_seeds import SFEW2

_FOLDERS: Final = {
    "Angry": "angry", "Disgust": "disgusted", "Fear": "fearful", "Happy": "happy", "Neutral": "neutral",
    "Sad": "sad", "Surprise": "surprised",
}  # fmt: skip
"""The owner's word to what is drawn."""
_EACH: Final = 3
_FILMS: Final = ("MovieA", "MovieB", "MovieC")
_TWICE: Final = ("Happy", "Surprise")
"""The folders that share a still: the last of the first is the last of the second."""
_FIRST_PERSON: Final = 300
_SIZE_PX: Final = (96, 72)


def draw_sfew2(folder: Path) -> None:
    """Write the stills, equally many in each folder."""
    shared = _last_of(_TWICE[1])
    for place in range(len(_FOLDERS) * _EACH):
        word = tuple(_FOLDERS)[place // _EACH]
        drawn = shared if place == _last_of(_TWICE[0]) else place
        save_still(_still(drawn), folder / "Val" / word / _name(drawn))


def _last_of(word: str) -> int:
    return tuple(_FOLDERS).index(word) * _EACH + _EACH - 1


def _still(place: int) -> Image.Image:
    """One of a film's two leads, in the light of a film."""
    rng = seeds.generator(SFEW2[place])
    lead = _FIRST_PERSON + 2 * (place % len(_FILMS)) + int(rng.integers(2))
    emotion = tuple(_FOLDERS.values())[place // _EACH]
    units = perform(emotion, float(rng.uniform(0.6, 1.0)), rng)
    light = replace(any_light(rng, harsh=0.8), noise_levels=0.6, saturation=0.7)
    look = Look(any_person(seeds.generator(seeds.PEOPLE[lead])), any_pose(rng), light)
    return draw_face(units, look, *_SIZE_PX)


def _name(place: int) -> str:
    """Film, time in the film (hours, minutes, seconds, milliseconds) and frame."""
    minutes, seconds = 4 + 5 * place, 7 * place % 60
    time = f"{minutes // 60:02d}{minutes % 60:02d}{seconds:02d}{40 * place % 1000:03d}"
    return f"{_FILMS[place % len(_FILMS)]}_{time}_{place * 11 % 40 + 1:08d}.png"
