"""Answers that name nobody: about the only sample of a request, or below a heading that is a sample's id.

There is no neighbour then to be mixed up with. What may as well be two answers is none.
"""

import re
from collections.abc import Sequence
from typing import Final

from workbench.domain.datasets.labels import LabelSet
from workbench.domain.predictions import PredictionStatus
from workbench.domain.replies.entries import RANKING_KEYS, Entry, entries_in_lines, fold_key
from workbench.domain.replies.matching import FENCE, Found, MatchBy, plain_name, refs_by_name, scanned_entries
from workbench.domain.replies.rankings import ranking_of, read_entry
from workbench.domain.replies.records import Record, Scan, Value, scan

_HEADING: Final = re.compile(r"[\s#*_>-]*+(?P<name>\w[\w .-]{0,40}?)[\s*_:]*")
"""No brackets and no commas: within a list, an id is no heading."""
_BULLET: Final = re.compile(r"\s*#?([0-9]{1,3})[.):]\s")


def unnamed_answers(seen: Scan, text: str, refs: Sequence[str], labels: LabelSet) -> Found:
    """The answers of a reply that names nobody beside them."""
    entry = lone_entry(seen, text, labels) if len(refs) == 1 else None
    return {refs[0]: [entry]} if entry is not None else _below_headings(text, refs, labels)


def _below_headings(text: str, refs: Sequence[str], labels: LabelSet) -> Found:
    """The one answer below each line that is a sample's id and nothing else."""
    names = refs_by_name(refs)
    bodies: dict[str, list[str]] = {}
    body: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.fullmatch(line)
        ref = names.get(plain_name(heading["name"])) if heading else None
        if ref is None:
            body.append(line)
        elif ref in bodies:
            return {}
        else:
            body = bodies[ref] = []
    below = {ref: "\n".join(lines) for ref, lines in bodies.items()}
    entries = {ref: lone_entry(scan(answer), answer, labels) for ref, answer in below.items()}
    return {ref: [entry] for ref, entry in entries.items() if entry is not None}


def lone_entry(seen: Scan, text: str, labels: LabelSet) -> Entry | None:
    """The one answer of a reply that names nobody; None where there is none, or more than one."""
    if len(seen.values) == 1 and _ranks_by_key(seen.values[0], labels):
        return Entry((), seen.values)
    entries = scanned_entries(seen, MatchBy.POSITION)
    if not entries and "{" not in text:
        entries = _nameless_lines(FENCE.sub("", text), labels)
    if len(entries) != 1 or entries[0].names:
        return None
    outside = read_entry(entries[0], labels).status is PredictionStatus.OUT_OF_VOCABULARY
    return None if outside and re.search(r"[0-9]", text) else entries[0]  # ["s02", "happy"] may name somebody


def _ranks_by_key(value: Value, labels: LabelSet) -> bool:
    """{"happy": 0.8, "sad": 0.2}, or all of the labels by place: {"1": "happy", "2": "sad"}."""
    if not isinstance(value, Record) or not value.members:
        return False
    keys = [key for key, _ in value.members]
    places = [str(place + 1) for place in range(len(labels.names))]
    return keys == places or all(labels.resolve(key) for key in keys)


def _nameless_lines(text: str, labels: LabelSet) -> list[Entry]:
    """One line of labels, a line for each of all labels, or "Emotion: happy" among lines without a number.

    Some labels on a line each may as well be what is seen in each frame of a video.
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
