from io import BytesIO

import pytest
from PIL import Image, ImageChops

from workbench.domain.datasets.samples import Frame
from workbench.embedded import probe_pictures
from workbench.embedded.model import rank


def opened(frame: Frame) -> Image.Image:
    image = Image.open(BytesIO(frame.data))
    assert (image.size, image.format, frame.mime) == ((frame.width_px, frame.height_px), "JPEG", "image/jpeg")
    return image.convert("RGB")


@pytest.mark.parametrize("colour", probe_pictures.COLOURS)
def test_a_square_is_its_colour_and_no_other(colour: str) -> None:
    pixel = opened(probe_pictures.square(colour)).getpixel((32, 32))
    assert isinstance(pixel, tuple)
    distances = {
        name: sum(abs(a - b) for a, b in zip(pixel, rgb, strict=True)) for name, rgb in probe_pictures.COLOURS.items()
    }
    assert min(distances, key=lambda name: distances[name]) == colour
    assert distances[colour] < 12


@pytest.mark.parametrize("emotion", ["happy", "sad"])
def test_a_face_shows_its_emotion_to_the_embedded_model(emotion: str) -> None:
    assert rank(("happy", "sad"), (opened(probe_pictures.face(emotion)),), "")[0] == emotion


def differing(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that are clearly not the same."""
    levels = ImageChops.difference(one, other).convert("L").histogram()
    return sum(levels[32:]) / sum(levels)


def test_two_faces_are_one_person_with_two_expressions() -> None:
    happy, sad = opened(probe_pictures.face("happy")), opened(probe_pictures.face("sad"))
    hair, mouth = (0, 0, 192, 50), (60, 110, 132, 165)
    assert differing(happy.crop(hair), sad.crop(hair)) < 0.01
    assert differing(happy.crop(mouth), sad.crop(mouth)) > 0.1


def test_drawings_are_the_same_every_time_and_cost_little() -> None:
    assert probe_pictures.face("happy").data == probe_pictures.face("happy").data
    assert len(probe_pictures.square("red").data) < 1_000
    assert len(probe_pictures.face("sad").data) < 12_000
