"""What a reply says of each sample that was asked about: text in, exactly one status per sample out.

    reply text ──records──> entries ──by id or place──> samples ──label set──> one status each

Nothing is guessed. An answer goes to a sample only by that sample's id (or, for prompt `paper`, by its place among
exactly as many answers as questions); a word is a label only where the label set knows it; where a reply contradicts
itself about a sample, that sample has no answer. What cannot be told is missing or unparsed, and is asked again.
The work is bounded: text beyond `PARSED_CHARS` counts as cut off, and time is linear in what is left.
"""

# ruff: noqa: RUF001 - models write the punctuation of Chinese

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from workbench.domain.labels import LabelSet, fold
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.records import (
    RANKING_KEYS,
    SCORE_KEYS,
    UNREADABLE,
    Entry,
    Listing,
    Record,
    Scan,
    Value,
    entries_in,
    entries_in_lines,
    is_flat,
    scan,
    under,
)
from workbench.domain.refusals import is_refusal
from workbench.domain.replies import Outcome, Reply

PARSED_CHARS: Final = 200_000
"""Twenty rankings of eight labels take four thousand characters."""
MOST_WORDS: Final = 200
"""Words of one answer that are looked at."""
LONGEST_WORD: Final = 40
"""A longer choice outside the label set is prose; so is one of more than four words."""

_CUT_REASONS: Final = frozenset({"length", "max_tokens", "model_length", "content_filter"})


class MatchBy(StrEnum):
    """How answers find their samples."""

    ID = "id"
    """By the ids that prompt `named` gives."""
    POSITION = "position"
    """By order, since prompt `paper` names nothing."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A reply, read."""

    outcome: Outcome
    """The reply's own; where that is `answered`, the text may show it to be refused, filtered or empty."""
    predictions: tuple[RankedPrediction, ...]
    """Exactly one per sample asked about, in the order asked."""


def parse_reply(reply: Reply, asked_refs: Sequence[str], labels: LabelSet, match: MatchBy) -> Parsed:
    """Read a reply. Never raises for anything that it says."""
    if reply.outcome is Outcome.FAILED:
        return Parsed(reply.outcome, (RankedPrediction(PredictionStatus.FAILED),) * len(asked_refs))
    text = _without_thoughts(reply.text or "")
    cut = _is_cut_off(reply) or len(text) > PARSED_CHARS
    predictions = _predictions(text[:PARSED_CHARS], asked_refs, labels, match, cut=cut)
    if _is_declined(reply):
        refused = RankedPrediction(PredictionStatus.REFUSED)
        predictions = tuple(said if said.status.is_answer else refused for said in predictions)
    return Parsed(_outcome(reply, text, predictions), predictions)


def _without_thoughts(text: str) -> str:
    # A model that thinks aloud drafts answers that it does not give. Some servers drop the opening tag.
    thoughts, closed, answer = text.partition("</think>")
    if closed:
        return answer
    return "" if thoughts.lstrip().startswith("<think>") else text


def _is_cut_off(reply: Reply) -> bool:
    reason = (reply.finish_reason or "").casefold()
    return reason in _CUT_REASONS or reply.outcome in (Outcome.TRUNCATED, Outcome.FILTERED)


def _is_declined(reply: Reply) -> bool:
    declined = reply.outcome in (Outcome.REFUSED, Outcome.FILTERED) or bool(reply.refusal)
    return declined or reply.finish_reason == "content_filter"


def _outcome(reply: Reply, text: str, predictions: Sequence[RankedPrediction]) -> Outcome:
    if reply.outcome is not Outcome.ANSWERED:
        return reply.outcome
    statuses = {said.status for said in predictions}
    if _is_declined(reply) and PredictionStatus.REFUSED in statuses:
        return Outcome.FILTERED if reply.finish_reason == "content_filter" else Outcome.REFUSED
    if not text.strip(" \t\r\n\x00\ufeff\u200b"):
        return Outcome.EMPTY
    return Outcome.REFUSED if statuses == {PredictionStatus.REFUSED} else Outcome.ANSWERED


