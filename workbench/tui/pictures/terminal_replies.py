"""What is asked of a terminal, and what its answers say. Nothing here reads or writes.

Sources: xterm's "Control Sequences" (DA1, XTVERSION, `16t`, DECRQM, DECRQSS, XTGETTCAP) and kitty's "Terminal graphics
protocol". Every terminal answers DA1, in order, so what has not been answered before it never will be.
"""

import re
from dataclasses import dataclass
from typing import Final

from workbench.domain.visible import visible

_KITTY_ID: Final = 31
_NAME: Final = b"\x1b[>0q"
_CELL_SIZE: Final = b"\x1b[16t"
_SYNC_OUTPUT: Final = b"\x1b[?2026$p"
_DEVICE: Final = b"\x1b[c"
_KITTY: Final = b"\x1b_Gi=%d,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\" % _KITTY_ID
_COLOUR_HELD: Final = b"\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[0m"
"""Set a background that only true colour can hold, and ask what is set (DECRQSS)."""
_COLOUR_CLAIMED: Final = b"\x1bP+q524742\x1b\\"
"""The terminfo capability `RGB`, in hexadecimal (XTGETTCAP)."""

_WIPE: Final = b"\r\x1b[K"
"""Of a line on which a poor terminal has printed what it does not know."""

EVERYTHING: Final = _KITTY + _NAME + _CELL_SIZE + _SYNC_OUTPUT + _COLOUR_HELD + _COLOUR_CLAIMED + _WIPE + _DEVICE
WITHIN_A_MULTIPLEXER: Final = _NAME + _CELL_SIZE + _DEVICE
"""tmux takes a question in kitty's form for a window's title, and screen prints what it does not know."""

_DEVICE_ANSWER: Final = re.compile(rb"\x1b\[\?([0-9;]*)c")
_NAME_ANSWER: Final = re.compile(rb"\x1bP>\|([^\x1b\x07]{1,200})(?:\x1b\\|\x07)")
_CELL_ANSWER: Final = re.compile(rb"\x1b\[6;([0-9]{1,4});([0-9]{1,4})t")
_SYNC_ANSWER: Final = re.compile(rb"\x1b\[\?2026;([0-9])\$y")
_HELD_ANSWER: Final = re.compile(rb"\x1bP1\$r([0-9:;]*)m\x1b\\")
_HELD_TRUE: Final = re.compile(rb"48[:;]2(?:[:;][0-9]*)?[:;]1[:;]2[:;]3")
_CLAIMED_ANSWER: Final = re.compile(rb"\x1bP1\+r524742", re.IGNORECASE)
_KITTY_ANSWER: Final = re.compile(rb"\x1b_Gi=%d;OK\x1b\\" % _KITTY_ID)
_NAME_AND_VERSION: Final = re.compile(r"([A-Za-z][A-Za-z0-9_. -]{0,30}?)[ (]+v?([0-9][A-Za-z0-9.+_-]{0,30})\)?")
_SIXEL_ATTRIBUTE: Final = b"4"
_MOST_CELL_PX: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a terminal said of itself. It is from outside: a number out of range is no answer."""

    name: str = ""
    version: str = ""
    kitty_graphics: bool = False
    """Whether it takes kitty's pictures; whether it also draws their placeholders is another matter."""
    sixel: bool = False
    cell_px: tuple[int, int] | None = None
    """Width and height of a cell in pixels."""
    sync_output: bool = False
    """Whether it holds a frame back until it is complete (mode 2026)."""
    truecolor: bool = False


def is_complete(data: bytes) -> bool:
    """Whether the last question has been answered."""
    return _DEVICE_ANSWER.search(data) is not None


def read_answers(data: bytes) -> Answers:
    """The answers among what arrived. Keys that were pressed meanwhile, and anything else, are passed over."""
    name, version = _name_and_version(_NAME_ANSWER.search(data))
    device, sync = _DEVICE_ANSWER.search(data), _SYNC_ANSWER.search(data)
    held = _HELD_ANSWER.search(data)
    return Answers(
        name=name,
        version=version,
        kitty_graphics=_KITTY_ANSWER.search(data) is not None,
        sixel=device is not None and _SIXEL_ATTRIBUTE in device[1].split(b";")[1:],
        cell_px=_cell_size(_CELL_ANSWER.search(data)),
        sync_output=sync is not None and sync[1] in (b"1", b"2"),
        truecolor=bool(held and _HELD_TRUE.search(held[1])) or _CLAIMED_ANSWER.search(data) is not None,
    )


def _name_and_version(found: re.Match[bytes] | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    said = visible(found[1].decode("utf-8", "replace"), longest=60)
    parts = _NAME_AND_VERSION.match(said)
    return (parts[1].strip(), parts[2]) if parts else (said, "")


def _cell_size(found: re.Match[bytes] | None) -> tuple[int, int] | None:
    if found is None:
        return None
    height, width = int(found[1]), int(found[2])
    return (width, height) if 1 <= width <= _MOST_CELL_PX and 1 <= height <= _MOST_CELL_PX else None
