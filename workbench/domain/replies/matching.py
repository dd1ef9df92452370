"""Which entry of a reply is about which sample: by the ids of the request, or by place where there are none.

The danger is to be off by one. A number is believed only where all numbers of the reply together can mean one thing.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from workbench.domain.datasets.labels import LabelSet
from workbench.domain.predictions import PredictionStatus
from workbench.domain.replies.entries import RANKING_KEYS, Entry, entries_in, entries_in_lines, fold_key, is_flat
from workbench.domain.replies.rankings import ranking_of, read_entry
from workbench.domain.replies.records import UNREADABLE, Record, Scan, Value, scan


class MatchBy(StrEnum):
    """How answers find their samples."""

    ID = "id"
    """By the ids that prompt `named` gives."""
    POSITION = "position"
    """By order, since prompt `paper` names nothing."""


_NOUN: Final = re.compile(
    r"(?:(?:sample|image|img|picture|photo|video|clip|text|item|id|no|number)(?:[\s_#:.-]+|(?=[0-9]))"
    r"|(?:样本|图片|图像|照片|视频|文本)[\s_#:.-]*)+(?=.)"
)
_EXTENSION: Final = re.compile(r"\.(?=[0-9]?[a-z])[a-z0-9]{2,5}$")
_LEADING_ZEROS: Final = re.compile(r"(?<![0-9])0+(?=[0-9])")
_LAST_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{1,6}$")
_FENCE: Final = re.compile(r"```\w*")
_HEADING: Final = re.compile(r"[\s#*_>-]*+(?P<name>\w[\w .-]{0,40}?)[\s*_:]*")
"""No brackets and no commas: within a list, an id is no heading."""
_BULLET: Final = re.compile(r"\s*#?([0-9]{1,3})[.):]\s")


def entries_in_scan(scanned: Scan, match: MatchBy) -> list[Entry]:
    """The entries of lists and records that can be about a sample."""
    if match is MatchBy.ID:
        return [entry for value in scanned.values for entry in entries_in(value) if entry.names]
    # A list of words between records is prose.
    telling = [value for value in scanned.values if not is_flat(value)]
    entries = [entry for value in telling or scanned.values for entry in entries_in(value)]
    if all(entry.names for entry in entries):
        return entries
    # "2. {'result': ['happy']}" has its name outside; "of [happy, sad] I can choose none" is no answer at all.
    outside = " ".join(scanned.gaps[1:-1] if telling else scanned.gaps)
    return [] if re.search(r"\w", _FENCE.sub("", outside)) else entries


def entries_in_prose(text: str, refs: Sequence[str], labels: LabelSet, match: MatchBy) -> list[Entry]:
    """The entries of lines of prose that can be about a sample."""
    entries = [entry for entry in entries_in_lines(text) if entry.names]
    if match is MatchBy.ID:
        names = _refs_by_name(refs)
        known = [entry for entry in entries if _plain_name(entry.names[0]) in names or _number(entry) is not None]
        return [replace(entry, answers=(UNREADABLE,)) if _names_a_sample(entry, refs) else entry for entry in known]
    return [entry for entry in entries if _place(entry) is not None] or _unnumbered_lines(text, refs, labels)


def _names_a_sample(entry: Entry, refs: Sequence[str]) -> bool:
    """Whether a line's answer names a sample itself: "s01: happy, s02: sad" is not one answer."""
    answer = entry.answers[0]
    return isinstance(answer, str) and not set(refs).isdisjoint(re.findall(r"\w+", answer))


def _unnumbered_lines(text: str, refs: Sequence[str], labels: LabelSet) -> list[Entry]:
    """One entry a line, where the lines hold labels and nothing else."""
    lines = [line for line in _FENCE.sub("", text).splitlines() if line.strip()]
    if len(lines) != len(refs) or (len(lines) > 1 and re.search(r"[0-9]", text)):
        return []
    rankings = [ranking_of(line, labels) for line in lines]
    if not all(ranking and set(ranking) <= set(labels.names) for ranking in rankings):
        return []
    return [Entry((), (line,), keyed=False) for line in lines]


Found = Mapping[str, Sequence[Entry]]


def match_entries(
    entries: Sequence[Entry], refs: Sequence[str], labels: LabelSet, match: MatchBy, *, cut: bool
) -> Found:
    """The entries of each sample by its id; empty where none can be told. A `cut` reply is not read by place."""
    if match is MatchBy.ID:
        return _by_name(entries, refs) or _by_number(entries, refs, labels)
    if cut or len(entries) != len(refs) or _may_be_one_ranking(entries, labels):
        return {}
    places = [_place(entry) for entry in entries]
    if places.count(None) < len(places):
        return _by_place(places, entries, refs)
    if any(not entry.names and entry.answers in ((), (UNREADABLE,)) for entry in entries):
        return {}  # what is damaged may have been two entries
    return {ref: [entry] for ref, entry in zip(refs, entries, strict=True)}


def _by_name(entries: Sequence[Entry], refs: Sequence[str]) -> Found:
    names = _refs_by_name(refs)
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        ref = next((names[name] for name in map(_plain_name, entry.names) if name in names), None)
        if ref is not None:
            found[ref].append(entry)
    return found


def _by_number(entries: Sequence[Entry], refs: Sequence[str], labels: LabelSet) -> Found:
    """By bare numbers, where every name is a number and the ids of the request are numbered from 1."""
    asked = [_last_number(ref) for ref in refs]
    if asked != list(range(1, len(refs) + 1)) or _may_be_one_ranking(entries, labels):
        return {}
    places = [_number(entry) for entry in entries]
    if len(set(places)) < len(places) and not all(entry.keyed for entry in entries):
        return {}  # "1. happy 2. sad" twice: a ranking below each sample's name
    return _by_place(places, entries, refs)


