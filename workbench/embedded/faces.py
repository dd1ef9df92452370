"""Draws schematic faces.

The faces are illustrations, not imitations of photographs: nobody can take them for a real person, and showing them
needs nobody's licence. `ActionUnits` give the expression, `Look` everything else.
"""

import zlib
from collections.abc import Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from workbench.embedded import mouths
from workbench.embedded.action_units import ActionUnits
from workbench.embedded.face_canvas import FaceCanvas, blend, curve, ellipse, mirrored, points, shade
from workbench.embedded.looks import Colour, Light, Look, Person

_EYE_Y: Final = -0.12
_BLUSH: Final[Colour] = (226, 110, 100)
_EYE_WHITE: Final[Colour] = (250, 248, 244)
_FRAME: Final[Colour] = (52, 48, 54)

_Knots = tuple[tuple[float, float], ...]

_CROWN: Final[_Knots] = (
    (-1.04, -0.28), (-1.0, -0.85), (-0.6, -1.3), (0.0, -1.43), (0.6, -1.3), (1.0, -0.85), (1.04, -0.28),
)  # fmt: skip
_PLAIN_HAIRLINE: Final[_Knots] = (
    (0.95, -0.5), (0.8, -0.86), (0.4, -1.0), (0.0, -1.03), (-0.4, -1.0), (-0.8, -0.86), (-0.95, -0.5),
)  # fmt: skip
_HAIRLINES: Final[Mapping[str, _Knots]] = {
    "parted": ((0.93, -0.45), (0.75, -0.8), (0.3, -0.98), (-0.35, -1.12), (-0.8, -0.85), (-0.95, -0.45)),
    "fringe": (
        (0.94, -0.4), (0.82, -0.62), (0.4, -0.68), (0.0, -0.64), (-0.4, -0.68), (-0.82, -0.62), (-0.94, -0.4),
    ),
    "long": (
        (0.99, -0.1), (0.84, -0.6), (0.4, -0.98), (0.0, -1.1), (-0.4, -0.98), (-0.84, -0.6), (-0.99, -0.1),
    ),
}  # fmt: skip


def draw_face(units: ActionUnits, look: Look, width_px: int, height_px: int, grain: int = 0) -> Image.Image:
    """The face as an RGB picture; `grain` varies the sensor noise between the frames of a clip."""
    person = look.person
    canvas = FaceCanvas(width_px, height_px, look.pose, look.light.background)
    _draw_hair_behind(canvas, person)
    _draw_body(canvas, person)
    _draw_head(canvas, units, person)
    _draw_cheeks(canvas, units, person)
    _draw_nose(canvas, units, person)
    mouths.draw_mouth(canvas, units, person)
    for side in (-1.0, 1.0):
        _draw_eye(canvas, units, person, side)
    _draw_hair_in_front(canvas, person)
    for side in (-1.0, 1.0):
        _draw_brow(canvas, units, person, side)
    _draw_forehead(canvas, units, person)
    if person.glasses:
        _draw_glasses(canvas, person)
    return _lit(canvas.finish(), look.light, grain)


def _draw_hair_behind(canvas: FaceCanvas, person: Person) -> None:
    """Draw the hair that the head and the shoulders cover."""
    dark = blend(person.hair, (0, 0, 0), 0.18)
    match person.haircut:
        case "long":
            side = curve((0.0, -1.4), (0.8, -1.2), (1.16, -0.5), (1.15, 0.5), (1.1, 1.3), (0.6, 1.65))
            canvas.fill(np.concatenate([side, mirrored(side)[::-1]]), dark)
        case "bun":
            canvas.fill(ellipse(0.0, -1.42, 0.36, 0.28), dark)
            canvas.fill(ellipse(0.0, -0.45, 1.08, 0.98), dark)
        case "curly":
            for angle in np.linspace(-1.15 * np.pi, 0.15 * np.pi, 13):
                x, y = 0.98 * np.cos(angle), -0.45 + 0.85 * np.sin(angle)
                canvas.fill(ellipse(float(x), float(y), 0.28, 0.28, steps=20), dark)
        case _:
            canvas.fill(ellipse(0.0, -0.42, 1.06, 0.98), dark)


def _draw_hair_in_front(canvas: FaceCanvas, person: Person) -> None:
    """Draw the hair on the forehead."""
    hairline = curve(*_HAIRLINES.get(person.haircut, _PLAIN_HAIRLINE))
    canvas.fill(np.concatenate([curve(*_CROWN), hairline]), person.hair, relief=0.2)


