"""A drawn set of single faces in the layout of RAF-DB: one list of names and class numbers, one folder of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.faces import draw_face
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.drawn_files import save_picture

_CLASSES: Final = ("surprised", "fearful", "disgusted", "happy", "sad", "angry", "neutral")
"""In the owner's order: class 1 is surprise."""
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
        # Seven and five have no common divisor: the classes come mixed, and equally often.
        number = place * 5 % len(_CLASSES)
        rows.append(f"{name} {number + 1}")
        if not is_train or place < _TRAIN_PICTURES:
            save_picture(portrait(_CLASSES[number], place), pictures / name)
    listed = folder / "basic" / "EmoLabel" / "list_patition_label.txt"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text("\n".join(rows) + "\n", encoding="utf-8")


def portrait(emotion: str, place: int) -> Image.Image:
    """Somebody new, in any pose and light, as pictures found on the web are."""
    rng = seeds.generator(seeds.RAFDB[place])
    units = perform(emotion, float(rng.uniform(0.55, 1.0)), rng)
    look = Look(any_person(rng), any_pose(rng, restless=1.15), any_light(rng, harsh=1.1))
    return draw_face(units, look, _SIDE_PX, _SIDE_PX)
