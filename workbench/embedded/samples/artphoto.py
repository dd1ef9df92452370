"""A drawn set of paintings in the layout of ArtPhoto: one flat folder, and the label is how a file's name begins."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbench.embedded import seeds
from workbench.embedded.paintings import paint
from workbench.embedded.samples.drawn_files import save_picture
from workbench.embedded.samples.further_seeds import ARTPHOTO

_WORDINGS: Final = {
    "amusement": "amused", "anger": "angry", "awe": "awed", "contentment": "content", "disgust": "disgusted",
    "excitement": "excited", "fear": "fearful", "sad": "sad",
}  # fmt: skip
"""The owner's word to what is painted."""
_EACH: Final = 3
_SIDE_PX: Final = 96


def draw_artphoto(folder: Path) -> None:
    """Write the pictures, equally many of each emotion."""
    for place in range(len(_WORDINGS) * _EACH):
        word = tuple(_WORDINGS)[place // _EACH]
        # The numbers begin anew with every emotion and have gaps.
        name = f"{word}_{2 * (place % _EACH) + place % 7 + 1:04d}.jpg"
        picture = paint(_WORDINGS[word], seeds.generator(ARTPHOTO[place]), _SIDE_PX)
        save_picture(picture, folder / "testImages_artphoto" / name, quality=80)
