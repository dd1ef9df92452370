"""The one place where text from outside is made safe for a screen.

File names, labels, replies, error texts and headers can hold escape sequences, bidirectional overrides and
megabytes. Everything that is shown to a person, in the terminal, on stderr or in a document, passes through `visible`.
What is stored and exported stays as it came.
"""

import unicodedata
from typing import Final

LONGEST_CHARS: Final = 20_000
"""The most of one text that a screen shows, so that drawing it stays quick."""

_PICTURES: Final = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}  # ␀ … ␟ and ␡
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS: Final = frozenset("\u200d\ufe0f")  # hold emoji together and hide nothing


def visible(text: str, *, lines: bool = False, longest: int = LONGEST_CHARS) -> str:
    """`text` with every character that a terminal could obey, or that cannot be seen, made visible.

    Control characters become their pictures (ESC is ␛), other invisible ones `\\u{202e}`. With `lines`, line feeds
    and tabs stay (tabs as four blanks), and CR LF counts as one line feed; without, they are shown too. Longer text
    than `longest` characters is cut, and the cut is said.
    """
    cut = len(text) - longest
    if cut > 0:
        text = text[:longest]
    if lines:
        text = text.replace("\r\n", "\n").replace("\t", "    ")
    if not text.isprintable():
        text = "".join(_shown(character, lines=lines) for character in text)
    return f"{text}… ({cut:,} more characters)" if cut > 0 else text


def _shown(character: str, *, lines: bool) -> str:
    if lines and character == "\n":
        return character
    code = ord(character)
    if code in _PICTURES:
        return chr(_PICTURES[code])
    if unicodedata.category(character) in _HIDDEN and character not in _JOINERS:
        return f"\\u{{{code:x}}}"
    return character
