"""The encoding of a text file: one decision for every table, list and manifest that emowb reads.

A byte order mark decides, then whether the whole file is UTF-8. Everything else is a decision that is said in the notes
of the import, or the file is refused with the option that decides it. Libraries that guess an encoding from statistics
were tried: on tables with few words beyond ASCII they are wrong about half the time, and wrong words look like data.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from workbench.domain.datasets.file_kinds import HEAD_BYTES, not_the_file
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError

_CHUNK_BYTES: Final = 1 << 20
_EVIDENCE_BYTES: Final = 200_000
"""How many bytes of lines beyond ASCII are looked at."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZIP: Final = b"PK\x03\x04"
_MARK_IN_WORD: Final = re.compile(r"[a-z][^\x00-\x7f\w\u2019][a-z]", re.IGNORECASE)
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_RARE: Final = 100
"""Bad lines in a file of UTF-8 spoil themselves where they are fewer than one in so many."""
_LINES_SHOWN: Final = 5
_COMMON_SHARE: Final = 0.15

_HIGH_BYTES: Final = bytes(range(0x80, 0x100))
_ALIKE: Final = frozenset(
    western
    for western, central, turkish in zip(
        *(_HIGH_BYTES.decode(encoding, "replace") for encoding in ("cp1252", "cp1250", "cp1254")), strict=True
    )
    if western == central == turkish and western not in "ŠŽšžŸ"
)
"""Characters that Windows-1252, -1250 and -1254 write alike: `ä ö ü ß é á` and quotation marks.

Not those letters that other code pages have in place of the marks (`ä` and `ü` of the Macintosh).
"""
_COMMON_CHINESE: Final = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使"
    "情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老"
    "给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目"
    "太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展司五基眼书非则听白却界达光放强即像难且权思王象完"
    "设式色路记南品住告类求据程北边死张该交规万取拉望觉术领共确传师观清今切院让识候带导争运笑哭怕悲惊喜怒快乐高兴生气害厌恶中性"
    "吗呢吧啊哦嗯哈甲乙丙丁爸妈姐哥弟妹谢请您谁爱恨吃喝买卖"
)


@dataclass(slots=True)
class TextReading:
    """How text is read during one import, and what was decided."""

    encoding: str | None = None
    """What the user says it is; None: it is found out."""
    notes: dict[str, None] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    """Decisions after which some words may be wrong."""


_READING: ContextVar[TextReading | None] = ContextVar("text_reading", default=None)


@contextmanager
def text_reading(encoding: str | None = None) -> Iterator[TextReading]:
    """Read text in `encoding` inside this context, and gather what is decided. Raises UsageError for an unknown one."""
    if encoding is not None:
        try:
            encoding = codecs.lookup(encoding).name
        except LookupError:
            raise UsageError(
                f"unknown encoding {visible(encoding, longest=40)!r}; for example: utf-8, cp1252, gb18030, big5, cp1251"
            ) from None
    reading = TextReading(encoding)
    token = _READING.set(reading)
    try:
        yield reading
    finally:
        _READING.reset(token)


@dataclass(frozen=True, slots=True)
class Decoding:
    """The arguments of `open` for a file of text."""

    encoding: str
    errors: str = "strict"


