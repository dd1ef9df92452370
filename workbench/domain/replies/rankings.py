"""What the entries about one sample answer: a ranking of labels, words outside the label set, a refusal, or nothing."""

# ruff: noqa: RUF001 - models write the punctuation of Chinese

import math
import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from workbench.domain.datasets.labels import LabelSet, fold
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.replies.entries import RANKING_KEYS, SCORE_KEYS, Entry, values_of
from workbench.domain.replies.records import Record, RecordList, Value
from workbench.domain.replies.refusals import is_refusal

MOST_WORDS: Final = 200
"""Words of one answer that are read."""
LONGEST_WORD: Final = 40
"""A longer choice outside the label set is prose; so is one of more than four words."""

_SEPARATORS: Final = ",;>|\n，、；→≻＞➔➜➡⇒⟶»›"
_PIECE: Final = re.compile(rf"(?:\([^()]*+\)|（[^（）]*+）|[^{_SEPARATORS}])++")
_BULLET: Final = re.compile(r"(?:#?[0-9]{1,3} ?[.):](?![0-9])|[-*•=]) ?")
_SCORE: Final = re.compile(r" ?[:=(\-–]? ?(?P<score>[0-9]{1,6}(?:\.[0-9]{1,12})?) ?%? ?\)?$")
_ASIDE: Final = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]")
_PLACEHOLDER: Final = re.compile(r"\s*<[^<>]*>\s*")  # the prompt's own "<best category>", echoed
_NOTHING: Final = frozenset({"", "-", "n/a", "na", "none", "null", "nil"})
_RANK_KEYS: Final = ("rank", "order", "position", "place")


def prediction_of(entries: Sequence[Entry], labels: LabelSet) -> RankedPrediction:
    """The one prediction of all entries about one sample: unparsed where they give different answers."""
    readings = {read_entry(entry, labels) for entry in entries}
    statuses = {reading.status for reading in readings}
    answers = [reading for reading in readings if reading.status.is_answer]
    if len(answers) == 1 and PredictionStatus.UNPARSED not in statuses:
        return answers[0]
    if answers or PredictionStatus.UNPARSED in statuses:
        return RankedPrediction(PredictionStatus.UNPARSED)
    refused = PredictionStatus.REFUSED in statuses
    return RankedPrediction(PredictionStatus.REFUSED if refused else PredictionStatus.MISSING)


def read_entry(entry: Entry, labels: LabelSet) -> RankedPrediction:
    """The prediction of one entry: its first answer that has words, unless another one begins with another label."""
    rankings = [ranking_of(answer, labels) for answer in entry.answers]
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
    if isinstance(answer, RecordList):
        return ", ".join(item for item in answer.items[:MOST_WORDS] if isinstance(item, str))
    return answer if isinstance(answer, str) else ""


def ranking_of(answer: Value, labels: LabelSet) -> tuple[str, ...] | None:
    """The words of an answer, best first: () where it says nothing, None where it cannot be read."""
    words = _words(answer, labels)
    ranking: dict[str, str] = {}
    for word in words or ():
        if word in labels.names or not (len(word) > LONGEST_WORD or word.count(" ") > 3):
            ranking.setdefault(fold(word), word)
        elif not ranking:
            return None  # prose: the answer may be in it, but not in a form that can be read
    return None if words is None else tuple(ranking.values())


def _words(answer: Value, labels: LabelSet) -> list[str] | None:
    match answer:
        case Record(members=()) | None:
            return []
        case Record():
            return _recorded_words(answer, labels)
        case RecordList(cut=False):
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
    inner = values_of(record, RANKING_KEYS)
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
    words = [None if isinstance(item, RecordList) else _words(item, labels) for item in items]
    return None if None in words else [word for several in words for word in several or ()]


def _rated_words(records: Sequence[Record], labels: LabelSet) -> list[str] | None:
    """[{"label": "happy", "score": 0.9}, ..] or {"happy": 0.9, ..}."""
    named = [word for record in records for word in _first_text(values_of(record, (*RANKING_KEYS, "name")))]
    if named and len(named) == len(records):
        words = [_word(word, labels) for word in named]
        ranks = [value for record in records for value in values_of(record, _RANK_KEYS)]
        ratings = ranks or [value for record in records for value in values_of(record, SCORE_KEYS)]
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
    if (label := labels.resolve(text)) is not None:
        return [(label, None)]  # somebody's own labels may be long or have commas in them
    pieces = (" ".join(piece[0].split()) for piece in islice(_PIECE.finditer(text), MOST_WORDS))
    words = [_scored_word(piece, labels) for piece in pieces]
    return [(word, score) for word, score in words if fold(word) or word in labels.names]


def _scored_word(piece: str, labels: LabelSet) -> _ScoredWord:
    piece = piece[: 2 * LONGEST_WORD]  # longer text is prose, and is still long enough to count as prose
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
    """By score where there are scores, else as written; None where the two orders differ and either may be meant."""
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
