"""Drawn paintings in the layouts of Abstract (a table of votes, ties included) and ArtPhoto (labels in file names)."""

from pathlib import Path
from typing import Final

import numpy as np

from workbench.embedded import seeds
from workbench.embedded.paintings import paint
from workbench.embedded.samples.sample_files import save_picture

_COLUMNS: Final = ("amused", "angry", "awed", "content", "disgusted", "excited", "fearful", "sad")
_HEADER: Final = "'','Amusement','Anger','Awe','Content','Disgust','Excitement','Fear','Sad'"
_COUNT: Final = 48
_TIES: Final = (11, 27, 40)
"""Pictures with a tie of votes."""


def draw_abstract(folder: Path) -> None:
    """Write the table of votes and the pictures."""
    rows = [_HEADER]
    for place in range(_COUNT):
        rng = seeds.generator(seeds.ABSTRACT[place])
        # The numbers of the pictures have gaps.
        name = f"abstract_{place + 1 + place // 9:04d}.jpg"
        column = place * 3 % len(_COLUMNS)
        save_picture(paint(_COLUMNS[column], rng), folder / "testImages_abstract" / name)
        votes = _votes(column, rng, is_tied=place in _TIES)
        rows.append(f"'{name}'," + ",".join(str(vote) for vote in votes))
    (folder / "ABSTRACT_groundTruth.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _votes(column: int, rng: np.random.Generator, *, is_tied: bool) -> list[int]:
    """Votes by emotion. The painted one has most; in a tie, so has the next one in the table."""
    votes: list[int] = rng.integers(0, 6, len(_COLUMNS)).tolist()
    most = int(rng.integers(7, 15))
    votes[column] = most
    if is_tied:
        votes[(column + 1) % len(_COLUMNS)] = most
    return votes


# ── ArtPhoto ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_WORDINGS: Final = {
    "amusement": "amused", "anger": "angry", "awe": "awed", "contentment": "content", "disgust": "disgusted",
    "excitement": "excited", "fear": "fearful", "sad": "sad",
}  # fmt: skip
"""The owners' word to what is painted."""
_EACH: Final = 3
_SIDE_PX: Final = 96


def draw_artphoto(folder: Path) -> None:
    """Write the pictures, equally many of each emotion."""
    for place in range(len(_WORDINGS) * _EACH):
        word = tuple(_WORDINGS)[place // _EACH]
        # Each emotion has its own numbers, with gaps.
        name = f"{word}_{2 * (place % _EACH) + place % 7 + 1:04d}.jpg"
        picture = paint(_WORDINGS[word], seeds.generator(seeds.ARTPHOTO[place]), _SIDE_PX)
        save_picture(picture, folder / "testImages_artphoto" / name, quality=80)
