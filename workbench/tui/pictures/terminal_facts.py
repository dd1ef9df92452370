"""What is asked of a terminal, what its answers say, and which pictures follow from them. Nothing here reads or writes.

Sources: xterm's "Control Sequences" (DA1, XTVERSION, `16t`, DECRQM, DECRQSS, XTGETTCAP) and kitty's "Terminal graphics
protocol". Every terminal answers DA1, and answers in order, so a question that is still open when DA1 is answered will
never be answered.
"""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workbench.domain.visible import visible

AUTO: Final = "auto"
CONSOLES: Final = frozenset({"linux", "cons25", "vt220"})
"""Values of TERM whose terminals do not know such questions and print some of them; they do draw blocks."""
_DRAWS_PLACEHOLDERS: Final = ("kitty", "ghostty")
"""Others (WezTerm, Konsole) answer kitty's question with OK and then draw nothing where a placeholder stands."""
_OLDEST_KITTY: Final = (0, 28)
"""The first version that draws placeholders; older ones draw boxes. All since then say their name and version."""
_OVERRIDE: Final = "choose with --pictures"

_KITTY_ID: Final = 31
_NAME: Final = b"\x1b[>0q"
_CELL_SIZE: Final = b"\x1b[16t"
_SYNC_OUTPUT: Final = b"\x1b[?2026$p"
_DEVICE: Final = b"\x1b[c"
_KITTY: Final = b"\x1b_Gi=%d,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\" % _KITTY_ID
_COLOUR_HELD: Final = b"\x1b[48:2::1:2:3m\x1bP$qm\x1b\\\x1b[0m"
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
class TerminalAnswers:
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


class PictureProtocol(StrEnum):
    """How a picture gets into the terminal."""

    KITTY = "kitty"
    SIXEL = "sixel"
    HALF_BLOCKS = "half-blocks"
    WORDS = "words"
    """No picture; words say what would be seen."""


class Multiplexer(StrEnum):
    """What stands between us and the terminal, if anything."""

    NONE = ""
    TMUX = "tmux"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalFacts:
    """What the workbench knows of its terminal."""

    protocol: PictureProtocol
    why: str
    """Why this protocol, for people."""
    truecolor: bool | None = None
    """None: unknown, which is for Rich to guess from TERM."""
    cell_px: tuple[int, int] | None = None
    """Width and height of a cell in pixels."""
    name: str = ""
    version: str = ""
    sync_output: bool | None = None
    sixel: bool | None = None
    """Whether the terminal says that it draws sixels."""
    multiplexer: Multiplexer = Multiplexer.NONE
    rtt_ms: float | None = None
    """From the question to the last answer; None: not asked, or no answer."""

    @property
    def in_tmux(self) -> bool:
        """Whether kitty's commands have to be wrapped to get through."""
        return self.multiplexer is Multiplexer.TMUX


NOT_ASKED: Final = TerminalFacts(protocol=PictureProtocol.HALF_BLOCKS, why="not asked")


def multiplexer_in(environment: Mapping[str, str], name: str = "") -> Multiplexer:
    """tmux or screen, by the variables that they set and by the name that was answered.

    `TERM=screen...` alone can be either, reached over SSH; it is taken for screen, the poorer one, until it says so.
    """
    term = environment.get("TERM", "")
    if environment.get("TMUX") or term.startswith("tmux") or name.casefold().startswith("tmux"):
        return Multiplexer.TMUX
    if environment.get("STY") or term.startswith("screen"):
        return Multiplexer.SCREEN
    return Multiplexer.NONE


def facts_without_asking(
    environment: Mapping[str, str], choice: str, why: str, protocol: PictureProtocol = PictureProtocol.WORDS
) -> TerminalFacts:
    """What is known of a terminal that is not asked, or does not answer: nothing but the environment."""
    return TerminalFacts(
        protocol=protocol if choice == AUTO else PictureProtocol(choice),
        why=why if choice == AUTO else "chosen",
        truecolor=_claims_truecolor(environment) or None,
        multiplexer=multiplexer_in(environment),
    )


