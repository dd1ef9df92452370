"""The look of a face apart from its expression: person, pose and light. A model must learn to ignore all three.

A person stays the same through a clip and from clip to clip.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

Colour = tuple[int, int, int]
"""Red, green and blue, each 0..255."""

SKINS: Final[tuple[Colour, ...]] = (
    (247, 214, 190), (240, 196, 164), (225, 172, 132), (198, 138, 98), (160, 104, 72), (122, 78, 56),
)  # fmt: skip
HAIRS: Final[tuple[Colour, ...]] = (
    (38, 30, 30), (62, 42, 34), (104, 66, 42), (158, 96, 52), (214, 172, 104), (150, 148, 150), (92, 40, 34),
)  # fmt: skip
FAIR_SKINS: Final = SKINS[:3]
DARK_HAIRS: Final = (*HAIRS[:3], (120, 116, 114))
BACKGROUNDS: Final[tuple[Colour, ...]] = (
    (205, 220, 226), (226, 214, 198), (208, 222, 205), (222, 208, 220), (196, 204, 222), (232, 224, 206),
)  # fmt: skip
CLOTHES: Final[tuple[Colour, ...]] = (
    (70, 98, 132), (140, 78, 80), (84, 120, 96), (120, 96, 134), (188, 150, 92), (72, 78, 90),
)  # fmt: skip
IRISES: Final[tuple[Colour, ...]] = ((78, 54, 40), (96, 72, 44), (84, 112, 92), (90, 116, 144))
HAIRCUTS: Final = ("short", "parted", "long", "bun", "fringe", "curly")


@dataclass(frozen=True, slots=True)
class Person:
    """The features of a person. Lengths are in half face widths."""

    skin: Colour
    hair: Colour
    iris: Colour
    clothes: Colour
    haircut: str
    face_length: float
    jaw_width: float
    """Width at the jaw as a share of the width at the cheekbones."""
    eye_distance: float
    eye_size: float
    brow_thickness: float
    brow_height: float
    nose_length: float
    mouth_width: float
    lip_fullness: float
    resting_corners: float
    """How far the lip corners hang (positive) or turn up (negative) at rest."""
    glasses: bool


@dataclass(frozen=True, slots=True)
class Pose:
    """The pose of the head and its place in the picture."""

    yaw: float = 0.0
    """-1..1; 1 is about 25 degrees to the picture's right."""
    pitch: float = 0.0
    """-1..1; 1 is about 15 degrees down."""
    roll_deg: float = 0.0
    shift_x: float = 0.0
    """Shift of the head in half face widths."""
    shift_y: float = 0.0
    zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class Light:
    """Background, light and camera."""

    background: Colour = BACKGROUNDS[0]
    direction_deg: float = 45.0
    contrast: float = 0.12
    """Share of brightness between the lit and the dark side."""
    brightness: float = 1.0
    noise_levels: float = 2.0
    """Standard deviation of the sensor noise in grey levels of 255."""
    blur_px: float = 0.0
    saturation: float = 1.0
    """1 is full colour, 0 is grey."""


@dataclass(frozen=True, slots=True)
class Look:
    """One person, posed and lit."""

    person: Person
    pose: Pose
    light: Light


def any_person(rng: np.random.Generator) -> Person:
    """A random person."""
    skin = _choice(SKINS, rng)
    return Person(
        skin=skin,
        hair=_choice(HAIRS if skin in FAIR_SKINS else DARK_HAIRS, rng),
        iris=_choice(IRISES, rng),
        clothes=_choice(CLOTHES, rng),
        haircut=HAIRCUTS[int(rng.integers(len(HAIRCUTS)))],
        face_length=float(rng.uniform(1.2, 1.38)),
        jaw_width=float(rng.uniform(0.66, 0.86)),
        eye_distance=float(rng.uniform(0.38, 0.46)),
        eye_size=float(rng.uniform(0.9, 1.15)),
        brow_thickness=float(rng.uniform(0.05, 0.095)),
        brow_height=float(rng.uniform(-0.03, 0.04)),
        nose_length=float(rng.uniform(0.9, 1.12)),
        mouth_width=float(rng.uniform(0.9, 1.15)),
        lip_fullness=float(rng.uniform(0.8, 1.35)),
        resting_corners=float(rng.normal(0.0, 0.018)),
        glasses=bool(rng.random() < 0.18),
    )


def any_pose(rng: np.random.Generator, *, restless: float = 1.0) -> Pose:
    """A random pose; `restless` scales its distance from a frontal, centred portrait."""
    yaw, pitch, roll, x, y, zoom = (rng.uniform(-1.0, 1.0, 6) * restless).tolist()
    return Pose(
        yaw=0.6 * yaw, pitch=0.5 * pitch, roll_deg=6.0 * roll, shift_x=0.06 * x, shift_y=0.05 * y,
        zoom=1.0 + 0.05 * zoom,
    )  # fmt: skip


def any_light(rng: np.random.Generator, *, harsh: float = 1.0) -> Light:
    """A random light and camera; `harsh` scales shadow, noise and blur."""
    return Light(
        background=_choice(BACKGROUNDS, rng),
        direction_deg=float(rng.uniform(0.0, 360.0)),
        contrast=float(rng.uniform(0.05, 0.3) * harsh),
        brightness=float(1.0 + rng.uniform(-0.15, 0.08) * harsh),
        noise_levels=float(rng.uniform(1.0, 4.0) * harsh),
        blur_px=float(rng.uniform(0.0, 0.6) * harsh),
    )


def _choice(colours: tuple[Colour, ...], rng: np.random.Generator) -> Colour:
    return colours[int(rng.integers(len(colours)))]