def _predictions(
    text: str, refs: Sequence[str], labels: LabelSet, match: MatchBy, *, cut: bool
) -> tuple[RankedPrediction, ...]:
    seen = scan(text)
    entries = _scanned_entries(seen, match)
    found = _matched(entries, refs, labels, match, cut=cut or seen.cut)
    if not found and "{" not in text and not seen.cut:
        entries = _line_entries(text[: text.rfind("\n") + 1] if cut else text, refs, labels, match)
        found = _matched(entries, refs, labels, match, cut=cut)
    if found:
        return tuple(_agreed(found.get(ref, ()), labels) for ref in refs)
    if is_refusal(text):
        return (RankedPrediction(PredictionStatus.REFUSED),) * len(refs)
    readable = any(not is_flat(value) for value in seen.values) or any(
        _read(entry, labels).status is PredictionStatus.RANKED for entry in entries
    )
    status = PredictionStatus.MISSING if readable and not seen.cut else PredictionStatus.UNPARSED
    return (RankedPrediction(status),) * len(refs)


# ---- Which entry speaks of which sample ------------------------------------------------------------------------------

_NOUN: Final = re.compile(
    r"(?:(?:sample|image|img|picture|photo|video|clip|text|item|id|no|number)(?:[\s_#:.-]+|(?=[0-9]))"
    r"|(?:样本|图片|图像|照片|视频|文本)[\s_#:.-]*)+(?=.)"
)
_EXTENSION: Final = re.compile(r"\.(?=[0-9]?[a-z])[a-z0-9]{2,5}$")
_LEADING_ZEROS: Final = re.compile(r"(?<![0-9])0+(?=[0-9])")
_LAST_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{1,6}$")
_FENCE: Final = re.compile(r"```\w*")


def _scanned_entries(seen: Scan, match: MatchBy) -> list[Entry]:
    if match is MatchBy.ID:
        return [entry for value in seen.values for entry in entries_in(value) if entry.names]
    # Between records, a list of words is prose.
    telling = [value for value in seen.values if not is_flat(value)]
    entries = [entry for value in telling or seen.values for entry in entries_in(value)]
    if all(entry.names for entry in entries):
        return entries
    # "2. {'result': ['happy']}" has its name outside; "of [happy, sad] I can choose none" is no answer at all.
    outside = " ".join(seen.gaps[1:-1] if telling else seen.gaps)
    return [] if re.search(r"\w", _FENCE.sub("", outside)) else entries


def _line_entries(text: str, refs: Sequence[str], labels: LabelSet, match: MatchBy) -> list[Entry]:
    entries = [entry for entry in entries_in_lines(text) if entry.names]
    if match is MatchBy.ID:
        names = _names(refs)
        return [entry for entry in entries if _plain(entry.names[0]) in names or _number(entry) is not None]
    return [entry for entry in entries if _place(entry) is not None] or _unnumbered_lines(text, refs, labels)


def _unnumbered_lines(text: str, refs: Sequence[str], labels: LabelSet) -> list[Entry]:
    """One entry a line, where the lines hold labels and nothing else."""
    lines = [line for line in _FENCE.sub("", text).splitlines() if line.strip()]
    if len(lines) != len(refs) or (len(lines) > 1 and re.search(r"[0-9]", text)):
        return []
    rankings = [_ranking(line, labels) for line in lines]
    if not all(ranking and set(ranking) <= set(labels.names) for ranking in rankings):
        return []
    return [Entry((), (line,), keyed=False) for line in lines]


_Found = Mapping[str, Sequence[Entry]]


