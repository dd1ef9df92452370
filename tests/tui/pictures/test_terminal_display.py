from collections.abc import Callable
from itertools import pairwise

from tests.tui.pictures.reading import deletions_in
from workbench.tui.pictures.encoded import KittyPicture
from workbench.tui.pictures.kitty import through_tmux
from workbench.tui.pictures.terminal_display import MOST_KEPT, TerminalDisplay
from workbench.tui.pictures.terminal_facts import Multiplexer, PictureProtocol, TerminalFacts

KITTY = TerminalFacts(protocol=PictureProtocol.KITTY, why="")


def small(number: int) -> KittyPicture:
    return KittyPicture(1, 1, f"picture {number}")


def connected(facts: TerminalFacts = KITTY, queued: Callable[[], int] = lambda: 0) -> tuple[TerminalDisplay, list[str]]:
    terminal, written = TerminalDisplay(facts, clock=lambda: 100.0), list[str]()
    terminal.connect(written.append, queued)
    return terminal, written


def test_the_terminal_keeps_thirty_two_pictures_and_forgets_the_one_not_shown_for_longest() -> None:
    terminal, written = connected()
    numbers = [terminal.number_of(small(one)) for one in range(MOST_KEPT)]
    terminal.number_of(small(0))
    terminal.number_of(small(99))
    assert deletions_in(written[-1].encode()) == [numbers[1]]
    assert terminal.number_of(small(0)) == numbers[0]
    terminal.close()
    assert len(deletions_in(written[-1].encode())) == MOST_KEPT
    terminal.number_of(small(5))
    terminal.close()
    assert len(written) == MOST_KEPT + 2  # after the end, nothing is written


def test_numbers_are_colours_of_the_palette_and_come_back_late() -> None:
    terminal, _ = connected()
    numbers = [terminal.number_of(small(one)) for one in range(500)]
    assert (min(numbers), max(numbers)) == (16, 255)
    assert all(one != other for one, other in pairwise(numbers))
    assert len(set(numbers[:240])) == 240


def test_after_another_program_had_the_screen_pictures_are_given_again() -> None:
    terminal, written = connected()
    terminal.number_of(small(1))
    terminal.forget()
    terminal.number_of(small(1))
    assert [upload is not None for upload in written] == [True, True]
    assert deletions_in("".join(written).encode()) == []


def test_within_tmux_every_command_is_wrapped() -> None:
    terminal, written = connected(TerminalFacts(protocol=PictureProtocol.KITTY, why="", multiplexer=Multiplexer.TMUX))
    terminal.number_of(small(1))
    assert written[0].startswith("\x1bPtmux;\x1b\x1b_Ga=T,")
    assert written[0].endswith("\x1b\x1b\\\x1b\\")
    assert through_tmux("\x1b_G\x1b\\") == "\x1bPtmux;\x1b\x1b_G\x1b\x1b\\\x1b\\"


def test_the_line_is_busy_while_writes_wait_or_an_answer_is_out() -> None:
    waiting = [0]
    facts = TerminalFacts(protocol=PictureProtocol.HALF_BLOCKS, why="", rtt_ms=3.0)
    terminal, written = connected(facts, lambda: waiting[0])
    assert [terminal.is_busy, terminal.awaits_answer] == [False, False]
    waiting[0] = 4
    assert [terminal.is_busy, terminal.awaits_answer] == [True, False]
    waiting[0] = 0
    terminal.ask_back()
    assert [terminal.is_busy, terminal.awaits_answer, written] == [True, True, ["\x1b[6n"]]
    terminal.answered()
    assert [terminal.is_busy, terminal.awaits_answer] == [False, False]


def test_a_terminal_that_has_never_answered_is_not_asked_back() -> None:
    terminal, written = connected(TerminalFacts(protocol=PictureProtocol.HALF_BLOCKS, why=""))
    terminal.ask_back()
    assert (terminal.is_busy, written) == (False, [])
