"""Grids as Markdown (GitHub's), every text escaped so that it is read and never taken for markup."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from workbench.export.run_grids import Cell, Grid, GridLine

_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>#|~$!@^&]")
_LINK: Final = re.compile(r"(?i)(https?|ftp|mailto|xmpp|www)([:.])")
_AT_START: Final = re.compile(r"^(?:[-+=](?=\s|=|-|$)|(\d+)(?=[.)](?:\s|$)))")
"""What makes a line a list or a rule where it begins one."""


def markdown_of(title: str, about: Iterable[tuple[str, str]], grids: Iterable[Grid]) -> Iterator[str]:
    """A document in pieces: its title, what it is about, the tables. Texts have been made visible already."""
    yield f"# {escaped(title)}\n\n"
    for name, value in about:
        yield f"- {escaped(name)}: {escaped(value)}\n"
    for grid in grids:
        yield f"\n## {escaped(grid.caption)}\n\n"
        yield from _table(grid)
        for note in grid.notes:
            yield f"\n{escaped(note)}\n"


def escaped(text: str) -> str:
    """The text as Markdown that shows it, in one line: no markup, no link, no mention, no formula."""
    line = " ".join(text.split())
    line = _MARKUP.sub(r"\\\g<0>", line)
    line = _LINK.sub(lambda found: f"{found[1]}\\{found[2]}", line)
    return _AT_START.sub(lambda found: f"{found[1]}\\" if found[1] else f"\\{found[0]}", line)


def _table(grid: Grid) -> Iterator[str]:
    yield _row([grid.stub, *_heads(grid)])
    yield _row(["---", *["---:"] * len(grid.heads)], raw=True)
    for line in grid.lines:
        yield _row([_strong(line.head, line), *(_cell(cell, line) for cell in line.cells)], raw=True)


def _heads(grid: Grid) -> list[str]:
    """Markdown has no heads over several columns, so each column repeats theirs."""
    if not grid.spans:
        return list(grid.heads)
    over = (span.text for span in grid.spans for _ in range(span.columns))
    return [" ".join(filter(None, pair)) for pair in zip(over, grid.heads, strict=True)]


def _cell(cell: Cell, line: GridLine) -> str:
    return f"**{escaped(cell.text)}**" if cell.text and (cell.strong or line.strong) else escaped(cell.text)


def _strong(head: str, line: GridLine) -> str:
    return f"**{escaped(head)}**" if line.strong else escaped(head)


def _row(cells: list[str], *, raw: bool = False) -> str:
    return f"| {' | '.join(cells if raw else map(escaped, cells))} |\n"
