"""A drawn set of paintings in the layout of the Abstract set: votes for eight emotions in a table, ties included."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from workbench.embedded import seeds
from workbench.embedded.paintings import paint
from workbench.embedded.samples.drawn_files import save_picture

_COLUMNS: Final = ("amused", "angry", "awed", "content", "disgusted", "excited", "fearful", "sad")
_HEADER: Final = "'','Amusement','Anger','Awe','Content','Disgust','Excitement','Fear','Sad'"
_COUNT: Final = 48
_TIES: Final = (11, 27, 40)
"""Which pictures divide their voters evenly."""


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
    """How often each emotion was chosen; most often the painted one, alone or with its neighbour in the table."""
    votes: list[int] = rng.integers(0, 6, len(_COLUMNS)).tolist()
    most = int(rng.integers(7, 15))
    votes[column] = most
    if is_tied:
        votes[(column + 1) % len(_COLUMNS)] = most
    return votes
