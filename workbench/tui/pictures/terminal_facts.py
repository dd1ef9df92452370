"""What is known of the terminal before the workbench opens in it, and which pictures follow from that."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workbench.tui.pictures.terminal_replies import Answers

AUTO: Final = "auto"
_DRAWS_PLACEHOLDERS: Final = ("kitty", "ghostty")
"""Others (WezTerm, Konsole) answer kitty's question with OK and then draw nothing where a placeholder stands."""
_OVERRIDE: Final = "choose with --pictures"


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


def facts_from(answers: Answers, environment: Mapping[str, str], choice: str, rtt_ms: float) -> TerminalFacts:
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


def tell_textual(facts: TerminalFacts, environment: MutableMapping[str, str]) -> None:
    """Set what Textual reads when it is imported: sshd and tmux do not pass COLORTERM on. What is set already stays."""
    if facts.truecolor:
        environment.setdefault("COLORTERM", "truecolor")
        environment.setdefault("TEXTUAL_COLOR_SYSTEM", "truecolor")


def _chosen(answers: Answers, environment: Mapping[str, str], multiplexer: Multiplexer) -> tuple[PictureProtocol, str]:
    if multiplexer is not Multiplexer.NONE:
        return PictureProtocol.HALF_BLOCKS, f"{multiplexer} does not pass pictures on; {_OVERRIDE}"
    if answers.kitty_graphics and _draws_placeholders(answers, environment):
        return PictureProtocol.KITTY, "the terminal names itself and takes kitty's pictures"
    if answers.sixel:
        return PictureProtocol.HALF_BLOCKS, f"right in every terminal; this one has sixel too: {_OVERRIDE}"
    return PictureProtocol.HALF_BLOCKS, "right in every terminal"


def _draws_placeholders(answers: Answers, environment: Mapping[str, str]) -> bool:
    names = answers.name.casefold(), environment.get("TERM", "").removeprefix("xterm-")
    return any(name.startswith(known) for name in names for known in _DRAWS_PLACEHOLDERS)


def _claims_truecolor(environment: Mapping[str, str]) -> bool:
    return environment.get("COLORTERM", "").strip().casefold() in ("truecolor", "24bit")
