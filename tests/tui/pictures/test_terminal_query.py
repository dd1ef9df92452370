import os
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping

import pytest

from tests.tui.pictures.fake_terminal import KITTY, KITTY_OK, TMUX, WEZTERM, XTERM, FakeTerminal, Kind
from tests.waiting import PATIENCE_S
from workbench.tui.pictures.terminal_facts import (
    EVERYTHING,
    WITHIN_A_MULTIPLEXER,
    Multiplexer,
    PictureProtocol,
    TerminalFacts,
    read_answers,
    tell_textual,
)
from workbench.tui.pictures.terminal_query import ask_terminal

XTERM_256: Mapping[str, str] = {"TERM": "xterm-256color"}


def asked(terminal: FakeTerminal, environment: Mapping[str, str] = XTERM_256, **more: float) -> TerminalFacts:
    return ask_terminal("auto", environment, stdin=terminal.slave, stdout=terminal.slave, **more)


@pytest.mark.parametrize("delay_ms", [0, 80, 120, 300, 600])
@pytest.mark.parametrize("kind", [KITTY, XTERM, WEZTERM], ids=["kitty", "xterm", "wezterm"])
def test_a_late_answer_is_understood_and_nothing_of_it_is_left_for_the_application(kind: Kind, delay_ms: int) -> None:
    with FakeTerminal(kind.answer, delay_ms) as terminal:
        facts = asked(terminal)
        assert facts.protocol == kind.protocol
        assert facts.rtt_ms is not None
        assert facts.rtt_ms >= delay_ms
        assert terminal.unread() == b""
        assert terminal.asked == EVERYTHING  # once, and nothing after it


def test_without_an_answer_nothing_is_known_and_pictures_are_words() -> None:
    with FakeTerminal(b"", None) as terminal:
        facts = asked(terminal, patience_s=0.05)
        assert (facts.protocol, facts.rtt_ms, facts.cell_px) == (PictureProtocol.WORDS, None, None)
        assert facts.why == "no answer within 0.05 s"
        assert terminal.unread() == b""


def test_an_answer_after_the_end_of_patience_is_still_taken_off_the_line() -> None:
    with FakeTerminal(KITTY.answer, 150) as terminal:
        assert asked(terminal, patience_s=0.05).protocol is PictureProtocol.WORDS
        assert terminal.unread() == b""


def test_an_answer_in_pieces_is_read_to_its_end() -> None:
    with FakeTerminal(b"", 0) as terminal:

        def answer_slowly() -> None:
            terminal.answered.wait(PATIENCE_S)
            for byte in XTERM.answer:
                os.write(terminal.master, bytes([byte]))

        typing = threading.Thread(target=answer_slowly)
        typing.start()
        facts = asked(terminal)
        typing.join()
        assert (facts.name, facts.version, facts.cell_px) == ("XTerm", "390", (8, 16))
        assert terminal.unread() == b""


def test_the_terminal_is_left_as_it_was() -> None:
    with FakeTerminal(KITTY.answer, 0) as terminal:
        before = termios.tcgetattr(terminal.slave)
        asked(terminal)
        assert termios.tcgetattr(terminal.slave) == before


def test_within_tmux_only_questions_are_asked_that_it_does_not_take_for_a_title() -> None:
    with FakeTerminal(TMUX.answer, 0) as terminal:
        facts = asked(terminal, {"TERM": "screen-256color", "TMUX": "/tmp/x,1,0"})
        assert terminal.asked == WITHIN_A_MULTIPLEXER
        assert (facts.protocol, facts.in_tmux, facts.truecolor) == (PictureProtocol.HALF_BLOCKS, True, True)


def test_tmux_at_the_other_end_of_a_line_is_known_by_its_answer() -> None:
    with FakeTerminal(TMUX.answer, 0) as terminal:
        assert asked(terminal, {"TERM": "screen-256color"}).multiplexer is Multiplexer.TMUX


@pytest.mark.parametrize(("term", "protocol"), [("dumb", "words"), ("", "words"), ("linux", "half-blocks")])
def test_a_terminal_that_would_print_the_question_is_not_asked(term: str, protocol: str) -> None:
    with FakeTerminal(b"", 0) as terminal:
        facts = asked(terminal, {"TERM": term})
        os.write(terminal.slave, b"\x1b[c")  # what the fake terminal waits for
        assert terminal.answered.wait(PATIENCE_S)
        assert terminal.asked == b"\x1b[c"
        assert facts.protocol == protocol


