"""Reading back what goes to a terminal: kitty's commands and placeholders, sixels."""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

_COMMAND: Final = re.compile(rb"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")
_PLACEHOLDERS: Final = re.compile("\x1b\\[38;5;([0-9]+)m((?:\U0010eeee[^\x00-\x7f]{2})+)")
_SIXEL: Final = re.compile(r'\x1bP0;1q"1;1;([0-9]+);([0-9]+)([^\x1b]*)\x1b\\')
_SIXEL_WORD: Final = re.compile(r"#([0-9]+);2;([0-9]+);([0-9]+);([0-9]+)|#([0-9]+)|!([0-9]+)([?-~])|([?-~])|([$-])")


@dataclass(frozen=True)
class Upload:
    """A picture that was given to the terminal."""

    number: int
    columns: int
    rows: int
    picture: Image.Image


def uploads_in(written: bytes) -> Iterator[Upload]:
    """Every picture that was given, its pieces put together."""
    head: dict[str, str] = {}
    data = b""
    for fields, piece in _COMMAND.findall(written):
        named = dict(part.split("=") for part in fields.decode().split(","))
        if named.get("a") in ("d", "q"):
            continue
        head = named if "a" in named else head
        data = piece if "a" in named else data + piece
        assert len(piece) <= 4096
        if named["m"] == "0":
            assert (head["a"], head["U"], head["q"], head["f"]) == ("T", "1", "2", "100")
            yield Upload(int(head["i"]), int(head["c"]), int(head["r"]), Image.open(BytesIO(b64decode(data))))


def deletions_in(written: bytes) -> list[int]:
    """The numbers of the pictures that the terminal was told to forget with their data."""
    fields = (dict(part.split("=") for part in head.decode().split(",")) for head, _ in _COMMAND.findall(written))
    return [int(one["i"]) for one in fields if one.get("a") == "d" and one["d"] == "I"]


def placeholders_in(written: bytes) -> list[tuple[int, int]]:
    """Number and cells of every run of placeholders."""
    text = written.decode(errors="replace")
    return [(int(number), cells.count("\U0010eeee")) for number, cells in _PLACEHOLDERS.findall(text)]


def sixels_in(text: str) -> list[Image.Image]:
    """Every image of sixels, as a terminal would paint it on black."""
    return [_painted(int(width), int(height), body) for width, height, body in _SIXEL.findall(text)]


def _painted(width: int, height: int, body: str) -> Image.Image:
    image = Image.new("RGB", (width, height))
    registers: dict[int, tuple[int, int, int]] = {}
    colour = x = top = 0
    for word in _SIXEL_WORD.finditer(body):
        register, red, green, blue, chosen, count, repeated, single, control = word.groups()
        if register:
            registers[int(register)] = (round(int(red) * 2.55), round(int(green) * 2.55), round(int(blue) * 2.55))
        elif chosen:
            colour = int(chosen)
        elif control:
            x, top = 0, top + (6 if control == "-" else 0)
        else:
            bits = ord(repeated or single) - 63
            rows = [top + bit for bit in range(6) if bits >> bit & 1]
            after = x + int(count or 1)
            for place in ((column, row) for column in range(x, after) for row in rows):
                image.putpixel(place, registers[colour])
            x = after
    return image
