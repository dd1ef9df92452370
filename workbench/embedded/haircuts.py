"""Hair, in two layers: what falls behind the head, and what lies on the forehead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from workbench.embedded.easel import Easel, blend, curve, ellipse, mirrored
from workbench.embedded.looks import Person

Knots = tuple[tuple[float, float], ...]

_CROWN: Final[Knots] = (
    (-1.04, -0.28), (-1.0, -0.85), (-0.6, -1.3), (0.0, -1.43), (0.6, -1.3), (1.0, -0.85), (1.04, -0.28),
)  # fmt: skip
_PLAIN_HAIRLINE: Final[Knots] = (
    (0.95, -0.5), (0.8, -0.86), (0.4, -1.0), (0.0, -1.03), (-0.4, -1.0), (-0.8, -0.86), (-0.95, -0.5),
)  # fmt: skip
_HAIRLINES: Final[Mapping[str, Knots]] = {
    "parted": ((0.93, -0.45), (0.75, -0.8), (0.3, -0.98), (-0.35, -1.12), (-0.8, -0.85), (-0.95, -0.45)),
    "fringe": (
        (0.94, -0.4), (0.82, -0.62), (0.4, -0.68), (0.0, -0.64), (-0.4, -0.68), (-0.82, -0.62), (-0.94, -0.4),
    ),
    "long": (
        (0.99, -0.1), (0.84, -0.6), (0.4, -0.98), (0.0, -1.1), (-0.4, -0.98), (-0.84, -0.6), (-0.99, -0.1),
    ),
}  # fmt: skip


def draw_behind(easel: Easel, person: Person) -> None:
    """The hair that the head and the shoulders cover."""
    dark = blend(person.hair, (0, 0, 0), 0.18)
    match person.haircut:
        case "long":
            side = curve((0.0, -1.4), (0.8, -1.2), (1.16, -0.5), (1.15, 0.5), (1.1, 1.3), (0.6, 1.65))
            easel.fill(np.concatenate([side, mirrored(side)[::-1]]), dark)
        case "bun":
            easel.fill(ellipse(0.0, -1.42, 0.36, 0.28), dark)
            easel.fill(ellipse(0.0, -0.45, 1.08, 0.98), dark)
        case "curly":
            for angle in np.linspace(-1.15 * np.pi, 0.15 * np.pi, 13):
                x, y = 0.98 * np.cos(angle), -0.45 + 0.85 * np.sin(angle)
                easel.fill(ellipse(float(x), float(y), 0.28, 0.28, steps=20), dark)
        case _:
            easel.fill(ellipse(0.0, -0.42, 1.06, 0.98), dark)


def draw_in_front(easel: Easel, person: Person) -> None:
    """The hair that falls on the forehead."""
    hairline = curve(*_HAIRLINES.get(person.haircut, _PLAIN_HAIRLINE))
    easel.fill(np.concatenate([curve(*_CROWN), hairline]), person.hair, relief=0.2)