def text_decoding(path: Path) -> Decoding:
    """How a whole file can be read.

    Raises DataError for a file in an encoding that cannot be told, and for one that is no text of its own: a
    placeholder of Git LFS, a web page.
    """
    reading = _READING.get() or TextReading()
    shown = visible(str(path))
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if instead := not_the_file(head):
        raise DataError(f"{shown} is {instead}")
    if head.startswith(_ZIP):
        raise DataError(f"{shown} is no text but a spreadsheet or an archive; give it its right ending, .xlsx or .zip")
    if reading.encoding is not None:
        _require(path, reading.encoding)
        return Decoding(reading.encoding)
    found = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _wide(head)
    if found is not None and found != "utf-8-sig":
        _require(path, found)
        return Decoding(found)
    if _fits(path, "utf-8-sig"):
        return Decoding("utf-8-sig")
    decoding, note, doubt = _legacy(path, _Beyond.of(path))
    if note:
        reading.notes[note] = None
    if doubt:
        reading.doubts[doubt] = None
    return decoding


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of ASCII is zero."""
    for name, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(zeros) > 3 and zeros.count(0) * 2 > len(zeros) and 0 not in others:
            return name
    return None


def _require(path: Path, encoding: str) -> None:
    if not _fits(path, encoding):
        raise DataError(f"{visible(str(path))} is not {encoding} throughout; save it as UTF-8, or give --encoding")


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Beyond:
    """The lines of a file that hold bytes beyond ASCII."""

    lines: tuple[tuple[int, bytes], ...]
    """The first of them, each with its number."""
    n_lines: int
    bad_utf8: tuple[int, ...]
    """The numbers of the lines that are not UTF-8."""
    n_good_utf8: int
    """Lines beyond ASCII that are."""

    @classmethod
    def of(cls, path: Path) -> "_Beyond":
        lines: list[tuple[int, bytes]] = []
        bad: list[int] = []
        number = n_good = n_bytes = 0
        with path.open("rb") as file:
            while line := file.readline(_CHUNK_BYTES):
                number += 1
                if line.isascii():
                    continue
                try:
                    line.decode()
                except UnicodeDecodeError:
                    bad.append(number)
                else:
                    n_good += 1
                if n_bytes < _EVIDENCE_BYTES:
                    lines.append((number, line))
                    n_bytes += len(line)
        return cls(tuple(lines), number, tuple(bad), n_good)


def _legacy(path: Path, beyond: _Beyond) -> tuple[Decoding, str, str]:
    """The decoding of a file that is not UTF-8, with a note or a doubt. Raises DataError where it cannot be told."""
    shown = visible(str(path))
    text = b"".join(line for _, line in beyond.lines)
    few = len(beyond.bad_utf8) * _RARE < beyond.n_lines
    if beyond.n_good_utf8 > len(beyond.bad_utf8) or (few and not (_is_western(text) or _is_chinese(text))):
        lines = ", ".join(map(str, beyond.bad_utf8[:_LINES_SHOWN]))
        more = ", ..." if len(beyond.bad_utf8) > _LINES_SHOWN else ""
        doubt = f"{shown}: bytes that are not UTF-8 in lines {lines}{more} are read as \N{REPLACEMENT CHARACTER}"
        return Decoding("utf-8-sig", "replace"), "", doubt
    if _is_chinese(text):
        return Decoding("gb18030"), f"{shown} is not UTF-8; read as GB18030 (--encoding overrules)", ""
    if _is_western(text):
        return Decoding("cp1252"), f"{shown} is not UTF-8; read as Windows-1252 (--encoding overrules)", ""
    raise DataError(_undecided(shown, beyond))


def _is_chinese(text: bytes) -> bool:
    """Whether everything beyond ASCII is Chinese in GBK, with the characters that Chinese text is full of.

    Text in Big5, Shift JIS and EUC-KR is valid GBK too, as rare characters.
    """
    try:
        read = text.decode("gb18030")
    except UnicodeDecodeError:
        return False
    beyond = [mark for mark in read if not mark.isascii()]
    words = [mark for mark in beyond if mark.isalpha()]
    n_common = sum(mark in _COMMON_CHINESE for mark in words)
    is_han = all("\u4e00" <= mark <= "\u9fff" for mark in words)
    return is_han and n_common >= max(_COMMON_SHARE * len(words), min(3, len(words)), 1)


def _is_western(text: bytes) -> bool:
    """Whether all bytes beyond ASCII are single letters in words, or marks, that the Western code pages share."""
    try:
        read = text.decode("cp1252")
    except UnicodeDecodeError:
        return False
    if _MARK_IN_WORD.search(read) or not _ALIKE.issuperset(mark for mark in read if not mark.isascii()):
        return False
    return max(map(len, _HIGH.findall(text)), default=0) <= 2


def _undecided(shown: str, beyond: _Beyond) -> str:
    number, line = next((one for one in beyond.lines if one[0] in beyond.bad_utf8), (0, b""))
    readings = []
    for encoding in ("cp1252", "gb18030", "cp1250", "cp1251", "big5", "shift_jis", "euc_kr"):
        try:
            read = line.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
        around = next((at for at, mark in enumerate(read) if not mark.isascii()), 0)
        readings.append(f"{encoding} {visible(read[max(0, around - 8) : around + 12])!r}")
    read_as = f"line {number} would read {'; '.join(readings[:4])}; " if readings else ""
    return (
        f"{shown} is not UTF-8, and its encoding cannot be told: {read_as}save it as UTF-8, or name the encoding, "
        "such as --encoding cp1252"
    )
