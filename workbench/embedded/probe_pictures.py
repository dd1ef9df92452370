"""Drawn pictures that show whether a model sees: coloured squares, and a face that smiles or is sad.

They show no real person, so they may be sent to any endpoint, and they are small, so that asking costs little.
"""

from io import BytesIO
from typing import Final

from PIL import Image

from workbench.domain.datasets.samples import Frame
from workbench.embedded import seeds
from workbench.embedded.action_units import PROTOTYPES
from workbench.embedded.faces import draw_face
from workbench.embedded.looks import Light, Look, Pose, any_person

SQUARE_PX: Final = 64
"""Two patches of 32 pixels a side; some servers reject what is smaller than one."""
FACE_PX: Final = 192
COLOURS: Final = {
    "red": (220, 30, 30),
    "green": (30, 150, 50),
    "blue": (30, 60, 220),
    "yellow": (250, 220, 30),
    "orange": (250, 140, 20),
    "purple": (130, 40, 160),
}
_WHO: Final = seeds.PEOPLE[0]


def square(colour: str) -> Frame:
    """A square of one colour of `COLOURS`."""
    return _frame(Image.new("RGB", (SQUARE_PX, SQUARE_PX), COLOURS[colour]))


def face(emotion: str) -> Frame:
    """A face with the expression of `emotion`: always the same person, frontal and well lit."""
    look = Look(any_person(seeds.generator(_WHO)), Pose(), Light())
    return _frame(draw_face(PROTOTYPES[emotion][-1], look, FACE_PX, FACE_PX))


def _frame(image: Image.Image) -> Frame:
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=90)
    return Frame(data=encoded.getvalue(), mime="image/jpeg", width_px=image.width, height_px=image.height, index=0)
