"""The commands of kitty's graphics protocol, and the placeholders that show a picture.

The terminal is given a picture once, under a number, and shows it where characters of that number stand. So a picture
moves, is covered and comes back like text. Source: kitty's "Terminal graphics protocol", "Unicode placeholders".
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workbench.tui.pictures.encoded import KittyPicture

_CHUNK: Final = 4096
"""The most base64 that one command may carry."""
_PLACEHOLDER: Final = "\U0010eeee"
_MARK_RANGES: Final = (
    "0305 030D-030E 0310 0312 033D-033F 0346 034A-034C 0350-0352 0357 035B 0363-036F 0483-0487 0592-0595 0597-0599 "
    "059C-05A1 05A8-05A9 05AB-05AC 05AF 05C4 0610-0617 0657-065B 065D-065E 06D6-06DC 06DF-06E2 06E4 06E7-06E8 "
    "06EB-06EC 0730 0732-0733 0735-0736 073A 073D 073F-0741 0743 0745 0747 0749-074A 07EB-07F1 07F3 0816-0819 "
    "081B-0823 0825-0827 0829-082D 0951 0953-0954 0F82-0F83 0F86-0F87 135D-135F 17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73"
)
"""Combining marks that count rows and columns from 0: the protocol's table (Unicode 6.0, marks above of class 230
without a decomposition), as far as anybody's window is wide."""
_MARKS: Final = "".join(
    chr(code)
    for first, _, last in (part.partition("-") for part in _MARK_RANGES.split())
    for code in range(int(first, 16), int(last or first, 16) + 1)
)
MOST_CELLS: Final = len(_MARKS)
"""The most columns or rows that a picture can have."""


def upload(picture: KittyPicture, number: int) -> Iterator[str]:
    """The commands that give the terminal a picture and make it ready for placeholders. No answer is wanted (`q=2`)."""
    head = f"a=T,U=1,q=2,f=100,t=d,i={number},c={picture.columns},r={picture.rows},"
    for start in range(0, len(picture.png), _CHUNK):
        more = int(start + _CHUNK < len(picture.png))
        yield f"\x1b_G{head}m={more};{picture.png[start : start + _CHUNK]}\x1b\\"
        head = "q=2,"


def deletion(number: int) -> str:
    """The command that makes the terminal forget a picture and its data (`d=I`; `d=i` would keep them)."""
    return f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\"


def through_tmux(command: str) -> str:
    """A command wrapped so that tmux passes it on, where its option `allow-passthrough` is on."""
    return "\x1bPtmux;" + command.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def placeholders(number: int, columns: int, rows: int) -> tuple[Strip, ...]:
    """The cells in which a picture shows.

    The number is a colour of the palette, which is written alike with 256 colours and with all of them. Every cell
    names its row and column, so that a part of the picture is right when its left neighbours are covered.
    """
    style = Style(color=Color.from_ansi(number))
    return tuple(Strip([Segment(_row_text(row, columns), style)], columns) for row in range(rows))


@lru_cache(maxsize=512)
def _row_text(row: int, columns: int) -> str:
    return "".join(_PLACEHOLDER + _MARKS[row] + _MARKS[column] for column in range(columns))
