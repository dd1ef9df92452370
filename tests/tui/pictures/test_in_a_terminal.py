"""Pictures as they leave through a real pseudo-terminal, and keys as they come in."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests.tui.pictures.fake_terminal import KITTY, POOR, XTERM, Kind
from tests.tui.pictures.reading import deletions_in, placeholders_in, sixels_in, uploads_in
from tests.tui.pty_terminal import PtyTerminal
from workbench.storage.workspace.database import open_workspace

Start = Callable[..., PtyTerminal]
PLAIN = {"TERM": "xterm-256color", "COLORTERM": "", "NO_COLOR": "", "TMUX": "", "STY": ""}
ROWS = 11
"""Of cells, that a picture fills in 80 x 24."""
pytestmark = pytest.mark.slow


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Open a run in a terminal that answers like one of a kind, so many milliseconds late."""
    terminals = []

    def begin(
        kind: Kind,
        *,
        choice: str = "auto",
        delay_ms: float = 0,
        size: tuple[int, int] = (80, 24),
        **environment: str,
    ) -> PtyTerminal:
        command = [sys.executable, "-m", "tests.tui.pictures.opened_run", str(tmp_path), choice]
        if not environment.get("NO_COLOR"):
            command = ["env", "-u", "NO_COLOR", *command]
        terminal = PtyTerminal(command, PLAIN | environment, columns=size[0], lines=size[1])
        terminals.append(terminal)
        if environment.get("TERM") != "linux":  # which is not asked
            terminal.wait_for_bytes(lambda written: written.endswith(b"\x1b[c"))
        time.sleep(delay_ms / 1000)
        if environment.get("TERM") != "linux":
            terminal.answer(kind.answer)
        return terminal

    yield begin
    for terminal in terminals:
        terminal.close()


def is_shown(written: bytes) -> bool:
    """Whether all cells of kitty's first picture are written."""
    uploads = list(uploads_in(written))
    return bool(uploads) and len(placeholders_in(written)) >= uploads[0].rows


def rows_of_sixels(written: bytes) -> list[Image.Image]:
    """The rows of sixels that are complete."""
    return sixels_in(written.decode(errors="replace"))


def said_by_reviewers(folder: Path) -> int:
    with closing(open_workspace(folder / "emowb.db")) as db:
        count: int = db.conn.execute("SELECT count(*) FROM review_change").fetchone()[0]
        return count


@pytest.mark.parametrize("delay_ms", [0, 300, 600])
def test_a_late_answer_labels_nothing_and_presses_no_key(start: Start, tmp_path: Path, delay_ms: int) -> None:
    terminal = start(KITTY, delay_ms=delay_ms)
    terminal.wait_for("frame 5/9")
    terminal.type("j")  # the first key that counts
    terminal.wait_for("2/30")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert said_by_reviewers(tmp_path) == 0


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"TEXTUAL_COLOR_SYSTEM": "256"}])
def test_kitty_is_given_each_picture_once_and_forgets_all_at_the_end(start: Start, environment: dict[str, str]) -> None:
    terminal = start(KITTY, **environment)
    terminal.wait_for_bytes(is_shown)
    (first,) = uploads_in(terminal.written)
    terminal.type("j")
    terminal.wait_for_bytes(lambda written: len(list(uploads_in(written))) == 2)
    here = len(terminal.written)
    terminal.type("k")
    terminal.wait_for_bytes(lambda written: first.number in dict(placeholders_in(written)), here)
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    written = terminal.written
    given = [upload.number for upload in uploads_in(written)]
    assert len(given) == 2
    assert sorted(deletions_in(written[: written.rindex(b"\x1b[?1049l")])) == sorted(given)
    assert {number for number, _ in placeholders_in(written)} == set(given)
    assert len(first.picture.getcolors() or ()) <= 64
    assert (first.columns, first.rows, first.picture.size) == (29, ROWS, (147, 110))  # half of 10 x 20 pixels a cell
    assert placeholders_in(written)[0][1] == first.columns