def _matched(entries: Sequence[Entry], refs: Sequence[str], labels: LabelSet, match: MatchBy, *, cut: bool) -> _Found:
    if match is MatchBy.ID:
        return _by_name(entries, refs) or _by_number(entries, refs, labels)
    if cut or len(entries) != len(refs) or _may_be_one_ranking(entries, labels):
        return {}
    places = [_place(entry) for entry in entries]
    if places.count(None) < len(places):
        return _by_place(places, entries, refs)
    if any(not entry.names and entry.answers in ((), (UNREADABLE,)) for entry in entries):
        return {}  # one ruin may have been two entries
    return {ref: [entry] for ref, entry in zip(refs, entries, strict=True)}


def _by_name(entries: Sequence[Entry], refs: Sequence[str]) -> _Found:
    names = _names(refs)
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        ref = next((names[name] for name in map(_plain, entry.names) if name in names), None)
        if ref is not None:
            found[ref].append(entry)
    return found


def _by_number(entries: Sequence[Entry], refs: Sequence[str], labels: LabelSet) -> _Found:
    """By bare numbers, where every name is one and the ids asked about are themselves numbered from 1."""
    asked = [_last_number(ref) for ref in refs]
    if asked != list(range(1, len(refs) + 1)) or _may_be_one_ranking(entries, labels):
        return {}
    return _by_place([_number(entry) for entry in entries], entries, refs)


def _by_place(places: Sequence[int | None], entries: Sequence[Entry], refs: Sequence[str]) -> _Found:
    """By numbers that count from 1 or from 0 and are all there; any others may be off by one."""
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
    rankings = [_ranking(entry.answers[0], labels) or () for entry in entries if isinstance(entry.answers[0], str)]
    return (
        len(rankings) == len(entries)
        and len(set(rankings)) == len(rankings)
        and all(len(ranking) == 1 for ranking in rankings)
    )


def _names(refs: Sequence[str]) -> dict[str, str]:
    """The ids asked about by their plain form, without those that the plain form would confuse."""
    plain = [_plain(ref) for ref in refs]
    return {name: ref for name, ref in zip(plain, refs, strict=True) if plain.count(name) == 1}


def _plain(name: str) -> str:
    """`s1` for "s01", "S01", "Sample s01" and "frames/s01.jpg"."""
    folded = unicodedata.normalize("NFKC", name[:120]).casefold()
    stem = _EXTENSION.sub("", re.split(r"[/\\]", folded)[-1].strip(" \t#*`_\"'()[]<>.,:"))
    noun = _NOUN.match(stem)
    return _LEADING_ZEROS.sub("", stem[noun.end() :] if noun else stem)


def _last_number(name: str) -> int | None:
    number = _LAST_NUMBER.search(_plain(name))
    return int(number[0]) if number else None


def _place(entry: Entry) -> int | None:
    return _last_number(entry.names[0]) if entry.names else None


def _number(entry: Entry) -> int | None:
    return _place(entry) if _LAST_NUMBER.fullmatch(_plain(entry.names[0])) else None


# ---- What an entry answers -------------------------------------------------------------------------------------------

_SEPARATORS: Final = ",;>|\n，、；→≻"
_PIECE: Final = re.compile(rf"(?:\([^()]*+\)|（[^（）]*+）|[^{_SEPARATORS}])++")
_BULLET: Final = re.compile(r"(?:#?[0-9]{1,3} ?[.):](?![0-9])|[-*•=]) ?")
_SCORE: Final = re.compile(r" ?[:=(\-–]? ?(?P<score>[0-9]{1,6}(?:\.[0-9]{1,12})?) ?%? ?\)?$")
_ASIDE: Final = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]")
_PLACEHOLDER: Final = re.compile(r"\s*<[^<>]*>\s*")  # the prompt's own "<best category>", echoed
_NOTHING: Final = frozenset({"", "-", "n/a", "na", "none", "null", "nil"})
_RANK_KEYS: Final = ("rank", "order", "position", "place")


