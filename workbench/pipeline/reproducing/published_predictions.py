"""A file of predictions as answers that can be scored, read letter by letter or by what its words mean.

The ancestor compared words letter by letter. Read that way, the labels are the spellings in the gold file and in the
prompt, and a word in another spelling is no label. Read by meaning, the labels are those of the card.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from workbench.domain.datasets.cards import DatasetCard, card_of
from workbench.domain.datasets.cluster_names import cluster_of_name
from workbench.domain.datasets.labels import LabelSet, canonical, fold
from workbench.domain.datasets.published_folders import ANCESTOR
from workbench.domain.predictions import PredictionStatus, RankedPrediction, as_prediction
from workbench.domain.scoring.counting import answer_of
from workbench.domain.scoring.protocols import Answer, Spelling, is_scored, scores_signs
from workbench.errors import DataError
from workbench.importers.import_result import Unusable
from workbench.importers.layouts.label_rules import intensity, polarity
from workbench.importers.prediction_files import PredictedRow, PredictionFile, read_predictions


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file holds, in the words of one card."""

    card: DatasetCard
    answers: tuple[Answer, ...]
    """The answers of the file, and one without a status for every sample of the gold file that it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPredictions:
    """One file of predictions with the gold labels of its data set, as they are written."""

    file: PredictionFile
    rows: tuple[PredictedRow, ...]
    gold: tuple[str, ...]
    """The gold labels of the whole plan; those in `file` where there is no gold file."""
    notes: tuple[str, ...]
    """What is odd about them, in words."""

    @property
    def card(self) -> DatasetCard:
        """The data set's own card."""
        return card_of(self.file.dataset)

    def read(self, spelling: Spelling) -> Reading:
        """The answers, by one rule of when two words are the same."""
        base = self.card
        card = _respelt(base, self._spellings(base)) if spelling is Spelling.EXACT else base
        answers = [_answer(card, row, spelling) for row in self.rows]
        answers.extend(_missing(card, (_gold(card, raw, spelling) for raw in self.gold), answers))
        return Reading(card=card, answers=tuple(answers))

    def _spellings(self, card: DatasetCard) -> list[str]:
        """The spellings of gold, then those of the prompt's words that are not among them in another form."""
        golds = (
            [] if scores_signs(card) or card.folds else sorted({*self.gold, *(row.gold for row in self.rows)} - {""})
        )
        known = {fold(word) for word in golds}
        return [*golds, *(word for word in ANCESTOR[card.key].labels if fold(word) not in known)]


def read_file(file: PredictionFile) -> PublishedPredictions:
    """Read a file and its gold labels. Raises DataError for what cannot be read or has no gold column."""
    rows = tuple(read_predictions(file.path))
    notes = []
    if not any(row.gold for row in rows):
        raise DataError(f"{file.path} has no gold labels; it should have the columns name,gt,gpt4v")
    names = Counter(row.name for row in rows)
    if doubled := sum(count - 1 for count in names.values()):
        notes.append(f"{doubled} names stand more than once")
    if file.gold_path is None:
        gold = tuple(row.gold for row in rows)
        notes.append("no file of gold labels: what was not answered is unknown")
    else:
        gold = tuple(row.gold for row in read_predictions(file.gold_path, needs_ranking=False))
    card = card_of(file.dataset)
    if odd := sorted({raw for raw in gold if _is_odd(card, raw)}):
        notes.append(f"gold labels that the prompt spells otherwise: {', '.join(odd)}")
    return PublishedPredictions(file=file, rows=rows, gold=gold, notes=tuple(notes))


def _is_odd(card: DatasetCard, raw: str) -> bool:
    return not (scores_signs(card) or card.folds) and raw not in ANCESTOR[card.key].labels


def _respelt(card: DatasetCard, spellings: Sequence[str]) -> DatasetCard:
    """The card with these words as labels. Where two of them mean one label, the first is its class."""
    folds: dict[str, str] = {}
    classes: dict[str, str] = {}
    for word in spellings:
        meant = card.labels.resolve(word) or word
        classes.setdefault(meant, word)
        if meant in card.folds:
            folds[word] = card.folds[meant]
    return replace(
        card,
        labels=LabelSet(tuple(spellings)),
        scored=tuple(classes.values()),
        folds=MappingProxyType(folds),
        misspelt=MappingProxyType({}),
    )


def _answer(card: DatasetCard, row: PredictedRow, spelling: Spelling) -> Answer:
    gold = _gold(card, row.gold, spelling)
    prediction = RankedPrediction(PredictionStatus.MISSING)
    if row.ranking:
        prediction = as_prediction(card, tuple(_word(card, word, spelling) for word in row.ranking))
    return answer_of(card, gold, prediction, cluster=cluster_of_name(card.key, row.name))


def _word(card: DatasetCard, word: str, spelling: Spelling) -> str:
    return word if spelling is Spelling.EXACT else card.labels.resolve(word) or word


def _gold(card: DatasetCard, raw: str, spelling: Spelling) -> str:
    """The gold label: a sign of an intensity, a polarity of a feeling, else the word itself or what it means."""
    if scores_signs(card):
        try:
            return polarity(intensity(raw, "gt"))
        except Unusable:
            return raw  # already a sign
    if card.folds:
        whole = card_of(card.key)
        return whole.scored_as(whole.labels.resolve(raw) or raw)
    return raw if spelling is Spelling.EXACT else card.labels.resolve(raw) or canonical(raw) or raw


def _missing(card: DatasetCard, gold: Iterable[str], answers: Iterable[Answer]) -> list[Answer]:
    """Samples of the gold file beyond those of the file, counted by class: in six data sets the names do not match.

    A label that leaves the scores (a zero of the sentiment sets) is counted by itself, not as the class it folds to.
    """

    def group(label: str) -> str:
        return card.scored_as(label) if is_scored(card, label) else label

    planned, found = Counter(map(group, gold)), Counter(group(answer.gold) for answer in answers)
    return [
        answer_of(card, label, None, count=lacking)
        for label, count in planned.items()
        if (lacking := count - found[label]) > 0
    ]
