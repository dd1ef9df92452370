"""A canvas in units of the face: supersampled polygons and strokes under a head pose.

Points are arrays of (x, y) in half face widths, x to the picture's right and y down, the origin between the eyes
and the mouth. Drawing three times as large and shrinking once gives smooth edges, the same on every machine.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from workbench.embedded.looks import Colour, Pose

Points = npt.NDArray[np.float64]

SUPERSAMPLING: Final = 3
_FACE_SHARE: Final = 0.335
"""Half the face's width as a share of the picture's shorter side."""
_SHADOW: Final[Colour] = (96, 48, 40)

_STEPS: Final = np.linspace(0.0, 1.0, 10, endpoint=False)[:, None]
_CATMULL_ROM: Final = (
    0.5 * _STEPS ** np.arange(4) @ np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]])
)
"""Weights of four neighbouring knots at ten positions between the middle two."""


def points(*pairs: tuple[float, float]) -> Points:
    """The given (x, y) pairs as an array."""
    return np.array(pairs, dtype=np.float64)


def curve(*pairs: tuple[float, float]) -> Points:
    """A smooth line through the given points (Catmull-Rom), as a polyline."""
    knots = np.array([pairs[0], *pairs, pairs[-1]], dtype=np.float64)
    windows = np.stack([knots[:-3], knots[1:-2], knots[2:-1], knots[3:]], axis=1)
    line = (_CATMULL_ROM @ windows).reshape(-1, 2)
    return np.concatenate([line, knots[-1:]])


def ellipse(x: float, y: float, half_width: float, half_height: float, steps: int = 36) -> Points:
    """An upright ellipse around (x, y)."""
    angle = np.linspace(0.0, 2 * np.pi, steps, endpoint=False)
    return np.stack([x + half_width * np.cos(angle), y + half_height * np.sin(angle)], axis=1)


def mirrored(line: Points) -> Points:
    """The same line on the other side of the face."""
    other_side: Points = line * np.array([-1.0, 1.0])
    return other_side


def blend(colour: Colour, other: Colour, share: float) -> Colour:
    """`colour` with `share` (0..1) of `other` in it."""
    share = min(1.0, max(0.0, share))
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def shade(skin: Colour, share: float) -> Colour:
    """The shadow colour of a skin, `share` (0..1) deep."""
    return blend(skin, _SHADOW, share)


class FaceCanvas:
    """A canvas for one head pose; `finish` returns the picture."""

    def __init__(self, width_px: int, height_px: int, pose: Pose, background: Colour) -> None:
        self._image = Image.new("RGB", (width_px * SUPERSAMPLING, height_px * SUPERSAMPLING), background)
        self._draw = ImageDraw.Draw(self._image)
        self._unit_px = min(width_px, height_px) * SUPERSAMPLING * _FACE_SHARE * pose.zoom
        roll = np.deg2rad(pose.roll_deg)
        turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
        self._rotation = turn * self._unit_px
        self._parallax = np.array([0.2 * pose.yaw, 0.12 * pose.pitch])
        middle = np.array([width_px, height_px]) * SUPERSAMPLING / 2
        self._centre = middle + np.array([pose.shift_x, pose.shift_y]) * self._unit_px

    def fill(self, outline: Points, colour: Colour, *, relief: float = 0.0) -> None:
        """Fill a shape. `relief` (0..1) is how far it stands out of the head, and so moves when the head turns."""
        self._draw.polygon(self._placed(outline, relief), fill=colour)

    def stroke(self, line: Points, colour: Colour, width: float, *, relief: float = 0.0) -> None:
        """Draw a line of `width` half face widths with round joints."""
        placed = self._placed(line, relief)
        width_px = max(1, round(width * self._unit_px))
        self._draw.line(placed, fill=colour, width=width_px, joint="curve")

    def finish(self) -> Image.Image:
        """The picture in the size given to the constructor."""
        return self._image.reduce(SUPERSAMPLING)

    def _placed(self, outline: Points, relief: float) -> list[float]:
        """Head coordinates to canvas pixels (x, y, x, y, ...): turn and nod as a sphere would, roll, zoom, shift."""
        bulge = relief * np.clip(1.0 - 0.5 * (outline**2).sum(axis=1, keepdims=True), 0.2, 1.0)
        placed = (outline + bulge * self._parallax) @ self._rotation + self._centre
        flat: list[float] = placed.ravel().tolist()
        return flat
