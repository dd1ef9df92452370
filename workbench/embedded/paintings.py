"""Paints abstract pictures that evoke an emotion by colour, line and density alone, without faces.

The choices follow findings on colour (Valdez and Mehrabian 1994) and form (Machajdik and Hanbury 2010): brightness and
saturation for pleasure and arousal, angles for threat, horizontal lines for calm. The moods overlap on purpose.
"""

import colorsys
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from workbench.embedded.looks import Colour

_SUPERSAMPLING: Final = 2
_OTHER_SHARE: Final = 0.8
"""The largest share of another mood in a picture; over about half, its label is wrong."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How a picture is painted. All values are from 0 to 1."""

    hues: tuple[float, ...]
    """Where on the colour circle (0..1, red at 0) the palette lies."""
    saturation: float
    brightness: float
    contrast: float
    """How much the brightness of the shapes varies."""
    angularity: float
    """The share of triangles among the shapes; the others are round."""
    density: float
    """How many shapes."""
    size: float
    disorder: float
    """0: lines are horizontal; 1: they have any direction."""
    lines: float
    """How many strokes over the shapes."""


MOODS: Final[dict[str, Mood]] = {
    "amused": Mood((0.12, 0.9, 0.3, 0.55), 0.7, 0.85, 0.25, 0.15, 0.7, 0.3, 0.7, 0.35),
    "awed": Mood((0.6, 0.7, 0.12), 0.6, 0.55, 0.75, 0.25, 0.35, 0.9, 0.3, 0.25),
    "content": Mood((0.3, 0.4, 0.14), 0.4, 0.8, 0.2, 0.05, 0.3, 0.7, 0.15, 0.15),
    "excited": Mood((0.03, 0.1, 0.92, 0.55), 0.9, 0.85, 0.5, 0.5, 0.9, 0.4, 0.95, 0.8),
    "sad": Mood((0.6, 0.65, 0.1), 0.25, 0.4, 0.3, 0.1, 0.3, 0.6, 0.2, 0.4),
    "angry": Mood((0.0, 0.03, 0.98), 0.85, 0.5, 0.7, 0.95, 0.8, 0.5, 0.95, 0.8),
    "fearful": Mood((0.7, 0.78, 0.4), 0.35, 0.25, 0.8, 0.8, 0.6, 0.45, 0.85, 0.6),
    "disgusted": Mood((0.2, 0.25, 0.09), 0.55, 0.42, 0.35, 0.3, 0.7, 0.35, 0.7, 0.3),
}

PAINTING_EMOTIONS: Final = tuple(MOODS)


def paint(emotion: str, rng: np.random.Generator, size_px: int = 128) -> Image.Image:
    """One square picture that should evoke `emotion`."""
    mood = _varied(MOODS[emotion], rng)
    side = size_px * _SUPERSAMPLING
    image = _ground(mood, rng, side)
    draw = ImageDraw.Draw(image)
    for _ in range(round(4 + 26 * mood.density)):
        _add_shape(draw, mood, rng, side)
    for _ in range(round(14 * mood.lines)):
        _add_stroke(draw, mood, rng, side)
    if mood.angularity < 0.35:
        image = image.filter(ImageFilter.GaussianBlur(side * 0.012))
    return _on_canvas(image.reduce(_SUPERSAMPLING), rng)


def _varied(mood: Mood, rng: np.random.Generator) -> Mood:
    """The mood with a share of a random other mood, and every quality varied a little."""
    other = tuple(MOODS.values())[int(rng.integers(len(MOODS)))]
    share = float(rng.uniform(0.0, _OTHER_SHARE))
    borrowed = other.hues[: round(2.5 * share * len(other.hues))]
    own, others = (np.array(astuple(each)[1:], dtype=np.float64) for each in (mood, other))
    qualities = own * (1.0 - share) + others * share
    strayed = np.clip(qualities + rng.normal(0.0, 0.13, len(qualities)), 0.02, 1.0)
    return Mood((*mood.hues, *borrowed), *strayed.tolist())


def _colour(mood: Mood, rng: np.random.Generator) -> Colour:
    hue = mood.hues[int(rng.integers(len(mood.hues)))] + float(rng.normal(0.0, 0.025))
    saturation = float(np.clip(mood.saturation + rng.normal(0.0, 0.12), 0.0, 1.0))
    brightness = float(np.clip(mood.brightness + mood.contrast * rng.uniform(-0.6, 0.6), 0.03, 1.0))
    red, green, blue = (round(255 * level) for level in colorsys.hsv_to_rgb(hue % 1.0, saturation, brightness))
    return red, green, blue


def _ground(mood: Mood, rng: np.random.Generator, side: int) -> Image.Image:
    top, bottom = np.array(_colour(mood, rng)), np.array(_colour(mood, rng))
    down = np.linspace(0.0, 1.0, side)[:, None, None]
    rows = np.rint(top * (1.0 - down) + bottom * down).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(np.broadcast_to(rows, (side, side, 3))))


def _add_shape(draw: ImageDraw.ImageDraw, mood: Mood, rng: np.random.Generator, side: int) -> None:
    x, y = rng.uniform(0.0, side, 2)
    radius = side * (0.04 + 0.3 * mood.size * rng.random())
    corners = 3 if rng.random() < mood.angularity else 24
    if corners == 24:
        angle = np.linspace(0.0, 2 * np.pi, corners, endpoint=False)
        reach = np.full(corners, radius) * (1.0 + 0.15 * np.sin(3 * angle + rng.uniform(0.0, 6.0)))
    else:
        angle = np.sort(rng.uniform(0.0, 2 * np.pi, corners))
        reach = radius * rng.uniform(0.6, 2.0, corners)
    # The less disorder, the flatter the shapes.
    flatness = 0.35 + 0.65 * mood.disorder
    outline = np.stack([x + reach * np.cos(angle) / flatness, y + reach * np.sin(angle) * flatness], axis=1)
    draw.polygon(outline.ravel().tolist(), fill=_colour(mood, rng))


def _add_stroke(draw: ImageDraw.ImageDraw, mood: Mood, rng: np.random.Generator, side: int) -> None:
    start = rng.uniform(0.0, side, 2)
    angle = rng.normal(0.0, 1.6 * mood.disorder)
    along = np.linspace(0.0, side * rng.uniform(0.3, 0.9), 16)
    bend = (1.0 - mood.angularity) * side * 0.06 * np.sin(along / side * rng.uniform(4.0, 12.0))
    line = np.stack(
        [
            start[0] + along * np.cos(angle) - bend * np.sin(angle),
            start[1] + along * np.sin(angle) + bend * np.cos(angle),
        ],
        axis=1,
    )
    width = max(2, round(side * rng.uniform(0.006, 0.025)))
    draw.line(line.ravel().tolist(), fill=_colour(mood, rng), width=width, joint="curve")


def _on_canvas(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The picture with a fine noise, so that no area is perfectly flat."""
    levels = np.asarray(image, dtype=np.float32)
    weave = rng.normal(0.0, 3.0, (*levels.shape[:2], 1))
    return Image.fromarray(np.clip(np.rint(levels + weave), 0, 255).astype(np.uint8))
