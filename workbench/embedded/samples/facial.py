"""Drawn faces in the layouts of RAF-DB (a list of class numbers) and SFEW 2.0 (a folder for each emotion)."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from PIL import Image

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.faces import draw_face
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.sample_files import save_picture, save_still

_CLASSES: Final = ("surprised", "fearful", "disgusted", "happy", "sad", "angry", "neutral")
"""In the owners' order: class 1 is surprise."""
_SIDE_PX: Final = 100
_TEST_COUNT: Final = 70
_TRAIN_COUNT: Final = 21
_TRAIN_PICTURES: Final = 7
"""The other rows of the training split are listed without a picture."""


def draw_rafdb(folder: Path) -> None:
    """Write the list and the pictures."""
    pictures = folder / "basic" / "Image" / "original"
    rows = []
    for place in range(_TRAIN_COUNT + _TEST_COUNT):
        is_train = place < _TRAIN_COUNT
        name = f"train_{place + 1:05d}.jpg" if is_train else f"test_{place - _TRAIN_COUNT + 1:04d}.jpg"
        # Seven and five have no common divisor: the classes are mixed and equally frequent.
        number = place * 5 % len(_CLASSES)
        rows.append(f"{name} {number + 1}")
        if not is_train or place < _TRAIN_PICTURES:
            save_picture(portrait(_CLASSES[number], place), pictures / name)
    listed = folder / "basic" / "EmoLabel" / "list_patition_label.txt"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text("\n".join(rows) + "\n", encoding="utf-8")


def portrait(emotion: str, place: int) -> Image.Image:
    """A new person in any pose and light, as in pictures from the web."""
    rng = seeds.generator(seeds.RAFDB[place])
    units = perform(emotion, float(rng.uniform(0.55, 1.0)), rng)
    look = Look(any_person(rng), any_pose(rng, restless=1.15), any_light(rng, harsh=1.1))
    return draw_face(units, look, _SIDE_PX, _SIDE_PX)


# ── SFEW 2.0 ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_FOLDERS: Final = {
    "Angry": "angry", "Disgust": "disgusted", "Fear": "fearful", "Happy": "happy", "Neutral": "neutral",
    "Sad": "sad", "Surprise": "surprised",
}  # fmt: skip
"""The owners' word to what is drawn."""
_EACH: Final = 3
_FILMS: Final = ("MovieA", "MovieB", "MovieC")
_TWICE: Final = ("Happy", "Surprise")
"""The folders that share a still: the last of the first is the last of the second."""
_FIRST_PERSON: Final = 300
_SIZE_PX: Final = (96, 72)


def draw_sfew2(folder: Path) -> None:
    """Write the stills, equally many in each folder. As in the owners' set, one still lies in two folders."""
    shared = _last_of(_TWICE[1])
    for place in range(len(_FOLDERS) * _EACH):
        word = tuple(_FOLDERS)[place // _EACH]
        drawn = shared if place == _last_of(_TWICE[0]) else place
        save_still(_still(drawn), folder / "Val" / word / _name(drawn))


def _last_of(word: str) -> int:
    return tuple(_FOLDERS).index(word) * _EACH + _EACH - 1


def _still(place: int) -> Image.Image:
    """One of the two leading actors of a film, in the light of a film."""
    rng = seeds.generator(seeds.SFEW2[place])
    lead = _FIRST_PERSON + 2 * (place % len(_FILMS)) + int(rng.integers(2))
    emotion = tuple(_FOLDERS.values())[place // _EACH]
    units = perform(emotion, float(rng.uniform(0.6, 1.0)), rng)
    light = replace(any_light(rng, harsh=0.8), noise_levels=0.6, saturation=0.7)
    look = Look(any_person(seeds.generator(seeds.PEOPLE[lead])), any_pose(rng), light)
    return draw_face(units, look, *_SIZE_PX)


def _name(place: int) -> str:
    """The film, the time in it (hours, minutes, seconds, milliseconds) and the frame."""
    minutes, seconds = 4 + 5 * place, 7 * place % 60
    time = f"{minutes // 60:02d}{minutes % 60:02d}{seconds:02d}{40 * place % 1000:03d}"
    return f"{_FILMS[place % len(_FILMS)]}_{time}_{place * 11 % 40 + 1:08d}.png"
