"""What pictures cost: bytes on the line and processor time, for every form, as Textual writes them.

    .venv/bin/python -m bench.pictures

A drawn face of 640 x 480 pixels is fitted into 60 x 23 and 60 x 30 cells of 10 x 20 pixels. `first` is what is written
when it is shown for the first time, `again` when the eye comes back to it, `ssh -C` the first, compressed as ssh would.
Time is of one core, for the encoding alone, median of several; decoding from the house is in bench/frames.py.
"""

import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
import PIL
from PIL import Image
from rich.color import ColorSystem
from textual.strip import Strip

from workbench.embedded.action_units import ActionUnits
from workbench.embedded.faces import draw_face
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.tui.pictures.encoded import Box, CellPicture, Encoded, KittyPicture, PictureForm, SixelPicture
from workbench.tui.pictures.frame_loader import encoder_of, longest_side_px
from workbench.tui.pictures.kitty import placeholders, upload

_SIZE: Final = (640, 480)
_ROUNDS: Final = 9
_BOXES: Final = (Box(60, 23), Box(60, 30))
_FIRST_NUMBER: Final = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """What one picture in one form costs."""

    first: bytes
    again: bytes
    cpu_ms: float
    columns: int
    rows: int


def main() -> None:
    """Measure and print."""
    print(f"Python {sys.version.split()[0]}, Pillow {PIL.__version__}, median of {_ROUNDS}")
    for title, picture in _pictures():
        for box in _BOXES:
            print(f"\n{title} in {box.width} x {box.height} cells")
            print(f"{'form':<14}{'cells':>9}{'first, B':>11}{'again, B':>11}{'ssh -C, B':>11}{'CPU, ms':>9}")
            for form in (PictureForm.HALF_BLOCKS, PictureForm.SHADES, PictureForm.KITTY, PictureForm.SIXEL):
                cost = _cost(form, picture, box)
                shrunk = len(zlib.compress(cost.first, 6))
                sizes = f"{len(cost.first):>11,}{len(cost.again):>11,}{shrunk:>11,}"
                print(f"{form:<14}{f'{cost.columns} x {cost.rows}':>9}{sizes}{cost.cpu_ms:>9.1f}")


def _pictures() -> Iterable[tuple[str, Image.Image]]:
    rng = np.random.default_rng(1)
    look = Look(any_person(rng), any_pose(rng), any_light(rng))
    plain = draw_face(ActionUnits(), look, *_SIZE)
    yield "a drawn face", plain
    light = Image.merge("RGB", [Image.linear_gradient("L").resize(_SIZE)] * 3)
    noise = Image.merge("RGB", [Image.effect_noise(_SIZE, 24) for _ in "rgb"])
    yield "the face in uneven light and a camera's noise", Image.blend(Image.blend(plain, light, 0.3), noise, 0.12)


def _cost(form: PictureForm, picture: Image.Image, box: Box) -> Cost:
    shrunk = picture.copy()
    shrunk.thumbnail((longest_side_px(form, box),) * 2)
    data = BytesIO()
    shrunk.save(data, "JPEG", quality=95)
    encoder = encoder_of(form)
    encoder(data.getvalue(), box)  # libraries are loaded, styles are made
    drawn, cpu_ms = _timed(lambda: encoder(data.getvalue(), box))
    return Cost(*_written(drawn), cpu_ms, drawn.columns, drawn.rows)


def _timed(work: Callable[[], Encoded]) -> tuple[Encoded, float]:
    took = []
    drawn = work()
    for _ in range(_ROUNDS):
        begun = time.process_time()
        drawn = work()
        took.append(1000 * (time.process_time() - begun))
    return drawn, statistics.median(took)


def _written(drawn: Encoded) -> tuple[bytes, bytes]:
    """What goes out the first time, and every other time."""
    match drawn:
        case CellPicture():
            cells = _cells(drawn.lines)
            return cells, cells
        case KittyPicture():
            cells = _cells(placeholders(_FIRST_NUMBER, drawn.columns, drawn.rows))
            return "".join(upload(drawn, _FIRST_NUMBER)).encode() + cells, cells
        case SixelPicture():
            rows = "".join(f"\x1b[{y};1H{band}" for y, band in enumerate(drawn.bands)).encode()
            return rows, rows
    raise TypeError(drawn)


def _cells(lines: tuple[Strip, ...]) -> bytes:
    return "".join(
        f"\x1b[{y};1H"
        + "".join(
            Strip.render_style(segment.style, segment.text, ColorSystem.TRUECOLOR) if segment.style else segment.text
            for segment in line
        )
        for y, line in enumerate(lines)
    ).encode()


if __name__ == "__main__":
    main()
