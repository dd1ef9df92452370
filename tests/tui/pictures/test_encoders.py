from collections.abc import Callable
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tests.tui.pictures.opened_run import busy_picture
from tests.tui.pictures.reading import deletions_in, sixels_in, uploads_in
from workbench.tui.pictures.encoded import Box, CellPicture, KittyPicture, PictureForm
from workbench.tui.pictures.encoders import encode_half_blocks, encode_kitty, fitted, reduced
from workbench.tui.pictures.frame_loader import ByteCache, encoder_of
from workbench.tui.pictures.kitty import placeholders, through_tmux
from workbench.tui.pictures.sixel import encode_sixel
from workbench.tui.pictures.terminal_display import MOST_KEPT, TerminalDisplay
from workbench.tui.pictures.terminal_facts import Multiplexer, PictureProtocol, TerminalFacts

BOX = Box(20, 9, (10, 20))
KITTY = TerminalFacts(protocol=PictureProtocol.KITTY, why="")


def encoded(picture: Image.Image, form: str = "PNG") -> bytes:
    data = BytesIO()
    picture.save(data, form)
    return data.getvalue()


def small(number: int) -> KittyPicture:
    return KittyPicture(1, 1, f"picture {number}")


def connected(facts: TerminalFacts = KITTY, queued: Callable[[], int] = lambda: 0) -> tuple[TerminalDisplay, list[str]]:
    terminal, written = TerminalDisplay(facts, clock=lambda: 100.0), list[str]()
    terminal.connect(written.append, queued)
    return terminal, written


@pytest.mark.parametrize("size", [(640, 480), (48, 48), (200, 31)])
def test_sixels_hold_exactly_the_reduced_picture(size: tuple[int, int]) -> None:
    data = encoded(busy_picture(1).resize(size))
    drawn = encode_sixel(data, BOX)
    rows = sixels_in("".join(drawn.bands))
    wanted = reduced(fitted(data, 200, 180), 64).convert("RGB")
    assert [row.height for row in rows[:-1]] == [20] * (len(rows) - 1)
    assert (rows[0].width, sum(row.height for row in rows)) == wanted.size
    assert (drawn.columns, drawn.rows) == (-(-wanted.width // 10), -(-wanted.height // 20))
    painted = np.vstack([np.asarray(row, dtype=int) for row in rows])
    assert np.abs(painted - np.asarray(wanted, dtype=int)).max() <= 3  # registers are told in per cent


def test_kittys_picture_is_half_as_large_and_has_at_most_sixty_four_colours() -> None:
    terminal, written = connected()
    picture = encode_kitty(encoded(busy_picture(1), "JPEG"), BOX)
    number = terminal.number_of(picture)
    assert terminal.number_of(picture) == number
    assert len(written) == 1  # one write, so one place in Textual's queue
    (upload,) = uploads_in(written[0].encode())
    assert (upload.number, upload.columns, upload.rows) == (number, picture.columns, picture.rows)
    assert upload.picture.size == (100, 75)
    assert len(upload.picture.getcolors() or ()) <= 64


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


def test_a_part_of_kittys_picture_still_says_which_part_it_is() -> None:
    (line, *_) = placeholders(17, 60, 20)
    left, right = line.divide([25, 60])
    assert (left.cell_length, right.cell_length) == (25, 35)
    assert line.text == left.text + right.text
    assert right.text.startswith("\U0010eeee")


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


@pytest.mark.parametrize("picture", [
    busy_picture(3),
    Image.effect_noise((640, 480), 100).convert("RGB"),
    Image.merge("RGB", [Image.effect_noise((640, 480), 100) for _ in "rgb"]),
], ids=["face", "grey noise", "noise"])  # fmt: skip
@pytest.mark.parametrize("box", [Box(60, 23), Box(60, 30), Box(150, 50)])
def test_half_blocks_never_take_more_than_their_bytes(picture: Image.Image, box: Box) -> None:
    drawn = encode_half_blocks(encoded(picture), box)
    written = sum(len(segment.style.render(segment.text)) if segment.style else 0 for line in drawn.lines
                  for segment in line)  # fmt: skip
    assert 0 < written <= 50_000
    assert (drawn.columns, drawn.rows) == (round(min(box.width, box.height * 8 / 3)), drawn.rows)


@pytest.mark.parametrize("form", [form for form in PictureForm if form is not PictureForm.WORDS])
def test_every_form_fits_its_space_and_knows_what_it_weighs(form: PictureForm) -> None:
    drawn = encoder_of(form)(encoded(busy_picture(2)), BOX)
    assert drawn.columns <= BOX.width
    assert drawn.rows <= BOX.height
    assert drawn.kept_bytes > 0


def test_the_form_follows_the_terminal_and_its_colours() -> None:
    blocks = TerminalFacts(protocol=PictureProtocol.HALF_BLOCKS, why="")
    assert PictureForm.fitting(blocks, colours=True) is PictureForm.HALF_BLOCKS
    assert PictureForm.fitting(blocks, colours=False) is PictureForm.SHADES
    assert PictureForm.fitting(KITTY, colours=False) is PictureForm.KITTY


def test_the_memory_goes_by_bytes() -> None:
    memory: ByteCache[int, bytes] = ByteCache(10, len)
    memory.keep(1, b"1234")
    memory.keep(2, b"1234")
    assert memory.recall(1) == b"1234"
    memory.keep(3, b"1234")
    assert (memory.recall(2), memory.recall(1), len(memory)) == (None, b"1234", 2)
    memory.keep(1, b"1")
    memory.keep(4, b"12345")
    assert len(memory) == 3
    memory.keep(5, b"x" * 100)
    assert (memory.recall(5), len(memory)) == (b"x" * 100, 1)


def test_shades_take_the_colours_of_their_place() -> None:
    drawn = encoder_of(PictureForm.SHADES)(encoded(busy_picture(2)), BOX)
    assert isinstance(drawn, CellPicture)
    assert drawn.is_plain


def test_a_small_white_place_stays_white_before_a_large_background() -> None:
    picture = busy_picture(2).resize((60, 46))
    picture.paste((255, 255, 255), (20, 20, 23, 22))  # six pixels of 2,760: the white of an eye
    after = reduced(picture, 64).convert("RGB").getpixel((21, 21))
    assert isinstance(after, tuple)
    assert min(after) > 225