def _agreed(entries: Sequence[Entry], labels: LabelSet) -> RankedPrediction:
    """What all the entries about one sample say together."""
    said = {_read(entry, labels) for entry in entries}
    statuses = {reading.status for reading in said}
    answers = [reading for reading in said if reading.status.is_answer]
    if len(answers) == 1 and PredictionStatus.UNPARSED not in statuses:
        return answers[0]
    if answers or PredictionStatus.UNPARSED in statuses:
        return RankedPrediction(PredictionStatus.UNPARSED)
    refused = PredictionStatus.REFUSED in statuses
    return RankedPrediction(PredictionStatus.REFUSED if refused else PredictionStatus.MISSING)


def _read(entry: Entry, labels: LabelSet) -> RankedPrediction:
    """The first answer that says anything counts, unless another one begins with another label."""
    rankings = [_ranking(answer, labels) for answer in entry.answers]
    first = next((ranking for ranking in rankings if ranking != ()), ())
    labelled = {ranking[0] for ranking in rankings if ranking and ranking[0] in labels.names}
    if first and labelled == {first[0]}:
        return RankedPrediction(PredictionStatus.RANKED, first)
    spoken = entry.answers if first else (*entry.answers, *entry.notes)
    if any(is_refusal(_spoken(answer)) for answer in spoken):
        return RankedPrediction(PredictionStatus.REFUSED)
    if first and not labelled:
        return RankedPrediction(PredictionStatus.OUT_OF_VOCABULARY, first)
    return RankedPrediction(PredictionStatus.MISSING if first == () else PredictionStatus.UNPARSED)


def _spoken(answer: Value) -> str:
    if isinstance(answer, Listing):
        return ", ".join(item for item in answer.items[:MOST_WORDS] if isinstance(item, str))
    return answer if isinstance(answer, str) else ""


def _ranking(answer: Value, labels: LabelSet) -> tuple[str, ...] | None:
    """The words of an answer, best first: () where it says nothing, None where it cannot be told what."""
    words = _words(answer, labels)
    ranking: dict[str, str] = {}
    for word in words or ():
        if word in labels.names or not (len(word) > LONGEST_WORD or word.count(" ") > 3):
            ranking.setdefault(fold(word), word)
        elif not ranking:
            return None  # prose: the answer may be in it, but not in a form that can be told
    return None if words is None else tuple(ranking.values())


def _words(answer: Value, labels: LabelSet) -> list[str] | None:
    match answer:
        case Record(members=()) | None:
            return []
        case Record():
            return _recorded_words(answer, labels)
        case Listing(cut=False):
            return _listed_words(answer.items[:MOST_WORDS], labels)
        case str():
            return [] if _says_nothing(answer, labels) else _best_first(_scored_words(answer, labels))
        case int() | float():  # a label only where somebody's labels are numbers
            label = labels.resolve(str(answer))
            return None if label is None else [label]
    return None


def _says_nothing(text: str, labels: LabelSet) -> bool:
    nothing = text.strip().casefold() in _NOTHING or _PLACEHOLDER.fullmatch(text) is not None
    return nothing and labels.resolve(text) is None


def _recorded_words(record: Record, labels: LabelSet) -> list[str] | None:
    """{"label": ..}, {"1": "happy", "2": ..} or {"happy": 0.9, ..}."""
    inner = under(record, RANKING_KEYS)
    if inner:
        return _words(inner[0], labels)
    if [key for key, _ in record.members] == [str(place + 1) for place in range(len(record.members))]:
        return _listed_words([value for _, value in record.members[:MOST_WORDS]], labels)
    return _rated_words([record], labels)


