"""An expression over the frames of a clip: how it rises and falls, and how the head moves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import pi, sin

from PIL import Image

from workbench.embedded.action_units import ActionUnits
from workbench.embedded.faces import draw_face
from workbench.embedded.looks import Look, Pose


@dataclass(frozen=True, slots=True)
class Scene:
    """One expression of one person, to be shown over several frames."""

    units: ActionUnits
    """The expression at its apex."""
    look: Look
    sway: float = 0.0
    """How much the head moves; 1 is a lot."""
    speech: float = 0.0
    """How far the mouth opens and closes in speaking."""


def frames(scene: Scene, course: Sequence[float], width_px: int, height_px: int) -> Iterator[Image.Image]:
    """One picture for each entry of `course`, the strength of the expression in that frame (0..1)."""
    for place, strength in enumerate(course):
        phase = 2 * pi * place / max(1, len(course) - 1)
        look = replace(scene.look, pose=_swayed(scene.look.pose, scene.sway, phase))
        units = scene.units.scaled(strength).plus(_speaking(scene.speech, place))
        yield draw_face(units, look, width_px, height_px, grain=place)


def micro_course(onset: int, apex: int, offset: int) -> list[float]:
    """The strength from onset to offset, one entry a frame: 0 at onset and offset, 1 at the apex."""
    rise, fall = max(1, apex - onset), max(1, offset - apex)
    return [1.0 - (apex - n) / rise if n <= apex else 1.0 - (n - apex) / fall for n in range(onset, offset + 1)]


def macro_course(count: int) -> list[float]:
    """The strength of an acted expression in `count` frames: 0.55 at both ends, 1 in the middle."""
    return [0.55 + 0.45 * sin(pi * place / max(1, count - 1)) for place in range(count)]


def _swayed(pose: Pose, sway: float, phase: float) -> Pose:
    return replace(
        pose,
        yaw=pose.yaw + 0.15 * sway * sin(phase),
        pitch=pose.pitch + 0.12 * sway * sin(2 * phase + 1.0),
        shift_x=pose.shift_x + 0.015 * sway * sin(phase + 0.5),
    )


def _speaking(speech: float, place: int) -> ActionUnits:
    """The mouth of a speaker, which opens and closes irregularly."""
    opened = speech * max(0.0, 0.5 + 0.5 * sin(1.9 * place) + 0.3 * sin(0.7 * place))
    return ActionUnits(au25=min(1.0, opened), au26=0.35 * opened)
