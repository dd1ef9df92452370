"""Any text as LaTeX that shows it: nothing in it is run, and it compiles with pdfTeX, XeTeX and LuaTeX alike.

What pdfTeX has no letters for goes through a macro of its own, `\\emowbchar`, which shows the character where the
engine reads Unicode and its number (`U+60C5`) where it does not.
"""

import re
import unicodedata
from typing import Final

CHARACTER: Final = r"""\ifdefined\emowbchar\else
  \DeclareRobustCommand{\emowbchar}[2]{%
    \ifdefined\directlua #2\else\ifdefined\XeTeXversion #2\else\texttt{U+#1}\fi\fi}
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