def test_what_is_no_terminal_is_not_asked(tmp_path: object) -> None:
    reading, writing = os.pipe()
    try:
        facts = ask_terminal("auto", XTERM_256, stdin=reading, stdout=writing)
    finally:
        os.close(writing)
        assert os.read(reading, 10) == b""
        os.close(reading)
    assert (facts.protocol, facts.why) == (PictureProtocol.WORDS, "no terminal")


def test_a_choice_wins_over_what_the_terminal_says() -> None:
    with FakeTerminal(WEZTERM.answer, 0) as terminal:
        facts = ask_terminal("sixel", XTERM_256, stdin=terminal.slave, stdout=terminal.slave)
    assert (facts.protocol, facts.why, facts.cell_px) == (PictureProtocol.SIXEL, "chosen", (9, 18))


def test_keys_and_rubbish_among_the_answers_are_passed_over() -> None:
    answers = read_answers(b"jj\x1b[A\x1b[6;99999;0t" + KITTY_OK + b"\x1bP>|kitty(0.1)\x1b\\q\x1b[6;0;7t\xff\x1b[?62;c")
    assert (answers.kitty_graphics, answers.name, answers.cell_px, answers.sixel) == (True, "kitty", None, False)


def test_a_hostile_name_is_made_harmless() -> None:
    answers = read_answers(b"\x1bP>|\xe2\x80\xaeevil\x9b31m" + b"x" * 100 + b"\x1b\\\x1b[?1c")
    assert answers.name.isprintable()
    assert len(answers.name) < 100


def test_true_colour_is_told_to_textual_and_a_users_own_choice_stays() -> None:
    facts = TerminalFacts(protocol=PictureProtocol.HALF_BLOCKS, why="", truecolor=True)
    environment = {"TEXTUAL_COLOR_SYSTEM": "256"}
    tell_textual(facts, environment)
    assert environment == {"TEXTUAL_COLOR_SYSTEM": "256", "COLORTERM": "truecolor"}
    unknown: dict[str, str] = {}
    tell_textual(TerminalFacts(protocol=PictureProtocol.WORDS, why=""), unknown)
    assert unknown == {"TEXTUAL_COLOR_SYSTEM": "standard"}


def test_the_question_needs_no_library() -> None:
    code = (
        "import sys, workbench.tui.pictures.terminal_query\n"
        "print([name for name in ('textual', 'rich', 'PIL', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("environment", "system"),
    [
        ({"TERM": "screen-256color", "STY": "1.pts", "COLORTERM": "truecolor"}, "256"),
        ({"TERM": "screen", "STY": "1.pts"}, "standard"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, "standard"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
    ],
)
def test_colours_are_those_of_the_terminal_and_not_of_one_around_it(environment: dict[str, str], system: str) -> None:
    with FakeTerminal(b"\x1b[?1;2c", 0) as terminal:
        facts = asked(terminal, environment)
        os.write(terminal.slave, b"\x1b[c")  # what the fake terminal waits for
    told = dict(environment)
    tell_textual(facts, told)
    assert told["TEXTUAL_COLOR_SYSTEM"] == system


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        (b"kitty(0.26.5)", "half-blocks"),
        (b"kitty(0.27.1)", "half-blocks"),
        (b"kitty 0.9", "half-blocks"),
        (b"kitty(0.28.0)", "kitty"),
        (b"kitty(0.35.2)", "kitty"),
        (b"kitty(1.0)", "kitty"),
        (b"ghostty 1.0.1", "kitty"),
    ],
)
def test_kitty_before_placeholders_gets_half_blocks_and_the_reason_says_so(name: bytes, protocol: str) -> None:
    with FakeTerminal(KITTY_OK + b"\x1bP>|" + name + b"\x1b\\\x1b[?62;c", 0) as terminal:
        facts = asked(terminal, {"TERM": "xterm-kitty"})
    assert facts.protocol == protocol
    assert ("older than 0.28" in facts.why) == (protocol == "half-blocks")
    assert facts.truecolor
