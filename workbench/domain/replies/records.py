"""Finds the lists and records in a reply of any form.

`scan` reads JSON, almost JSON, Python literals, and pieces of these between prose. It repairs nothing. A repairer
closes what a token limit cut off, keeps the last of two values under one key and invents what is missing, so that
"disg" becomes an answer. Here a value is either closed by the model itself or marked `cut`; a part that does not fit
the grammar is `UNREADABLE` and leaves the rest as it is; a key that comes twice stays twice. The text is read once and
without recursion, so that time grows with its length alone.
"""

# ruff: noqa: RUF001 - models write curly quotes, and the punctuation of Chinese

import json
import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Literal, TypeAlias, TypeGuard

MOST_DEPTH: Final = 32
"""No answer is nested deeper; reading stops there."""


class _Mark(Enum):
    UNREADABLE = auto()


UNREADABLE: Final = _Mark.UNREADABLE
"""In the place of something that cannot be read."""

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class RecordList:
    """A list."""

    items: tuple["Value", ...]
    cut: bool = False
    """The text ended before the list did."""


@dataclass(frozen=True, slots=True)
class Record:
    """An object with its members as written: in order, and twice where a key is written twice."""

    members: tuple[tuple[str, "Value"], ...]
    cut: bool = False


Value: TypeAlias = Scalar | RecordList | Record | Literal[_Mark.UNREADABLE]


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found in a text."""

    values: tuple[Value, ...]
    """The outermost lists and records, in order."""
    gaps: tuple[str, ...]
    """The text around them: before the first, between each two, after the last."""
    cut: bool
    """The text ended, or became unreadable, inside a list or record."""


def is_scalar(value: Value) -> TypeGuard[Scalar]:
    """Whether this is a word, a number, true, false or null."""
    return not isinstance(value, RecordList | Record | _Mark)


def scan(text: str) -> Scan:
    """Find every outermost list and record of a text. Never raises."""
    return _Reader().read(text)


_TOKEN: Final = re.compile(
    r"""
      (?P<skip>\s++|//[^\n]*+)
    | (?P<fence>```\w*+)
    | (?P<open>[\[{(])
    | (?P<close>[\]})])
    | (?P<comma>[,，、])
    | (?P<colon>[:：])
    | (?P<json>"(?:[^"\\]|\\.)*+")
    # An apostrophe between two letters ends no string: 'don't know'.
    | (?P<quoted>'(?:[^'\\]|\\.|(?<=\w)'(?=\w))*+' | [“”„][^“”]*+[“”] | [‘’](?:[^‘’]|(?<=\w)’(?=\w))*+[‘’])
    | (?P<bare>[^\s,，、:：\[\]{}()"'“”„‘’](?:\([^()\n]*+\)|[^,，、:：\[\]{}()"“”„\n])*+)
    """,
    re.VERBOSE | re.DOTALL,
)
_START: Final = re.compile(r"[\[{]")  # round brackets are lists only within these: prose is full of them
_CLOSERS: Final = {"[": "]", "{": "}", "(": ")"}
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_CONSTANTS: Final[dict[str, bool | None]] = {"null": None, "none": None, "true": True, "false": False}


def _bare_word(word: str) -> Scalar:
    if word.casefold() in _CONSTANTS:
        return _CONSTANTS[word.casefold()]
    if _NUMBER.fullmatch(word):
        return int(word) if word.lstrip("-").isdigit() else float(word)
    return word


def _unescaped(token: str, *, as_json: bool) -> str:
    if as_json and "\\" in token:
        try:
            return str(json.loads(token, strict=False))
        except ValueError:  # an escape that JSON does not have
            pass
    return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)


LOST_KEY: Final = ""


@dataclass(slots=True)
class _Open:
    """A list or record that is being read."""

    closer: str
    start: int
    items: list[Value] = field(default_factory=list)
    members: list[tuple[str, Value]] = field(default_factory=list)
    key: str | None = None
    slot: list[Value] = field(default_factory=list)
    """The values since the last comma; in a well-formed text, one."""

    def settle(self) -> None:
        """At a comma or the end, make the values in the slot an item or a member."""
        if self.closer != "}":
            run_together = all(isinstance(value, RecordList | Record) for value in self.slot)
            self.items += self.slot if len(self.slot) == 1 or run_together else [UNREADABLE]
        elif self.key is not None:
            self.members.append((self.key, self.slot[0] if len(self.slot) == 1 else UNREADABLE))
        elif self.slot:
            self.members.append((LOST_KEY, UNREADABLE))
        self.key, self.slot = None, []

    def name(self) -> None:
        """At a colon, make the value in the slot a key."""
        word = self.slot[0] if len(self.slot) == 1 else UNREADABLE
        if self.closer == "}" and self.key is None and is_scalar(word):
            self.key, self.slot = str(word), []
        else:
            self.slot.append(UNREADABLE)

    def value(self, *, cut: bool = False) -> RecordList | Record:
        """The list or record as far as it was read."""
        self.settle()
        return Record(tuple(self.members), cut) if self.closer == "}" else RecordList(tuple(self.items), cut)


class _Reader:
    """Reads one text."""

    def __init__(self) -> None:
        self._stack: list[_Open] = []
        self._found: list[tuple[int, int, Value]] = []
        self._cut = False

    def read(self, text: str) -> Scan:
        """Read all of a text."""
        position = 0
        while position < len(text):
            if not self._stack:
                start = _START.search(text, position)
                if start is None:
                    break
                position = start.start()
            token = _TOKEN.match(text, position)
            if token is None or len(self._stack) > MOST_DEPTH:  # None: a string that never ends
                break
            self._take(token)
            position = token.end()
        self._give_up(len(text))
        return self._scan(text)

    def _take(self, token: re.Match[str]) -> None:
        word = token[0]
        match token.lastgroup:
            case "open":
                self._stack.append(_Open(_CLOSERS[word], token.start()))
            case "close":
                self._close(word, token.end())
            case "comma":
                self._stack[-1].settle()
            case "colon":
                self._stack[-1].name()
            case "fence":  # a block ends here, and with it whatever prose or code left open
                self._give_up(token.start())
            case "bare":
                self._stack[-1].slot.append(_bare_word(word.strip()))
            case "json" | "quoted":
                self._stack[-1].slot.append(_unescaped(word, as_json=token.lastgroup == "json"))

    def _close(self, closer: str, end: int) -> None:
        if not any(opened.closer == closer for opened in self._stack):
            return  # one bracket too many
        while (opened := self._stack.pop()).closer != closer:
            self._add(UNREADABLE, opened.start, end)
        self._add(opened.value(), opened.start, end)

    def _give_up(self, end: int) -> None:
        """Close all that is still open as cut, and keep the values that were closed inside it."""
        self._cut = self._cut or bool(self._stack)
        while self._stack:
            opened = self._stack.pop()
            if not opened.slot or is_scalar(opened.slot[-1]):
                opened.key, opened.slot = None, []  # a word that nothing follows may be half a word
            self._add(opened.value(cut=True), opened.start, end)

    def _add(self, value: Value, start: int, end: int) -> None:
        if self._stack:
            self._stack[-1].slot.append(value)
        else:
            self._found.append((start, end, value))

    def _scan(self, text: str) -> Scan:
        ends = [0, *(end for _, end, _ in self._found)]
        starts = [*(start for start, _, _ in self._found), len(text)]
        gaps = tuple(text[end:start] for end, start in zip(ends, starts, strict=True))
        return Scan(tuple(value for _, _, value in self._found), gaps, self._cut)
