"""Drawings show what they are told to show, and the same again for the same seed."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageChops

from workbench.embedded import seeds
from workbench.embedded.action_units import FACE_EMOTIONS, NEUTRAL, ActionUnits, perform
from workbench.embedded.faces import draw_face
from workbench.embedded.looks import HAIRCUTS, Light, Look, Pose, any_person
from workbench.embedded.paintings import PAINTING_EMOTIONS, paint

STILL = Look(any_person(seeds.generator(3)), Pose(), Light(noise_levels=0.0))


def test_the_same_face_is_drawn_byte_for_byte(portrait: Callable[[str, int], Image.Image]) -> None:
    assert portrait("fearful", 12).tobytes() == portrait("fearful", 12).tobytes()
    assert portrait("fearful", 12).tobytes() != portrait("fearful", 13).tobytes()


@pytest.mark.parametrize("unit", ActionUnits.__slots__)
def test_every_action_unit_moves_the_face_and_only_its_part(unit: str) -> None:
    rest = draw_face(NEUTRAL, STILL, 100, 100)
    moved = draw_face(ActionUnits(**{unit: 1.0}), STILL, 100, 100)
    box = ImageChops.difference(rest, moved).getbbox()
    assert box is not None
    if unit in ("au1", "au2", "au5"):
        assert box[3] < 55
    if unit in ("au12", "au14", "au15", "au17", "au20", "au24", "au25", "au26"):
        assert box[1] > 50


def test_haircuts_differ() -> None:
    drawn = set()
    for seed in range(60):
        person = any_person(seeds.generator(seed))
        drawn.add(person.haircut)
    assert drawn == set(HAIRCUTS)


def test_the_grain_of_two_frames_differs_but_the_face_does_not() -> None:
    look = Look(STILL.person, Pose(), Light(noise_levels=3.0))
    first, second = (np.asarray(draw_face(NEUTRAL, look, 64, 64, grain), dtype=float) for grain in (0, 1))
    assert 0 < np.abs(first - second).mean() < 6


@pytest.mark.parametrize("emotion", FACE_EMOTIONS)
def test_a_performance_stays_within_bounds_and_varies(emotion: str) -> None:
    performances = [perform(emotion, 0.8, seeds.generator(seed)) for seed in range(20)]
    assert len(set(performances)) == 20
    assert all(0.0 <= getattr(units, name) <= 0.8 for units in performances for name in ActionUnits.__slots__)


def test_units_are_coded_as_a_coder_writes_them() -> None:
    assert ActionUnits(au4=0.5, au14=0.4, au12=0.1).coded(0.2) == "4+L14"
    assert NEUTRAL.coded(0.1) == ""


@pytest.mark.parametrize("emotion", PAINTING_EMOTIONS)
def test_a_painting_is_painted_byte_for_byte(emotion: str) -> None:
    first, again, other = (paint(emotion, seeds.generator(seed), 64) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() != other.tobytes()
