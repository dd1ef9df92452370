"""Figures as SVG for a page: text stays text, ink is the page's own, and the same figures give the same bytes.

Colours are the page's, too: what is drawn in a tone here becomes a CSS variable, so that a dark page and a printed one
can each have theirs. Shapes also differ by place and words, never by colour alone.
"""

import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT_OUT: Final = ("metadata", "style")
_FONTS: Final = re.compile(r"font: (?:[\w-]+ )*([\d.]+px) [^;]*|font-(size: [\d.]+px); font-family: [^;]*")
"""As one property and as two: the drawing library's releases differ."""
_INK: Final = "#010203"
"""The colour that becomes that of the page's text."""
_FONT_PX: Final = 12.0
_WIDTH_PX: Final = 420
_ROW_PX: Final = 22
_MARGINS_PX: Final = 52
_CELL_PX: Final = 46
_LETTER_PX: Final = 7.5
_LONGEST_LABEL: Final = 32
_LARGEST: Final = 1.2
_SMALLEST: Final = 0.8
"""How far a figure is stretched and shrunk; where there is less room, a wide one is scrolled."""
_ON_DARK: Final = 0.72
"""From this share of its row on, a cell is so dark that its figure is printed in white."""


class FigureTone(StrEnum):
    """The roles that colours play; drawn in these, shown as `--tone-…` of the page."""

    OWN = "#d55e01"
    """This run."""
    GPT_4V = "#0173b2"
    OTHER = "#8c959e"
    """Published methods, and first attempts."""
    FAINT = "#b7bec6"
    """Baselines."""

    @property
    def variable(self) -> str:
        """The custom property of the page that holds the colour."""
        return f"--tone-{self.name.lower().replace('_', '-')}"


_INKS: Final = {_INK: "currentColor"} | {str(tone): f"var({tone.variable})" for tone in FigureTone}
_NO_XML: Final = dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")


