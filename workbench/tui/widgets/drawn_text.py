"""Tables and bars made of characters."""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from workbench.tui.widgets.painting import SOFT, fit

_GAP: Final = "  "
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_NARROWEST_STUB: Final = 8


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, *, strong: Sequence[int] = ()) -> Content:
    """Columns as wide as their cells, the first one aligned left and the others right. Cells may hold untrusted text.

    Where the columns do not fit, the first one is narrowed, then the last. `strong` are the rows in bold.
    """
    cells = [
        [fit(cell, cell_len(cell)) if cell.isprintable() else fit(cell, 24).rstrip() for cell in row] for row in rows
    ]
    needed = [max(map(cell_len, column)) for column in zip(heads, *cells, strict=True)]
    over = sum(needed) + len(_GAP) * (len(needed) - 1) - width
    if over > 0:
        needed[0] = max(needed[0] - over, min(needed[0], _NARROWEST_STUB))
        needed[-1] = max(needed[-1] - max(sum(needed) + len(_GAP) * (len(needed) - 1) - width, 0), 1)
    lines = [Content.styled(_row(heads, needed), SOFT)]
    lines.extend(
        Content.styled(_row(row, needed), "bold" if place in strong else "") for place, row in enumerate(cells)
    )
    return Content("\n").join(lines)


def notes(lines: Iterable[str], width: int) -> Content:
    """Sentences, wrapped to the width."""
    broken = (piece for line in lines for piece in wrap(line, max(width, 10)) or [""])
    return Content("\n").join([Content.styled(piece, SOFT) for piece in broken])


def bar(share: float | None, width: int) -> str:
    """A bar of a share of the width, to an eighth of a cell."""
    eighths = round(8 * width * max(0.0, min(share or 0.0, 1.0)))
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(width)


def interval_line(value: float | None, low: float | None, high: float | None, width: int) -> str:
    """A share with its interval on a line from 0 to 1: `····├──●─┤····`."""
    cells = ["·"] * width

    def place(share: float) -> int:
        return max(0, min(round(share * (width - 1)), width - 1))

    if low is not None and high is not None:
        start, end = place(low), place(high)
        cells[start : end + 1] = "─" * (end - start + 1)
        cells[start], cells[end] = "├", "┤"
    if value is not None:
        cells[place(value)] = "●"
    return "".join(cells)


def signed_line(value: float | None, low: float | None, high: float | None, width: int, most: float) -> str:
    """A difference with its interval on a line from −most to +most, zero marked."""
    half = 2 * most
    shares = [None if one is None else (one + most) / half for one in (value, low, high)]
    cells = list(interval_line(shares[0], shares[1], shares[2], width))
    middle = round((width - 1) / 2)
    cells[middle] = "┼" if cells[middle] in "─├┤" else "│" if cells[middle] == "·" else cells[middle]
    return "".join(cells)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (fit(cell, width) for cell, width in zip(cells, widths, strict=True))
    return _GAP.join([first, *(_right(cell) for cell in others)]).rstrip()


def _right(cell: str) -> str:
    words = cell.rstrip()
    return " " * (len(cell) - len(words)) + words
