"""Grids as LaTeX: a fragment for a paper to \\input, and a document around it that compiles as it is.

Any text becomes LaTeX that shows it: nothing in it is run, and it compiles with pdfTeX, XeTeX and LuaTeX alike. What
pdfTeX has no letters for goes through a macro of its own, `\\emowbchar`, which shows the character where the engine
reads Unicode, or where CJKutf8 is loaded, and its number (`U+60C5`) where neither is so.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from workbench.export.run_grids import Cell, Grid, GridLine

_STANDALONE: Final = r"""\documentclass[a4paper]{article}
\usepackage[margin=2cm]{geometry}
\usepackage{booktabs}
\usepackage{graphicx}
%s
\begin{document}
\input{%s}
\end{document}
"""
_CHINESE: Final = r"""\usepackage{iftex}
\ifpdftex
  \IfFileExists{CJKutf8.sty}{\IfFileExists{c70gbsn.fd}{%
    \usepackage{CJKutf8}\newcommand{\emowbcjk}[1]{\begin{CJK}{UTF8}{gbsn}#1\end{CJK}}}{}}{}
\else
  \usepackage{fontspec}
  \IfFontExistsTF{Noto Serif CJK SC}{\newfontfamily\emowbfont{Noto Serif CJK SC}}{%
    \IfFontExistsTF{FandolSong-Regular.otf}{\newfontfamily\emowbfont{FandolSong-Regular.otf}}{}}
\fi"""
"""What shows Chinese characters, of what is installed. A paper that \\inputs the fragment can take these lines over."""
_FITTED: Final = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
"""As wide as it is, and no wider than the line."""
CHARACTER: Final = r"""\ifdefined\emowbchar\else
  \providecommand{\emowbfont}{}
  \DeclareRobustCommand{\emowbchar}[2]{%
    \ifdefined\directlua{\emowbfont #2}\else\ifdefined\XeTeXversion{\emowbfont #2}\else
    \ifdefined\emowbcjk
      \ifnum\string"#1<19968 \texttt{U+#1}\else\ifnum\string"#1>40959 \texttt{U+#1}\else\emowbcjk{#2}\fi\fi
    \else\texttt{U+#1}\fi\fi\fi}
\fi
"""
"""Defines the macro, once however many fragments a document holds."""

_COMMANDS: Final = r"""
\ \textbackslash{}      ~ \textasciitilde{}     ^ \textasciicircum{}    < \textless{}     > \textgreater{}
| \textbar{}            ` \symbol{96}            " \symbol{34}           [ {[}             ] {]}
* {*}                   – --                     — ---                   − $-$             … \ldots{}
· $\cdot$               × $\times$               ± $\pm$                 ° $^\circ$        § \S{}
“ ``                    ” ''                     ‘ `                     ’ '               ß \ss{}
ø \o{}                  Ø \O{}                   æ \ae{}                 Æ \AE{}           œ \oe{}
Œ \OE{}                 ł \l{}                   Ł \L{}
"""
"""Characters and what shows them. A row that begins with a bracket or a star would be an argument of the line break
before it; ` and " are one half of another character, or commands, in some documents."""
_PLAIN: Final = {
    "\0": "{}",  # parts two characters that must not become one
    "\u00a0": "~",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    **dict(zip(_COMMANDS.split()[::2], _COMMANDS.split()[1::2], strict=True)),
}
_ACCENTS: Final = dict(
    zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327", "`'^~=u.\"rHvc", strict=True)
)
"""Combining marks and the commands for them."""
_PAIRED: Final = re.compile(r"([-,'])(?=\1)")
"""Two of these are another character: -- is a dash."""


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
    return _STANDALONE % (_CHINESE, fragment)


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
            yield _row([_text(line.head, strong=line.strong), *(_cell(cell, line) for cell in line.cells)])
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
    return _text(cell.text, strong=cell.strong or line.strong)


def _text(text: str, *, strong: bool) -> str:
    return f"\\textbf{{{latex(text)}}}" if text and strong else latex(text)


def _row(cells: list[str]) -> str:
    return f"{' & '.join(cells)} \\\\\n"


def latex(text: str) -> str:
    """The text, made visible already, as LaTeX for one line of prose or one cell."""
    return "".join(map(_character, _PAIRED.sub("\\1\0", " ".join(text.split()))))


def latex_comment(text: str) -> str:
    """The text as one line of a comment."""
    return f"% {' '.join(text.split())}".encode("ascii", "backslashreplace").decode("ascii")


def _character(character: str) -> str:
    if (known := _PLAIN.get(character)) is not None:
        return known
    if character.isascii() and character.isprintable():
        return character
    decomposed = unicodedata.normalize("NFD", character)
    if len(decomposed) == 2 and decomposed[0].isascii() and decomposed[1] in _ACCENTS:
        return f"\\{_ACCENTS[decomposed[1]]}{{{decomposed[0]}}}"
    return f"\\emowbchar{{{ord(character):04X}}}{{{character}}}"