@dataclass(frozen=True, slots=True)
class Bar:
    """A ratio with its interval, where there is one. None is drawn as no bar."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    tone: FigureTone = FigureTone.OWN


def bar_figure(key: str, bars: Sequence[Bar], axis: str) -> str:
    """Bars below each other in the order given, with their values in per cent."""
    with _drawing(key, len(bars) * _ROW_PX + _MARGINS_PX) as (axes, svg):
        for place, bar in enumerate(bars):
            if bar.value is None:
                continue
            axes.barh(place, 100 * bar.value, height=0.68, color=bar.tone)
            _whisker(axes, bar, place)
            end = max(bar.value, bar.high or 0.0)
            axes.text(100 * end + 1.6, place, f"{100 * bar.value:.2f}", va="center", fontsize=_FONT_PX - 1.5)
        _name_rows(axes, [bar.label for bar in bars])
        _per_cent(axes, axis)
    return svg.getvalue()


def pair_figure(key: str, rows: Sequence[tuple[str, float | None, float | None]], axis: str) -> str:
    """Two thin bars for each row: the first attempt above, the end below."""
    with _drawing(key, len(rows) * (_ROW_PX + 6) + _MARGINS_PX) as (axes, svg):
        for place, (_, first, then) in enumerate(rows):
            for value, shift, tone in ((first, -0.2, FigureTone.OTHER), (then, 0.2, FigureTone.OWN)):
                if value is not None:
                    axes.barh(place + shift, 100 * value, height=0.36, color=tone)
        _name_rows(axes, [label for label, _, _ in rows])
        highest = max((value for _, *both in rows for value in both if value is not None), default=0.0)
        _per_cent(axes, axis, upto=min(100.0, max(10.0, 118 * highest)))
    return svg.getvalue()


def place_figure(key: str, points: Sequence[Bar], axis: str) -> str:
    """Ratios over places in a row, each with its interval."""
    with _drawing(key, 230) as (axes, svg):
        known = [(place, point) for place, point in enumerate(points) if point.value is not None]
        for place, point in known:
            if point.low is not None and point.high is not None:
                axes.plot([place, place], [100 * point.low, 100 * point.high], color=_INK, alpha=0.55, linewidth=1.1)
        axes.plot(
            [place for place, _ in known],
            [100 * (point.value or 0.0) for _, point in known],
            "o",
            color=FigureTone.OWN,
            markersize=4.5,
            markeredgewidth=0,
            clip_on=False,
        )
        step = max(1, -(-len(points) // 20))
        axes.set_xticks(range(0, len(points), step), [point.label for point in points[::step]])
        axes.set_xlim(-0.6, max(len(points) - 0.4, 0.6))
        axes.set_ylim(0, 100)
        axes.set_xlabel(axis)
        axes.yaxis.grid(visible=True, color=_INK, alpha=0.13, linewidth=0.8)
    return svg.getvalue()


def heat_map(key: str, gold: Sequence[str], predicted: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """A confusion matrix: counts, each cell as dark as its share of the row; a line before the columns of no class."""
    rows, columns = len(gold), len(predicted)
    gold, predicted = list(map(_cut, gold)), list(map(_cut, predicted))
    aside, above = (max(map(len, labels), default=0) * _LETTER_PX for labels in (gold, predicted))
    height, width = rows * 30 + 0.62 * above + 36, columns * _CELL_PX + aside + 0.4 * above
    with _drawing(key, height, width_px=width) as (axes, svg):
        for row, cells in enumerate(counts):
            total = sum(cells) or 1
            for column, count in enumerate(cells):
                _heat_cell(axes, row, column, count, count / total)
        axes.hlines([row - 0.5 for row in range(rows + 1)], -0.5, columns - 0.5, _INK, linewidth=0.6, alpha=0.16)
        axes.vlines([place - 0.5 for place in range(columns + 1)], -0.5, rows - 0.5, _INK, linewidth=0.6, alpha=0.16)
        axes.plot([rows - 0.5, rows - 0.5], [-0.5, rows - 0.5], color=_INK, alpha=0.7, linewidth=1.0)
        axes.set_xticks(range(columns), predicted, rotation=38, ha="left", rotation_mode="anchor")
        axes.set_yticks(range(rows), gold)
        axes.xaxis.tick_top()
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.spines["bottom"].set_visible(False)
        axes.spines["left"].set_visible(False)
    return svg.getvalue()


def _heat_cell(axes: "Axes", row: int, column: int, count: int, share: float) -> None:
    from matplotlib.patches import Rectangle

    if count:
        corner = (column - 0.5, row - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=FigureTone.GPT_4V, alpha=share, linewidth=0))
    dark = share >= _ON_DARK
    axes.text(
        *(column, row, f"{count:,}"),
        ha="center",
        va="center_baseline",
        fontsize=_FONT_PX - 1,
        color="#ffffff" if dark else _INK,
        alpha=None if count else 0.45,
    )


def _whisker(axes: "Axes", bar: Bar, place: int) -> None:
    if bar.low is None or bar.high is None:
        return
    axes.plot([100 * bar.low, 100 * bar.high], [place, place], color=_INK, linewidth=1.2, solid_capstyle="butt")
    for end in (bar.low, bar.high):
        axes.plot([100 * end, 100 * end], [place - 0.16, place + 0.16], color=_INK, linewidth=1.2)


def _name_rows(axes: "Axes", labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), list(map(_cut, labels)))
    axes.set_ylim(len(labels) - 0.4, -0.6)


def _cut(label: str) -> str:
    """A label of at most 32 characters, without those that XML cannot hold."""
    label = label.translate(_NO_XML)
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _per_cent(axes: "Axes", axis: str, upto: float = 100.0) -> None:
    axes.set_xlim(0, upto if upto < 100 else 109)  # room for the figure beside a full bar
    if upto >= 100:
        axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel(axis)
    axes.xaxis.grid(visible=True, color=_INK, alpha=0.13, linewidth=0.8)


@contextmanager
def _drawing(key: str, height_px: float, *, width_px: float = _WIDTH_PX) -> Iterator[tuple["Axes", StringIO]]:
    """Axes to draw on, and a text that holds the SVG after the block. `key` makes its ids unique on the page."""
    # Where the home cannot be written, matplotlib keeps its list of fonts in a temporary folder, and says so.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib.style
    from matplotlib.figure import Figure

    svg = StringIO()
    # The defaults of the library, whatever the user's own file says.
    with warnings.catch_warnings(), matplotlib.style.context(["default", _style(key)]):
        warnings.simplefilter("ignore", UserWarning)  # letters that its own font has not: the page's font has them
        figure = Figure(figsize=(width_px / 72, height_px / 72), layout="constrained")
        axes = figure.subplots()
        axes.set_axisbelow(True)
        axes.tick_params(length=0)
        yield axes, svg
        file = StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        size = f"max-width: {_LARGEST * width_px:.0f}px; --legible: {_SMALLEST * width_px:.0f}px"
        svg.write(_page_svg(file.getvalue(), key, size, _INKS))


def _style(key: str) -> dict[str, object]:
    ink = dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "xtick.labelcolor"), _INK
    )
    return {
        **ink,
        "svg.fonttype": "none",
        "svg.hashsalt": key,
        "text.parse_math": False,
        "font.size": _FONT_PX,
        "font.family": "sans-serif",
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
    }


def _page_svg(file: str, key: str, style: str, inks: Mapping[str, str]) -> str:
    """From a drawing's file to an element of a page, with ids of its own and the page's font and colours.

    `key` makes its ids unique on the page, `style` is its own style, `inks` are colours and what they become. Only
    attributes are rewritten, never words: a label can read like markup, like a colour or like a font.
    """
    root = ET.fromstring(file)  # noqa: S314  # our own drawing
    page = ET.Element("svg", {"viewBox": root.get("viewBox", ""), "style": style})
    page.extend([_page_element(child, key, inks) for child in root if _tag(child) not in _LEFT_OUT])
    page.set("aria-hidden", "true")  # what it shows is told beside it
    page.set("focusable", "false")
    return ET.tostring(page, encoding="unicode")


def _page_element(element: ET.Element, key: str, inks: Mapping[str, str]) -> ET.Element:
    made = ET.Element(_tag(element))
    made.text, made.tail = element.text, element.tail
    for name, value in element.attrib.items():
        name = name.rpartition("}")[2]  # noqa: PLW2901  # xlink:href is href by now
        made.set(name, _attribute(name, value, key, inks))
    made.extend([_page_element(child, key, inks) for child in element if _tag(child) not in _LEFT_OUT])
    return made


def _attribute(name: str, value: str, key: str, inks: Mapping[str, str]) -> str:
    if name == "id":
        return f"{key}-{value}"
    if name == "href":
        return value.replace("#", f"#{key}-")
    value = value.replace("url(#", f"url(#{key}-")
    if name == "style":
        value = _FONTS.sub(lambda found: f"font-size: {found[1]}" if found[1] else f"font-{found[2]}", value)
    for colour, ink in inks.items():
        value = value.replace(colour, ink)
    return value


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
