"""Grids as LaTeX: a fragment for a paper to \\input, and a document around it that compiles as it is."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from workbench.export.grids import Cell, Grid, GridLine
from workbench.export.latex_text import CHARACTER, latex, latex_comment

_STANDALONE: Final = r"""\documentclass[a4paper]{article}
\usepackage[margin=2cm]{geometry}
\usepackage{booktabs}
\usepackage{graphicx}
\begin{document}
\input{%s}
\end{document}
"""
_FITTED: Final = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
"""As wide as it is, and no wider than the line."""


def latex_fragment(about: Iterable[tuple[str, str]], grids: Iterable[Grid], label: str) -> Iterator[str]:
    """The tables in pieces, each a float of its own with a label. Texts have been made visible already."""
    yield "% Tables for \\input; they need \\usepackage{booktabs} and \\usepackage{graphicx}.\n"
    for name, value in about:
        yield f"{latex_comment(f'{name}: {value}')}\n"
    yield CHARACTER
    for grid in grids:
        yield from _float(grid, label)


def latex_standalone(fragment: str) -> str:
    """A document that holds nothing but the fragment of that file name."""
    return _STANDALONE % fragment


def latex_label(*names: str) -> str:
    """Names as a part of a label: what is neither letter nor digit becomes a hyphen."""
    return "-".join(filter(None, (re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") for name in names)))


def _float(grid: Grid, label: str) -> Iterator[str]:
    yield f"\n\\begin{{table}}[tbp]\n\\centering\n\\caption{{{latex(grid.caption)}}}\n\\smallskip\n"
    yield f"\\label{{tab:{label}-{grid.key}}}\n\\footnotesize\n{_FITTED}\n"
    yield f"\\begin{{tabular}}{{l{'r' * len(grid.heads)}}}\n\\toprule\n"
    yield from _head(grid)
    for section in grid.sections:
        yield "\\midrule\n"
        for line in section:
            yield _row([_told(line.head, strong=line.strong), *(_cell(cell, line) for cell in line.cells)])
    yield "\\bottomrule\n\\end{tabular}}\n"
    if grid.notes:
        yield "\n\\smallskip\n\\begin{minipage}{\\linewidth}\\scriptsize\\raggedright\n"
        yield "\\\\\n".join(map(latex, grid.notes))
        yield "\n\\end{minipage}\n"
    yield "\\end{table}\n"


def _head(grid: Grid) -> Iterator[str]:
    if not grid.spans:
        yield _row([latex(grid.stub), *map(latex, grid.heads)])
        return
    yield _row(["", *(f"\\multicolumn{{{span.columns}}}{{c}}{{{latex(span.text)}}}" for span in grid.spans)])
    first = 2  # the stub is column 1
    for span in grid.spans:
        yield f"\\cmidrule(lr){{{first}-{first + span.columns - 1}}}"
        first += span.columns
    yield "\n" + _row([latex(grid.stub), *map(latex, grid.heads)])


def _cell(cell: Cell, line: GridLine) -> str:
    return _told(cell.text, strong=cell.strong or line.strong)


def _told(text: str, *, strong: bool) -> str:
    return f"\\textbf{{{latex(text)}}}" if text and strong else latex(text)


def _row(cells: list[str]) -> str:
    return f"{' & '.join(cells)} \\\\\n"