def _draw_body(canvas: FaceCanvas, person: Person) -> None:
    shoulders = curve((-2.6, 3.4), (-1.5, 1.9), (-0.5, 1.55), (0.5, 1.55), (1.5, 1.9), (2.6, 3.4))
    canvas.fill(points((-0.42, 0.7), (0.42, 0.7), (0.46, 1.75), (-0.46, 1.75)), shade(person.skin, 0.22))
    canvas.fill(shoulders, person.clothes)
    canvas.fill(curve((-0.48, 1.5), (-0.2, 1.78), (0.2, 1.78), (0.48, 1.5)), shade(person.skin, 0.16))


def _draw_head(canvas: FaceCanvas, units: ActionUnits, person: Person) -> None:
    for side in (-1.0, 1.0):
        canvas.fill(ellipse(side * 0.99, 0.06, 0.13, 0.22), shade(person.skin, 0.12))
    chin = person.face_length + 0.1 * units.au26 - 0.03 * units.au17
    jaw = person.jaw_width
    half = [
        (0.0, -1.15),
        (0.55, -1.05),
        (0.9, -0.65),
        (1.0, -0.1),
        (0.96, 0.3),
        (jaw, 0.78),
        (0.42, chin - 0.12),
        (0.0, chin),
    ]
    right = curve(*half)
    canvas.fill(np.concatenate([right, mirrored(right)[::-1]]), person.skin)


def _draw_cheeks(canvas: FaceCanvas, units: ActionUnits, person: Person) -> None:
    lifted = 0.1 * units.au6
    glow = 0.08 + 0.12 * units.au6
    for side in (-1.0, 1.0):
        cheek = ellipse(side * 0.58, 0.36 - lifted, 0.2, 0.14)
        canvas.fill(cheek, blend(person.skin, _BLUSH, glow), relief=0.6)
        fold = max(units.au12 * 0.8, units.au10, units.au9 * 0.8)
        if fold > 0.05:
            out = 0.06 * units.au12
            line = curve((0.2, 0.28), (0.33 + out, 0.42), (0.42 + out, 0.6))
            canvas.stroke(line * [side, 1.0], shade(person.skin, 0.1 + 0.3 * fold), 0.035, relief=0.6)
        if units.au6 > 0.15:
            for rise in (-0.05, 0.05):
                crow = points((0.69, _EYE_Y + rise * 0.5), (0.79, _EYE_Y + 0.02 + rise))
                canvas.stroke(crow * [side, 1.0], shade(person.skin, 0.35 * units.au6), 0.025, relief=0.5)


def _draw_nose(canvas: FaceCanvas, units: ActionUnits, person: Person) -> None:
    tip = 0.3 * person.nose_length - 0.05 * units.au9
    wing = 0.15 + 0.04 * units.au9 + 0.02 * units.au10
    ridge = curve((-0.06, -0.1), (-wing, tip - 0.02), (0.0, tip + 0.09), (wing, tip - 0.02), (0.06, -0.1))
    canvas.fill(ridge, shade(person.skin, 0.07), relief=1.0)
    nostril = tip + 0.06
    base = curve((-wing, tip - 0.03), (-0.07, nostril), (0.0, tip + 0.08), (0.07, nostril), (wing, tip - 0.03))
    canvas.stroke(base, shade(person.skin, 0.34), 0.035, relief=1.0)
    if units.au9 > 0.05:
        for row in range(3):
            y = -0.16 + 0.09 * row
            wrinkle = curve((-0.12, y - 0.05), (0.0, y), (0.12, y - 0.05))
            canvas.stroke(wrinkle, shade(person.skin, 0.45 * units.au9), 0.028, relief=0.9)


def _draw_eye(canvas: FaceCanvas, units: ActionUnits, person: Person, side: float) -> None:
    x, size = side * person.eye_distance, person.eye_size
    half = 0.2 * size
    squeeze = 0.035 * units.au7 + 0.03 * units.au6 + 0.015 * units.au9
    upper = max(0.02, (0.11 + 0.07 * units.au5 - 0.02 * units.au4 - 0.5 * squeeze) * size)
    lower = max(0.005, (0.075 - squeeze - 0.02 * units.au6) * size)
    inner, outer = x - side * half, x + side * half
    upper_lid = curve((inner, _EYE_Y + 0.02), (x, _EYE_Y - upper), (outer, _EYE_Y - 0.005))
    lower_lid = curve((outer, _EYE_Y - 0.005), (x, _EYE_Y + lower), (inner, _EYE_Y + 0.02))
    outline = np.concatenate([upper_lid, lower_lid])
    canvas.fill(outline, _EYE_WHITE, relief=0.7)
    for radius, colour in ((0.098, person.iris), (0.05, (24, 20, 22))):
        disc = ellipse(x, _EYE_Y - 0.015, radius * size, radius * size, steps=24)
        # An iris is hidden by the lids: its disc is pressed between them.
        disc[:, 1] = np.clip(disc[:, 1], _EYE_Y - upper * 0.93, _EYE_Y + lower * 0.93)
        canvas.fill(disc, colour, relief=0.7)
    glint = min(0.05, upper * 0.5)
    canvas.fill(ellipse(x + 0.035, _EYE_Y - glint, 0.022, 0.022, steps=12), (255, 255, 255), relief=0.7)
    canvas.stroke(upper_lid, blend(person.hair, (30, 22, 22), 0.6), 0.045, relief=0.7)
    canvas.stroke(lower_lid, shade(person.skin, 0.32 + 0.25 * units.au7), 0.022, relief=0.7)
    bag = curve((inner, _EYE_Y + 0.09), (x, _EYE_Y + lower + 0.085 - 0.02 * units.au6), (outer, _EYE_Y + 0.05))
    canvas.stroke(bag, shade(person.skin, 0.06 + 0.2 * max(units.au6, units.au7)), 0.025, relief=0.6)
    crease = curve((inner, _EYE_Y - 0.06), (x, _EYE_Y - upper - 0.07 + 0.03 * units.au5), (outer, _EYE_Y - 0.07))
    canvas.stroke(crease, shade(person.skin, 0.2), 0.022, relief=0.6)


