"""A text of any length, shown whole: megabytes, or a hundred thousand characters in a line.

A thread breaks the lines, some thousands at a time, so that the first ones are shown at once. Only the lines in view
are drawn.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.domain.visible import visible
from workbench.tui.widgets.painting import component_style

TextBlock = tuple[str, str]
"""A heading, and a text from anywhere."""
Broken = tuple[str, bool]
"""A line that fits the width, and whether it is a heading."""

_LINES_AT_ONCE: Final = 4000
_PIECE_CHARS: Final = 4096
"""How much of a long line is made visible at a time."""


class LongText(ScrollView, can_focus=True):
    """Shows blocks of text under headings. The screen scrolls it, or the mouse wheel does."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"long-text--heading"}
    DEFAULT_CSS = """
    LongText {
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        & > .long-text--heading { color: $text-accent; text-style: bold; }
    }
    """

    class Arrived(Message):
        """More lines are ready."""

        def __init__(self, turn: int, lines: Sequence[Broken], *, is_end: bool) -> None:
            super().__init__()
            self.turn = turn
            self.lines = lines
            self.is_end = is_end

    def __init__(self) -> None:
        super().__init__()
        self._blocks: tuple[TextBlock, ...] = ()
        self._lines: list[Broken] = []
        self._turn = 0
        self._broken_for = 0
        self._goes_to_end = False
        self.is_whole = True
        """Whether all lines are ready."""

    def show(self, blocks: Iterable[TextBlock]) -> None:
        """Show other texts from the top."""
        self._blocks = tuple(blocks)
        self._goes_to_end = False
        self.scroll_to(y=0, animate=False)
        self._break_anew()

    def move(self, by: int) -> None:
        """Scroll by lines."""
        self._goes_to_end = False
        self.scroll_relative(y=by, animate=False)

    def move_by_page(self, pages: float) -> None:
        """Scroll by heights of the view."""
        self.move(round(pages * max(self.size.height - 1, 1)))

    def move_to_edge(self, *, bottom: bool) -> None:
        """Go to the top, or to the end as soon as its lines are ready."""
        self._goes_to_end = bottom and not self.is_whole
        self.scroll_to(y=len(self._lines) if bottom else 0, animate=False)

    def on_resize(self) -> None:
        if self._width != self._broken_for:
            self._break_anew()

    def on_unmount(self) -> None:
        self._turn += 1

    def on_long_text_arrived(self, message: Arrived) -> None:
        message.stop()
        if message.turn != self._turn:
            return
        self._lines.extend(message.lines)
        self.is_whole = message.is_end
        self.virtual_size = Size(1, len(self._lines))
        if self._goes_to_end:
            self.scroll_to(y=len(self._lines), animate=False, force=True)  # the scroll bar comes with the next layout
            self._goes_to_end = not message.is_end
        self.refresh()

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        style = self.rich_style
        if place >= len(self._lines):
            return Strip.blank(self.size.width, style)
        words, is_heading = self._lines[place]
        if is_heading:
            style += component_style(self, "long-text--heading")
        return Strip([Segment(words, style)]).adjust_cell_length(self.size.width, self.rich_style)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def _break_anew(self) -> None:
        self._turn += 1
        self._lines = []
        self._broken_for = self._width
        self.virtual_size = Size(1, 1)
        self.is_whole = False
        self.refresh()
        if self._width > 0:
            given = (self._blocks, self._width, self._turn)
            threading.Thread(target=self._break, args=given, name="long-text", daemon=True).start()

    def _break(self, blocks: Sequence[TextBlock], width: int, turn: int) -> None:
        lines: list[Broken] = []
        for line in broken_lines(blocks, width):
            if self._turn != turn:
                return
            lines.append(line)
            if len(lines) == _LINES_AT_ONCE:
                self.post_message(self.Arrived(turn, lines, is_end=False))
                lines = []
        self.post_message(self.Arrived(turn, lines, is_end=True))


def broken_lines(blocks: Iterable[TextBlock], width: int) -> Iterator[Broken]:
    """All blocks as lines of that width, with control characters made visible and a blank line between blocks."""
    for nth, (heading, text) in enumerate(blocks):
        if nth:
            yield "", False
        if heading:
            yield from ((piece, True) for piece in _fitting(heading, width))
        for line in _lines(text):
            yield from ((piece, False) for piece in _fitting(line, width))


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, without a copy of all of it."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end].removesuffix("\r")
        start = end + 1
    yield text[start:]


def _fitting(line: str, width: int) -> Iterator[str]:
    """One line, broken at spaces where there are any."""
    rest = ""
    for start in range(0, max(len(line), 1), _PIECE_CHARS):
        piece = line[start : start + _PIECE_CHARS].replace("\t", "    ")
        rest += piece if piece.isascii() and piece.isprintable() else visible(piece)
        while len(rest) > width or cell_len(rest) > width:
            cut = _cut(rest, width)
            yield rest[:cut].rstrip(" ")
            rest = rest[cut:]
            if not rest:
                return
    yield rest


def _cut(text: str, width: int) -> int:
    """How many characters of a longer text go into its first line; at least one."""
    cells, cut = 0, 0
    for character in text[: width + 1]:
        cells += 1 if character.isascii() else cell_len(character)
        if cells > width:
            break
        cut += 1
    blank = text.rfind(" ", 0, cut + 1)
    return blank + 1 if blank > cut // 2 else max(cut, 1)
