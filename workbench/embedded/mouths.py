"""Draws the mouth and chin, the part of the face with the most action units."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from workbench.embedded.action_units import ActionUnits
from workbench.embedded.face_canvas import FaceCanvas, Points, blend, curve, shade
from workbench.embedded.looks import Colour, Person

_MOUTH_Y: Final = 0.68
_LIP: Final[Colour] = (188, 76, 80)
_INSIDE: Final[Colour] = (78, 26, 32)
_TEETH: Final[Colour] = (246, 243, 236)


@dataclass(frozen=True, slots=True)
class _Mouth:
    """Where the lips are, in half face widths."""

    left: tuple[float, float]
    right: tuple[float, float]
    upper_y: float
    """Lower edge of the upper lip, in the middle."""
    lower_y: float
    """Upper edge of the lower lip, in the middle."""
    upper_lip: float
    lower_lip: float

    def edge(self, middle_y: float, flat: float = 0.5) -> Points:
        """A line from corner to corner through `middle_y`; `flat` is how far out it keeps that height."""
        (lx, ly), (rx, ry) = self.left, self.right
        return curve(
            self.left,
            (lx * flat, middle_y + (ly - middle_y) * 0.18),
            ((lx + rx) / 2, middle_y),
            (rx * flat, middle_y + (ry - middle_y) * 0.18),
            self.right,
        )


def draw_mouth(canvas: FaceCanvas, units: ActionUnits, person: Person) -> None:
    """Draw the lips, the teeth and the folds around the mouth."""
    mouth = _shape(units, person)
    inner_upper, inner_lower = mouth.edge(mouth.upper_y), mouth.edge(mouth.lower_y)
    if mouth.lower_y - mouth.upper_y > 0.012:
        canvas.fill(np.concatenate([inner_upper, inner_lower[::-1]]), _INSIDE, relief=0.8)
        _draw_teeth(canvas, mouth, inner_upper)
    lip = blend(person.skin, _LIP, 0.62)
    upper_ridge = mouth.edge(mouth.upper_y - mouth.upper_lip)
    lower_ridge = mouth.edge(mouth.lower_y + mouth.lower_lip)
    canvas.fill(np.concatenate([upper_ridge, inner_upper[::-1]]), shade(lip, 0.18), relief=0.8)
    canvas.fill(np.concatenate([inner_lower, lower_ridge[::-1]]), lip, relief=0.8)
    canvas.stroke(inner_upper, blend(lip, (60, 20, 24), 0.7), 0.03, relief=0.8)
    _draw_chin(canvas, units, person, mouth)
    _draw_dimple(canvas, units, person, mouth)


def _shape(units: ActionUnits, person: Person) -> _Mouth:
    half = 0.33 * person.mouth_width + 0.1 * units.au12 + 0.1 * units.au20 - 0.06 * units.au24 - 0.07 * units.au26
    corner_y = _MOUTH_Y + person.resting_corners - 0.14 * units.au12 + 0.12 * units.au15 + 0.02 * units.au20
    middle_y = _MOUTH_Y - 0.05 * units.au17 + 0.015 * units.au12
    opened = 0.055 * units.au25 + 0.3 * units.au26
    full = person.lip_fullness * (1.0 - 0.7 * units.au24) * (1.0 - 0.25 * units.au12) * (1.0 - 0.2 * units.au20)
    one_sided = units.au14
    return _Mouth(
        left=(-half, corner_y + 0.01 * one_sided),
        right=(half + 0.05 * one_sided, corner_y - 0.13 * one_sided),
        upper_y=middle_y - 0.09 * units.au10 - 0.15 * opened,
        lower_y=middle_y + opened - 0.03 * units.au10 * (opened < 0.02),
        upper_lip=0.065 * full,
        lower_lip=0.085 * full * (1.0 - 0.2 * units.au17),
    )


def _draw_teeth(canvas: FaceCanvas, mouth: _Mouth, inner_upper: Points) -> None:
    gap = mouth.lower_y - mouth.upper_y
    depth = min(0.085, gap * 0.6)
    central = inner_upper[4:-4]
    # The lower lip covers more of the teeth at the corners than in the middle.
    taper = 1.0 - np.linspace(-1.0, 1.0, len(central)) ** 2
    edge = central + np.stack([np.zeros(len(central)), depth * taper], axis=1)
    canvas.fill(np.concatenate([central, edge[::-1]]), _TEETH, relief=0.8)


def _draw_chin(canvas: FaceCanvas, units: ActionUnits, person: Person, mouth: _Mouth) -> None:
    dip = mouth.lower_y + mouth.lower_lip + 0.1 - 0.03 * units.au17
    line = curve((-0.13, dip - 0.01), (0.0, dip + 0.015 - 0.05 * units.au17), (0.13, dip - 0.01))
    canvas.stroke(line, shade(person.skin, 0.12 + 0.25 * units.au17), 0.03, relief=0.8)
    if units.au17 > 0.1:
        for x, y in ((-0.1, 0.15), (0.02, 0.18), (0.11, 0.14), (-0.03, 0.13)):
            pit = curve((x - 0.025, dip + y - 0.08), (x + 0.025, dip + y - 0.075))
            canvas.stroke(pit, shade(person.skin, 0.35 * units.au17), 0.025, relief=0.8)


def _draw_dimple(canvas: FaceCanvas, units: ActionUnits, person: Person, mouth: _Mouth) -> None:
    if units.au14 < 0.08:
        return
    x, y = mouth.right
    line = curve((x + 0.06, y - 0.08), (x + 0.1, y), (x + 0.06, y + 0.08))
    canvas.stroke(line, shade(person.skin, 0.5 * units.au14), 0.035, relief=0.7)