def _draw_brow(canvas: FaceCanvas, units: ActionUnits, person: Person, side: float) -> None:
    base = -0.4 - person.brow_height
    lowered = 0.11 * units.au4
    inner_y = base + 0.03 - 0.16 * units.au1 + lowered - 0.01 * units.au9
    middle_y = base - 0.05 - 0.07 * units.au1 - 0.12 * units.au2 + 0.8 * lowered
    outer_y = base + 0.04 - 0.14 * units.au2 + 0.3 * lowered
    inner_x = 0.2 - 0.06 * units.au4
    thick = person.brow_thickness
    upper = curve((inner_x, inner_y - thick * 0.7), (0.46, middle_y - thick * 0.6), (0.72, outer_y - 0.01))
    lower = curve((0.72, outer_y), (0.46, middle_y + thick * 0.5), (inner_x, inner_y + thick * 0.6))
    canvas.fill(np.concatenate([upper, lower]) * [side, 1.0], blend(person.hair, (40, 30, 28), 0.3), relief=0.7)
    if units.au4 > 0.1:
        furrow = curve((0.07, base + 0.02), (0.055, base + 0.12), (0.08, base + 0.2))
        canvas.stroke(furrow * [side, 1.0], shade(person.skin, 0.4 * units.au4), 0.028, relief=0.8)


def _draw_forehead(canvas: FaceCanvas, units: ActionUnits, person: Person) -> None:
    raised = max(units.au2, 0.8 * units.au1)
    if raised < 0.12 or person.haircut == "fringe":
        return
    half_width = 0.25 + 0.25 * units.au2
    for y in (-0.7, -0.79):
        line = curve((-half_width, y + 0.02), (0.0, y), (half_width, y + 0.02))
        canvas.stroke(line, shade(person.skin, 0.3 * raised), 0.026, relief=0.6)


def _draw_glasses(canvas: FaceCanvas, person: Person) -> None:
    x = person.eye_distance
    for side in (-1.0, 1.0):
        rim = ellipse(side * x, _EYE_Y + 0.02, 0.29, 0.22)
        canvas.stroke(np.concatenate([rim, rim[:2]]), _FRAME, 0.035, relief=0.8)
        temple = points((x + 0.29, _EYE_Y), (0.98, _EYE_Y - 0.04))
        canvas.stroke(temple * [side, 1.0], _FRAME, 0.035, relief=0.4)
    canvas.stroke(curve((-x + 0.28, _EYE_Y), (0.0, _EYE_Y - 0.05), (x - 0.28, _EYE_Y)), _FRAME, 0.035, relief=0.9)


def _lit(image: Image.Image, light: Light, grain: int) -> Image.Image:
    """The picture with its light, blur and sensor noise."""
    if light.blur_px > 0.0:
        image = image.filter(ImageFilter.GaussianBlur(light.blur_px))
    if light.saturation < 1.0:
        image = ImageEnhance.Color(image).enhance(light.saturation)
    levels = np.asarray(image, dtype=np.float32)
    height, width = levels.shape[:2]
    angle = np.deg2rad(light.direction_deg)
    across = np.cos(angle) * np.linspace(-1, 1, width)[None, :]
    down = np.sin(angle) * np.linspace(-1, 1, height)[:, None]
    gain = light.brightness * (1.0 + light.contrast * (across + down))
    seed = [zlib.crc32(repr(light).encode()), grain]
    noise = np.random.Generator(np.random.PCG64(seed)).normal(0.0, light.noise_levels, (height, width))
    exposed = levels * gain[:, :, None] + noise[:, :, None]
    return Image.fromarray(np.clip(np.rint(exposed), 0, 255).astype(np.uint8))