def _listed_words(items: Sequence[Value], labels: LabelSet) -> list[str] | None:
    records = [item for item in items if isinstance(item, Record)]
    texts = [item for item in items if isinstance(item, str)]
    if records:
        return _rated_words(records, labels) if len(records) == len(items) else None
    if len(texts) == len(items):
        silent = [_says_nothing(text, labels) for text in texts]
        if any(silent[:1]):
            return [] if all(silent) else None  # the second place is not the first
        return _best_first([word for text in texts for word in _scored_words(text, labels)])
    words = [None if isinstance(item, Listing) else _words(item, labels) for item in items]
    return None if None in words else [word for several in words for word in several or ()]


def _rated_words(records: Sequence[Record], labels: LabelSet) -> list[str] | None:
    """[{"label": "happy", "score": 0.9}, ..] or {"happy": 0.9, ..}."""
    named = [word for record in records for word in _first_text(under(record, (*RANKING_KEYS, "name")))]
    if named and len(named) == len(records):
        words = [_word(word, labels) for word in named]
        ranks = [value for record in records for value in under(record, _RANK_KEYS)]
        ratings = ranks or [value for record in records for value in under(record, SCORE_KEYS)]
        if not ratings:
            return words
        order = [number for number in map(_number_in, ratings) if number is not None]
        return _sorted(words, order, rising=bool(ranks)) if len(order) == len(ratings) == len(words) else None
    members = [member for record in records for member in record.members][:MOST_WORDS]
    scored = [(_word(key, labels), _number_in(value)) for key, value in members]
    return None if any(score is None for _, score in scored) else _best_first(scored)


def _first_text(values: Sequence[Value]) -> list[str]:
    return [value for value in values if isinstance(value, str)][:1]


def _number_in(value: Value) -> float | None:
    if isinstance(value, str):
        written = re.fullmatch(r"\s{0,3}([0-9]{1,6}(?:\.[0-9]{1,12})?)\s{0,3}%?\s{0,3}", value)
        return float(written[1]) if written else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


_ScoredWord = tuple[str, float | None]


def _scored_words(text: str, labels: LabelSet) -> list[_ScoredWord]:
    """The words of "happy (smile), sad", "happy > sad", "1. Happy: 90 %; 2. Sad: 10 %"."""
    pieces = (" ".join(piece[0].split()) for piece in islice(_PIECE.finditer(text), MOST_WORDS))
    words = [_scored_word(piece, labels) for piece in pieces]
    return [(word, score) for word, score in words if fold(word) or word in labels.names]


def _scored_word(piece: str, labels: LabelSet) -> _ScoredWord:
    piece = piece[: 2 * LONGEST_WORD]  # what is longer is prose, and stays long enough to be seen as prose
    bullet = _BULLET.match(piece)
    word = piece[bullet.end() :] if bullet else piece
    for whole in (piece, word):
        label = labels.resolve(whole)
        if label is not None:
            return label, None
    score = _SCORE.search(word)
    word = word[: score.start()] if score else word
    return _word(_ASIDE.sub(" ", word), labels), float(score["score"]) if score else None


def _word(text: str, labels: LabelSet) -> str:
    """The label, else the model's own word in a form that can be stored."""
    own = text.strip(" \t\"'`*“”‘’.…").encode("utf-8", "replace").decode("utf-8")
    return labels.resolve(text) or " ".join(own.split())


def _best_first(scored: Sequence[_ScoredWord]) -> list[str] | None:
    """By score where there are scores, else as written; None where the two differ and either may be meant."""
    words = [word for word, _ in scored]
    scores = [score for _, score in scored if score is not None]
    if scores == sorted(scores, reverse=True):
        return words
    # "sad 1, happy 2" may count places, and then the smallest is the best.
    counted = list(range(1, len(scores) + 1)), list(range(len(scores))) if len(scores) > 2 else []
    return None if len(scores) < len(words) or sorted(scores) in counted else _sorted(words, scores)


def _sorted(words: Sequence[str], numbers: Sequence[float], *, rising: bool = False) -> list[str]:
    pairs = sorted(zip(words, numbers, strict=True), key=lambda pair: pair[1] if rising else -pair[1])
    return [word for word, _ in pairs]
