from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.tui.pictures.opened_run import busy_picture
from tests.tui.pictures.reading import sixels_in, uploads_in
from tests.tui.review_run import drawn_frame
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.tui.pictures.encoded import Box, CellPicture, PictureForm
from workbench.tui.pictures.encoders import encode_half_blocks, encode_kitty, encode_shades, fitted, reduced
from workbench.tui.pictures.frame_loader import encoder_of
from workbench.tui.pictures.kitty import placeholders
from workbench.tui.pictures.sixel import encode_sixel
from workbench.tui.pictures.terminal_display import TerminalDisplay
from workbench.tui.pictures.terminal_facts import PictureProtocol, TerminalFacts

BOX = Box(20, 9, (10, 20))
SAMPLE = Sample("s", "happy", "happy", MediaKind.FRAMES, span=ClipSpan(60, 64, 68))
KITTY = TerminalFacts(protocol=PictureProtocol.KITTY, why="")


def encoded(picture: Image.Image, form: str = "PNG") -> bytes:
    data = BytesIO()
    picture.save(data, form)
    return data.getvalue()


def half_white(width: int, height: int) -> bytes:
    """White on the left, black on the right."""
    picture = Image.new("RGB", (width, height), "black")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2 - 1, height), fill="white")
    return encoded(picture)


@pytest.mark.parametrize(("size", "box", "cells"), [
    ((200, 200), (40, 12), (24, 12)),
    ((640, 480), (60, 30), (60, 23)),
    ((100, 400), (60, 10), (5, 10)),
    ((8, 8), (40, 20), (40, 20)),
    ((400, 1), (30, 10), (30, 1)),
])  # fmt: skip
def test_proportions_are_kept_and_the_box_is_never_left(
    size: tuple[int, int], box: tuple[int, int], cells: tuple[int, int]
) -> None:
    lines = encode_half_blocks(half_white(*size), Box(*box)).lines
    assert (lines[0].cell_length, len(lines)) == cells


def test_a_picture_has_at_most_sixty_four_colours() -> None:
    data = BytesIO()
    Image.effect_noise((80, 80), 80).convert("RGB").save(data, "PNG")
    lines = encode_half_blocks(data.getvalue(), Box(40, 20)).lines
    seen = {colour for line in lines for segment in line if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)}  # fmt: skip
    assert 2 < len(seen) <= 65


def test_equal_neighbours_are_written_once() -> None:
    (first, *_) = encode_half_blocks(half_white(64, 64), Box(32, 16)).lines
    assert len(list(first)) < 12


def test_without_colours_light_and_dark_are_shades() -> None:
    lines = encode_shades(half_white(64, 64), Box(32, 16)).lines
    assert {line.text for line in lines} == {"█" * 16 + " " * 16}
    assert all(not segment.style for line in lines for segment in line)


def test_a_face_in_shades_keeps_its_features() -> None:
    data = drawn_frame(SAMPLE, 4, 128).data
    text = "\n".join(line.text for line in encode_shades(data, Box(48, 24)).lines)
    assert len(set(text)) >= 5


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
    written = list[str]()
    terminal = TerminalDisplay(KITTY)
    terminal.connect(written.append, lambda: 0)
    picture = encode_kitty(encoded(busy_picture(1), "JPEG"), BOX)
    number = terminal.number_of(picture)
    assert terminal.number_of(picture) == number
    assert len(written) == 1  # one write, so one place in Textual's queue
    (upload,) = uploads_in(written[0].encode())
    assert (upload.number, upload.columns, upload.rows) == (number, picture.columns, picture.rows)
    assert upload.picture.size == (100, 75)
    assert len(upload.picture.getcolors() or ()) <= 64


def test_a_part_of_kittys_picture_still_says_which_part_it_is() -> None:
    (line, *_) = placeholders(17, 60, 20)
    left, right = line.divide([25, 60])
    assert (left.cell_length, right.cell_length) == (25, 35)
    assert line.text == left.text + right.text
    assert right.text.startswith("\U0010eeee")


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
