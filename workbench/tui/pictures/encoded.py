"""Pictures made ready for a terminal: in cells, to be kept by the terminal, or in sixels.

An encoder turns the bytes of a picture file into one of these, in the thread of the loader. Pillow is loaded there.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from textual.strip import Strip

from workbench.tui.pictures.terminal_facts import PictureProtocol, TerminalFacts

_USUAL_CELL_PX: Final = (10, 20)
"""Width and height where the terminal does not tell; in nearly all fonts a cell is twice as high as wide."""
_SEGMENT_BYTES: Final = 200
"""Of memory, for one run of cells of one style."""


class PictureForm(StrEnum):
    """What a picture is made into."""

    HALF_BLOCKS = "half-blocks"
    SHADES = "shades"
    """In place of half blocks where there are no colours."""
    KITTY = "kitty"
    SIXEL = "sixel"
    WORDS = "words"

    @classmethod
    def fitting(cls, facts: TerminalFacts, *, colours: bool) -> "PictureForm":
        """The form for a terminal; without colours, shades take the place of half blocks."""
        if facts.protocol is PictureProtocol.HALF_BLOCKS and not colours:
            return cls.SHADES
        return cls(facts.protocol)


@dataclass(frozen=True, slots=True)
class Box:
    """The space that a picture may fill."""

    width: int
    """In cells; so is the height."""
    height: int
    cell_px: tuple[int, int] = _USUAL_CELL_PX
    """Width and height of a cell in pixels."""

    @classmethod
    def of(cls, width: int, height: int, facts: TerminalFacts) -> "Box":
        """A space in a terminal."""
        return cls(width, height, facts.cell_px or _USUAL_CELL_PX)


class Encoded(Protocol):
    """A picture that the pane can show."""

    @property
    def columns(self) -> int:
        """Its width in cells."""

    @property
    def rows(self) -> int:
        """Its height in cells."""

    @property
    def kept_bytes(self) -> int:
        """About how much memory it takes."""


@dataclass(frozen=True, slots=True)
class CellPicture:
    """A picture of characters."""

    lines: tuple[Strip, ...]
    is_plain: bool = False
    """Whether it has no colours of its own and takes those of the place where it is shown."""

    @property
    def columns(self) -> int:
        """Its width in cells."""
        return self.lines[0].cell_length if self.lines else 0

    @property
    def rows(self) -> int:
        """Its height in cells."""
        return len(self.lines)

    @property
    def kept_bytes(self) -> int:
        """About how much memory it takes."""
        return sum(map(len, self.lines)) * _SEGMENT_BYTES


@dataclass(frozen=True, slots=True)
class KittyPicture:
    """A picture that the terminal keeps and shows where its placeholders are (kitty's protocol)."""

    columns: int
    rows: int
    png: str
    """The file in base64."""

    @property
    def kept_bytes(self) -> int:
        """About how much memory it takes."""
        return len(self.png)


@dataclass(frozen=True, slots=True)
class SixelPicture:
    """A picture of sixels, one image for each row of cells, so that a row can be drawn again without the others."""

    columns: int
    bands: tuple[str, ...]
    """The images from the top; each begins where the cursor stands."""

    @property
    def rows(self) -> int:
        """Its height in cells."""
        return len(self.bands)

    @property
    def kept_bytes(self) -> int:
        """About how much memory it takes."""
        return sum(map(len, self.bands))