def facts_from(answers: TerminalAnswers, environment: Mapping[str, str], choice: str, rtt_ms: float) -> TerminalFacts:
    """What follows from the answers, the environment and the user's choice."""
    multiplexer = multiplexer_in(environment, answers.name)
    protocol, why = (
        _chosen(answers, environment, multiplexer) if choice == AUTO else (PictureProtocol(choice), "chosen")
    )
    says_truecolor = answers.truecolor or _draws_placeholders(answers, environment)
    return TerminalFacts(
        protocol=protocol,
        why=why,
        # tmux takes true colour from anybody and brings it down to what its own terminal has.
        truecolor=says_truecolor or multiplexer is Multiplexer.TMUX or _claims_truecolor(environment) or None,
        cell_px=answers.cell_px,
        name=answers.name,
        version=answers.version,
        sync_output=answers.sync_output,
        sixel=answers.sixel,
        multiplexer=multiplexer,
        rtt_ms=rtt_ms,
    )


def has_256_colours(environment: Mapping[str, str]) -> bool:
    """What TERM says where nothing is known of true colour."""
    term = environment.get("TERM", "")
    return "256" in term or "kitty" in term


def tell_textual(facts: TerminalFacts, environment: MutableMapping[str, str]) -> None:
    """Set what Textual reads when it is imported: sshd and tmux do not pass COLORTERM on. What is set already stays."""
    if facts.truecolor:
        environment.setdefault("COLORTERM", "truecolor")
        environment.setdefault("TEXTUAL_COLOR_SYSTEM", "truecolor")
    elif facts is not NOT_ASKED:
        # Not from COLORTERM, which a shell in GNU screen has from the terminal around it.
        environment.setdefault("TEXTUAL_COLOR_SYSTEM", "256" if has_256_colours(environment) else "standard")


def _chosen(
    answers: TerminalAnswers, environment: Mapping[str, str], multiplexer: Multiplexer
) -> tuple[PictureProtocol, str]:
    if multiplexer is not Multiplexer.NONE:
        return PictureProtocol.HALF_BLOCKS, f"{multiplexer} does not pass pictures on; {_OVERRIDE}"
    if answers.kitty_graphics and _is_old_kitty(answers, environment):
        said = " ".join(filter(None, ("kitty", answers.version)))
        oldest = ".".join(map(str, _OLDEST_KITTY))
        return PictureProtocol.HALF_BLOCKS, f"{said} is older than {oldest} and shows boxes in place of pictures"
    if answers.kitty_graphics and _draws_placeholders(answers, environment):
        return PictureProtocol.KITTY, "the terminal names itself and takes kitty's pictures"
    if answers.sixel:
        return PictureProtocol.HALF_BLOCKS, f"right in every terminal; this one has sixel too: {_OVERRIDE}"
    return PictureProtocol.HALF_BLOCKS, "right in every terminal"


def _draws_placeholders(answers: TerminalAnswers, environment: Mapping[str, str]) -> bool:
    names = answers.name.casefold(), environment.get("TERM", "").removeprefix("xterm-")
    return any(name.startswith(known) for name in names for known in _DRAWS_PLACEHOLDERS)


def _is_old_kitty(answers: TerminalAnswers, environment: Mapping[str, str]) -> bool:
    name = answers.name or environment.get("TERM", "").removeprefix("xterm-")
    if not name.casefold().startswith("kitty"):
        return False
    major, minor = (int(number) for number in re.findall("[0-9]+", f"{answers.version}.0.0")[:2])
    return (major, minor) < _OLDEST_KITTY


def _claims_truecolor(environment: Mapping[str, str]) -> bool:
    """By a variable which is inherited also where it does not hold: GNU screen and the console have no true colour."""
    if environment.get("TERM") in CONSOLES or multiplexer_in(environment) is Multiplexer.SCREEN:
        return False
    return environment.get("COLORTERM", "").strip().casefold() in ("truecolor", "24bit")


def is_complete(data: bytes) -> bool:
    """Whether the last question has been answered."""
    return _DEVICE_ANSWER.search(data) is not None


def read_answers(data: bytes) -> TerminalAnswers:
    """The answers among what arrived. Keys that were pressed meanwhile, and anything else, are passed over."""
    name, version = _name_and_version(_NAME_ANSWER.search(data))
    device, sync = _DEVICE_ANSWER.search(data), _SYNC_ANSWER.search(data)
    held = _HELD_ANSWER.search(data)
    return TerminalAnswers(
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
