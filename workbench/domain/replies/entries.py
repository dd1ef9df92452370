"""Reads the lists, records and lines of a reply as entries: a name, and an answer under it.

This module knows the words that models use for a name and for an answer. Which sample a name means is decided in
`matching`, and what an answer ranks in `rankings`.
"""

# ruff: noqa: RUF001 - models write curly quotes, and the punctuation of Chinese

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

from workbench.domain.replies.records import LOST_KEY, UNREADABLE, Record, RecordList, Value, is_scalar


@dataclass(frozen=True, slots=True)
class Entry:
    """What a reply says about one sample."""

    names: tuple[str, ...]
    """What the reply calls the sample, the likeliest first; empty where it has no name."""
    answers: tuple[Value, ...]
    """The values where an answer belongs, the likeliest first; empty where there are none."""
    notes: tuple[str, ...] = ()
    """Other texts of the entry."""
    keyed: bool = True
    """Whether the name is marked as one. A bare "1." may also be a place in a ranking."""


_NAME_KEYS: Final = (
    *("id", "ref", "sampleid", "imageid", "videoid", "textid", "sample", "name", "samplename", "imagename"),
    *("videoname", "filename", "file", "image", "video", "index", "number", "text"),
)
RANKING_KEYS: Final = (
    *("ranking", "rankings", "ranked", "rankedlabels", "result", "results", "labels", "emotions", "categories"),
    *("predictions", "prediction", "answer", "answers", "label", "emotion", "sentiment", "expression", "category"),
)
SCORE_KEYS: Final = ("score", "confidence", "probability", "prob", "similarity", "percentage", "likelihood", "value")
_WRAPPERS: Final = frozenset(
    {
        *("answer", "answers", "result", "results", "prediction", "predictions", "response", "responses", "rankings"),
        *("samples", "images", "videos", "texts", "data", "items", "entries", "output", "outputs", "annotations"),
    }
)


def values_of(record: Record, keys: tuple[str, ...]) -> tuple[Value, ...]:
    """The values under any of these keys, in the order of `keys`, however the keys are written."""
    written: defaultdict[str, list[Value]] = defaultdict(list)
    for key, value in record.members:
        written[fold_key(key)].append(value)
    return tuple(value for key in keys for value in written.get(key, ()))


def fold_key(key: str) -> str:
    """A key in the form in which keys are compared."""
    return re.sub(r"[\W_]+", "", key[:40].casefold())


def entries_in(value: Value) -> list[Entry]:
    """The entries of a list or record, also of the lists and records inside it where it only wraps them."""
    if isinstance(value, Record):
        return _recorded(value)
    if not isinstance(value, RecordList):
        return []
    if value.items and all(is_scalar(item) for item in value.items):
        return [] if value.cut else [Entry((), (value,))]
    nested = [_recorded(item) if isinstance(item, Record) else [Entry((), (item,))] for item in value.items]
    return [entry for entries in nested for entry in entries]


def _recorded(record: Record) -> list[Entry]:
    called = values_of(record, _NAME_KEYS)
    names = tuple(str(name) for name in called if isinstance(name, str | int))
    wrapped = [value for key, value in record.members if _wraps(key, value, named=bool(names))]
    if wrapped:
        return [entry for value in wrapped for entry in entries_in(value)]
    answers = values_of(record, RANKING_KEYS)
    if called or answers:
        if (LOST_KEY, UNREADABLE) in record.members:
            answers = (UNREADABLE,)  # the part that cannot be read may be another answer
        notes = tuple(value for _, value in record.members if isinstance(value, str))
        return [] if record.cut else [Entry(names, answers, notes)]
    return [_entry(key, value) for key, value in record.members if not is_cut(value)]


def _entry(name: str, answer: Value) -> Entry:
    return Entry((name,), (answer,), keyed=not name.strip(" #").isdigit())


def _wraps(key: str, value: Value, *, named: bool) -> bool:
    wrapper = fold_key(key) in _WRAPPERS and not named
    if isinstance(value, Record):
        return wrapper and not all(isinstance(score, int | float) for _, score in value.members)
    if not isinstance(value, RecordList):
        return False
    records = [item for item in value.items if isinstance(item, Record)]
    if records and all(item.cut or (values_of(item, _NAME_KEYS) and values_of(item, RANKING_KEYS)) for item in records):
        return True
    scored = any(values_of(item, SCORE_KEYS) for item in records)
    return wrapper and not scored and not any(is_scalar(item) for item in value.items)


def is_flat(value: Value) -> bool:
    """Whether this is a list of words and numbers: one ranking, or words in brackets."""
    return isinstance(value, RecordList) and any(is_scalar(item) for item in value.items)


def is_cut(value: Value) -> bool:
    """Whether the text ended within this value."""
    return isinstance(value, RecordList | Record) and value.cut


_LINE: Final = re.compile(
    r"[\s>*#•`_\[(\-]*+(?P<name>[^:：|=\t→＝➔➜➡⇒⟶]{1,60}?)[\s*`_\])]{0,9}(?:[:：=\t→＝➔➜➡⇒⟶]|->|\s[-–—]\s|[.)、](?=\s))(?P<rest>.*)"
)
_RULE: Final = re.compile(r"[\s|:+\-–—]*")


def entries_in_lines(text: str) -> list[Entry]:
    """The entries of lines such as "s01: happy > sad", "2. Happy" or "| s01 | happy |"; other lines are passed over."""
    entries: list[Entry] = []
    columns: list[str] = []
    for line in text.splitlines():
        if "|" in line and ":" not in line.partition("|")[0]:
            cells = [cell.strip(" \t*`") for cell in line.strip().strip("|").split("|")]
            if not columns and any(fold_key(cell) in _NAME_KEYS for cell in cells):
                columns = [fold_key(cell) for cell in cells]
            elif not _RULE.fullmatch(line):
                entries.append(_row(cells, columns))
        elif match := _LINE.fullmatch(line):
            entries.append(_entry(match["name"], match["rest"].strip(" \t*")))
    return entries


def _row(cells: list[str], columns: list[str]) -> Entry:
    named = next((place for key in _NAME_KEYS for place, column in enumerate(columns) if column == key), 0)
    ranked = next((place for key in RANKING_KEYS for place, column in enumerate(columns) if column == key), None)
    if ranked is not None:
        answer = "".join(cells[ranked : ranked + 1])
    else:
        places = cells[:named] + cells[named + 1 :]
        answer = " | ".join(places) if "".join(places[:1]) else ""  # the second place is not the first
    entry = _entry("".join(cells[named : named + 1]), answer)
    return replace(entry, keyed=True) if columns else entry