def test_kittys_pictures_are_out_while_another_screen_covers_them(start: Start) -> None:
    terminal = start(KITTY)
    terminal.wait_for_bytes(is_shown)
    here = len(terminal.written)
    terminal.type("?")
    terminal.wait_for("next failure")
    assert placeholders_in(terminal.written[here:]) == []
    here = len(terminal.written)
    terminal.type("q")
    terminal.wait_for_bytes(placeholders_in, here)
    assert len(list(uploads_in(terminal.written))) == 1


def test_sixels_are_drawn_row_by_row_and_only_where_they_were_painted_over(start: Start) -> None:
    terminal = start(XTERM, choice="sixel")
    terminal.wait_for_bytes(lambda written: len(rows_of_sixels(written)) >= ROWS)
    here = len(terminal.written)
    terminal.type("t")
    terminal.wait_for("note on")
    assert rows_of_sixels(terminal.written[here:]) == []
    here = len(terminal.written)
    terminal.type("\r")
    terminal.wait_for_bytes(lambda written: len(rows_of_sixels(written)) >= ROWS, here)
    assert {row.height for row in rows_of_sixels(terminal.written[here:])[: ROWS - 1]} == {16}


def test_a_playing_clip_waits_for_the_terminal_and_the_answers_press_no_key(start: Start, tmp_path: Path) -> None:
    terminal = start(XTERM)
    terminal.wait_for("frame 5/9")
    here = len(terminal.written)
    terminal.type(" ")
    for _ in range(4):
        terminal.wait_for_bytes(lambda written: b"\x1b[6n" in written, here)
        assert terminal.written[here:].count(b"\x1b[6n") == 1  # nobody asks again before the answer
        here = len(terminal.written)
        terminal.answer(b"\x1b[1;2R")  # which is also what Shift and F3 send
    terminal.type(" j")
    terminal.wait_for("2/30")
    terminal.wait_for("frame 5/9")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert said_by_reviewers(tmp_path) == 0


def test_half_blocks_of_a_busy_picture_keep_their_budget(start: Start) -> None:
    terminal = start(XTERM, size=(60, 25), TEXTUAL_COLOR_SYSTEM="truecolor")
    terminal.wait_for("frame 5/9")
    terminal.type("z")
    terminal.wait_until(lambda seen: "1/30" not in seen and "frame 5/9" in seen)

    def painted(caption: str) -> int:
        """How many bytes the next frame takes."""
        before = len(terminal.written)
        terminal.type("]")
        terminal.wait_for_bytes(lambda written: caption.encode() in written, before)
        return len(terminal.written) - before

    sizes = [painted(f"frame {number}/9") for number in (6, 7, 8, 9)]
    # An opening screen is painted more than once, late on a busy machine: the smallest is one painting.
    assert 10_000 < min(sizes) <= 50_000


def test_without_colours_a_face_is_in_shades(start: Start) -> None:
    terminal = start(XTERM, NO_COLOR="1")
    terminal.wait_for("frame 5/9")
    terminal.wait_for("▓")
    assert "▀" not in "\n".join(terminal.lines)


def test_without_colorterm_true_colour_comes_from_the_answer(start: Start) -> None:
    terminal = start(KITTY, choice="half-blocks")
    terminal.wait_for("▀▀▀")
    assert b"38;2;" in terminal.written


def test_words_take_the_place_of_pictures_and_say_why(start: Start) -> None:
    terminal = start(XTERM, choice="words")
    terminal.wait_for("no picture in this terminal")
    terminal.wait_for("frame 5/9 (no. 64) apex, sent")


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "screen-256color", "screen"])
def test_no_true_colour_is_written_where_it_was_not_answered(start: Start, term: str) -> None:
    terminal = start(POOR, TERM=term, STY="1.pts" if "screen" in term else "", COLORTERM="")
    terminal.wait_for("▀▀▀")
    terminal.wait_for("frame 5/9")
    assert b"38;2;" not in terminal.written
    assert b"48;2;" not in terminal.written