def _by_place(places: Sequence[int | None], entries: Sequence[Entry], refs: Sequence[str]) -> Found:
    """By numbers that count from 1 or from 0 without a gap; any others may be off by one."""
    first = next((start for start in (1, 0) if set(places) == set(range(start, start + len(refs)))), None)
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for place, entry in zip(places, entries, strict=True):
        if first is not None and place is not None:
            found[refs[place - first]].append(entry)
    return found


def _may_be_one_ranking(entries: Sequence[Entry], labels: LabelSet) -> bool:
    """Whether "1. happy 2. sad" may be one sample's ranking: one word each, no word twice."""
    if len(entries) < 2 or any(entry.keyed for entry in entries):
        return False
    rankings = [ranking_of(entry.answers[0], labels) or () for entry in entries if isinstance(entry.answers[0], str)]
    return (
        len(rankings) == len(entries)
        and len(set(rankings)) == len(rankings)
        and all(len(ranking) == 1 for ranking in rankings)
    )


def _refs_by_name(refs: Sequence[str]) -> dict[str, str]:
    """The ids of the request by their plain form, without those whose plain forms are the same."""
    plain = [_plain_name(ref) for ref in refs]
    return {name: ref for name, ref in zip(plain, refs, strict=True) if plain.count(name) == 1}


def _plain_name(name: str) -> str:
    """`s1` for "s01", "S01", "Sample s01" and "frames/s01.jpg"."""
    folded = unicodedata.normalize("NFKC", name[:120]).casefold()
    stem = _EXTENSION.sub("", re.split(r"[/\\]", folded)[-1].strip(" \t#*`_\"'()[]<>.,:"))
    noun = _NOUN.match(stem)
    return _LEADING_ZEROS.sub("", stem[noun.end() :] if noun else stem)


def _last_number(name: str) -> int | None:
    number = _LAST_NUMBER.search(_plain_name(name))
    return int(number[0]) if number else None


def _place(entry: Entry) -> int | None:
    return _last_number(entry.names[0]) if entry.names else None


def _number(entry: Entry) -> int | None:
    return _place(entry) if _LAST_NUMBER.fullmatch(_plain_name(entry.names[0])) else None


def unnamed_answers(scanned: Scan, text: str, refs: Sequence[str], labels: LabelSet) -> Found:
    """The answers of a reply that has no ids beside them: of its only sample, or below headings that are ids.

    Nothing can be mixed up there. What may also be two answers counts as none.
    """
    entry = _lone_entry(scanned, text, labels) if len(refs) == 1 else None
    return {refs[0]: [entry]} if entry is not None else _below_headings(text, refs, labels)


def _below_headings(text: str, refs: Sequence[str], labels: LabelSet) -> Found:
    """The one answer below each line that is a sample's id and nothing else."""
    names = _refs_by_name(refs)
    bodies: dict[str, list[str]] = {}
    body: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.fullmatch(line)
        ref = names.get(_plain_name(heading["name"])) if heading else None
        if ref is None:
            body.append(line)
        elif ref in bodies:
            return {}
        else:
            body = bodies[ref] = []
    below = {ref: "\n".join(lines) for ref, lines in bodies.items()}
    entries = {ref: _lone_entry(scan(answer), answer, labels) for ref, answer in below.items()}
    return {ref: [entry] for ref, entry in entries.items() if entry is not None}


def _lone_entry(scanned: Scan, text: str, labels: LabelSet) -> Entry | None:
    """The one answer of a text without ids; None where there is none, or more than one."""
    if len(scanned.values) == 1 and _ranks_by_key(scanned.values[0], labels):
        return Entry((), scanned.values)
    entries = entries_in_scan(scanned, MatchBy.POSITION)
    if not entries and "{" not in text:
        entries = _nameless_lines(_FENCE.sub("", text), labels)
    if len(entries) != 1 or entries[0].names:
        return None
    outside = read_entry(entries[0], labels).status is PredictionStatus.OUT_OF_VOCABULARY
    return None if outside and re.search(r"[0-9]", text) else entries[0]  # ["s02", "happy"] may name a sample


def _ranks_by_key(value: Value, labels: LabelSet) -> bool:
    """{"happy": 0.8, "sad": 0.2}, or all of the labels by place: {"1": "happy", "2": "sad"}."""
    if not isinstance(value, Record) or not value.members:
        return False
    keys = [key for key, _ in value.members]
    places = [str(place + 1) for place in range(len(labels.names))]
    return keys == places or all(labels.resolve(key) for key in keys)


def _nameless_lines(text: str, labels: LabelSet) -> list[Entry]:
    """One line of labels, a line for each of all labels, or "Emotion: happy" among lines without a number.

    Some labels, one a line, may also be what the model sees in each frame of a video.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    ranking = ranking_of("\n".join(lines), labels) or ()
    if ranking and set(ranking) <= set(labels.names):
        numbers = [int(number[1]) for line in lines if (number := _BULLET.match(line))]
        is_one = len(lines) == 1 or len(lines) == len(ranking) == len(labels.names)
        counts = numbers in ([], list(range(1, len(lines) + 1)))
        return [Entry((), ("\n".join(lines),))] if is_one and counts else []
    if re.search(r"[0-9]", text):
        return []
    return [Entry((), one.answers) for one in entries_in_lines(text) if fold_key(one.names[0]) in RANKING_KEYS]
