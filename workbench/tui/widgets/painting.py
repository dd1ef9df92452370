"""Lines of words with tones: what such a line is made of, and how a widget paints it."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from workbench.domain.visible import visible

Piece = tuple[str, str]
"""Words, and their tone: one of `TONES`."""
TONES: Final = ("plain", "bold", "soft", "right", "wrong", "doubt", "busy", "accent")
TONE_CLASSES: Final = frozenset(f"tone--{name}" for name in TONES)
"""Component classes of every widget that a `Painter` paints for."""
TONE_CSS: Final = """
    & > .tone--plain { color: $foreground; }
    & > .tone--bold { color: $foreground; text-style: bold; }
    & > .tone--soft { color: $foreground-muted; }
    & > .tone--right { color: $text-success; }
    & > .tone--wrong { color: $text-error; }
    & > .tone--doubt { color: $text-warning; }
    & > .tone--busy { color: $text-primary; }
    & > .tone--accent { color: $text-accent; }
"""
"""For the rules of such a widget's DEFAULT_CSS."""
SOFT: Final = "$foreground-muted"
"""The tone `soft` in contents of Textual."""
_LONGEST_TEXT_CHARS: Final = 200


class Painter:
    """Paints lines for one widget. It keeps the styles: call `forget` when the widget's colours change."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[tuple[str, bool], Style] = {}

    def forget(self) -> None:
        """Look the colours up again."""
        self._styles.clear()

    def strip(self, pieces: Sequence[Piece], width: int, *, at_cursor: bool = False) -> Strip:
        """A line of exactly `width` cells. With `at_cursor`, the background is that of the class `tone--cursor`."""
        segments: list[Segment] = []
        for words, tone in pieces:
            style = self._style(tone, at_cursor)
            if segments and segments[-1].style is style:
                segments[-1] = Segment(segments[-1].text + words, style)
            else:
                segments.append(Segment(words, style))
        return Strip(segments).adjust_cell_length(width, self._style("plain", at_cursor))

    def _style(self, tone: str, at_cursor: bool) -> Style:  # noqa: FBT001  # private
        style = self._styles.get((tone, at_cursor))
        if style is None:
            widget = self._widget
            ground = widget.get_component_rich_style("tone--cursor") if at_cursor else widget.rich_style
            style = self._styles[tone, at_cursor] = ground + component_style(widget, f"tone--{tone}")
        return style


def component_style(widget: Widget, component: str) -> Style:
    """The colour and weight of a component class on the widget's background, without a background of its own."""
    styles = widget.get_component_styles(component)
    ground = widget.background_colors[1]
    return Style(color=(ground + styles.color).rich_color) + styles.text_style


def fit(text: str, cells: int, *, keep_end: bool = False) -> str:
    """Untrusted text in exactly so many cells; what is cut off shows as `…`, at the start with `keep_end`."""
    text = visible(text[-_LONGEST_TEXT_CHARS:] if keep_end else text[:_LONGEST_TEXT_CHARS])
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    if not keep_end:
        return set_cell_size(text, cells - 1) + "…"
    while cell_len(text) > cells - 1:
        text = text[1:]
    return set_cell_size("…" + text, cells)


def wrapped(before: str, words: str, tone: str, width: int) -> list[Piece]:
    """A sentence broken to the width; later lines are indented by the length of what stands before it."""
    return [(line, tone) for line in wrap(before + words, max(width, 20), subsequent_indent=" " * len(before))]
