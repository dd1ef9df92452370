"""Makes a run of predictions from a file, so that they can be scored, reviewed and compared like those of any run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.cluster_names import cluster_of_name
from workbench.domain.datasets.sample_names import SampleNames, name_parts
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.datasets.tasks import Modality
from workbench.domain.predictions import PredictionStatus, RankedPrediction, as_prediction, judge
from workbench.domain.runs import ELSEWHERE, Run, RunSpec
from workbench.domain.scoring.protocols import scores_signs
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError, unknown_name
from workbench.importers.files.text_encoding import text_reading
from workbench.importers.import_result import ImportResult, Unusable
from workbench.importers.layouts.label_rules import intensity, polarity
from workbench.importers.prediction_files import PredictedRow, read_predictions
from workbench.pipeline.planning import utc_now
from workbench.pipeline.store_dataset import store_dataset
from workbench.storage.runs.attempts import Settled
from workbench.storage.runs.run_records import create_loaded_run, has_run
from workbench.storage.samples import count_samples, load_samples
from workbench.storage.workspace.database import Database, transaction

_SHOWN: Final = 3
_LONGEST_CHARS: Final = 80


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """What class numbers in a file of predictions mean."""

    codes: Mapping[str, str] = field(default_factory=dict)
    """Number, or any other word of the file, to label."""
    labels: Sequence[str] = ()
    """Labels in the order of their numbers, which begin with 0 or 1."""

    def applied(self, card: DatasetCard, rows: Sequence[PredictedRow], path: Path) -> Sequence[PredictedRow]:
        """The rows with labels in place of numbers.

        Raises UsageError for words that are no labels of the set, DataError where it cannot be told with what number
        the labels begin.
        """
        for word in (*self.codes.values(), *self.labels):
            if card.labels.resolve(word) is None:
                raise unknown_name("label", word, card.labels.names)
        words = {**{_number(code): word for code, word in self.codes.items()}, **self._numbered(rows, path)}
        if not words:
            return rows
        return [
            replace(
                row,
                gold=words.get(_number(row.gold), row.gold),
                ranking=tuple(words.get(_number(word), word) for word in row.ranking),
            )
            for row in rows
        ]

    def _numbered(self, rows: Iterable[PredictedRow], path: Path) -> Mapping[str, str]:
        if not self.labels:
            return {}
        found = {_number(word) for row in rows for word in (*row.ranking, row.gold)}
        first, beyond = "0" in found, str(len(self.labels)) in found
        if first == beyond:
            what = "both 0 and" if first else "neither 0 nor"
            raise DataError(
                f"{path} has {what} {len(self.labels)} among its class numbers, so that it cannot be told whether the "
                f"{len(self.labels)} labels are counted from 0 or from 1; give --codes 0=...,1=..."
            )
        return {str(at): word for at, word in enumerate(self.labels, start=0 if first else 1)}


AS_WRITTEN: Final = AnswerWords()


def _number(word: str) -> str:
    """A class number without zeros before it and without a fraction of nought; any other word as it is."""
    try:
        number = float(word)
    except ValueError:
        return word
    return str(int(number)) if number.is_integer() else word


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """The run that was made, and what did not match."""

    run: Run
    planned: int
    """Samples of the data set, which are the run's plan."""
    answered: int
    unknown: tuple[str, ...]
    """Names in the file that no sample of the data set has."""
    ambiguous: Mapping[str, tuple[str, ...]]
    """Names in the file that fit several samples equally well, with these; they were given to none."""
    repeated: tuple[str, ...]
    """Names of further rows about a sample that has one; the first row counts."""
    other_gold: tuple[str, ...]
    """Samples whose gold label in the file is not the data set's."""
    outside: int
    """Answers that begin with no label of the data set."""
    notes: tuple[str, ...]
    """What was decided about the encoding."""
    doubt: str
    """Why the answers may not be labels at all; empty where they are."""
    imported: bool
    """Whether the data set was made from the file, since it had not been imported: it has no media."""


@dataclass(frozen=True, slots=True)
class _Matched:
    """The rows of a file beside the samples of a data set."""

    rows: Mapping[str, PredictedRow]
    """By sample id; of several rows about one sample the first."""
    unknown: Sequence[str]
    ambiguous: Mapping[str, tuple[str, ...]]
    repeated: Sequence[str]


def load_predictions(
    db: Database,
    card: DatasetCard,
    path: Path,
    name: str,
    *,
    model: str,
    modality: Modality | None = None,
    gold_path: Path | None = None,
    words: AnswerWords = AS_WRITTEN,
    encoding: str | None = None,
) -> LoadReport:
    """Make a run of a file of predictions. Samples of the data set that the file lacks become `missing`.

    Names are matched as `SampleNames` says. `words` turns class numbers into labels. A data set that has not been
    imported is made from the file (and from the file of all gold labels, if there is one), without media.
    Raises UsageError for a name of a run that exists and for words that are no labels, DataError for a file that cannot
    be read or is about other samples.
    """
    if has_run(db, card.key, name):
        raise UsageError(f"run {name!r} of {card.key} exists; choose another --name")
    with text_reading(encoding) as reading:
        rows = words.applied(card, list(read_predictions(path)), path)
        gold_rows = list(read_predictions(gold_path, needs_ranking=False)) if gold_path else []
    if not any(row.ranking for row in rows):
        raise DataError(f"{path} holds no prediction: its column of rankings is empty")
    with transaction(db):
        imported = not count_samples(db).get(card.key)
        if imported:
            _import_rows(db, card, path, [*gold_rows, *rows])
        samples = load_samples(db, card.key)
        matched = _matched(card, samples, rows)
        rows_by_id = matched.rows
        if not rows_by_id:
            raise DataError(_no_match(card, path, samples, matched))
        settled = [_settled(card, sample, rows_by_id.get(sample.id)) for sample in samples]
        run = create_loaded_run(db, name, _spec(card, model, path, modality), settled, utc_now())
    return LoadReport(
        run=run,
        planned=len(samples),
        answered=sum(one.prediction.status.is_answer for one in settled),
        unknown=tuple(matched.unknown),
        ambiguous=matched.ambiguous,
        repeated=tuple(matched.repeated),
        other_gold=tuple(
            sample.id
            for sample in samples
            if sample.id in rows_by_id and _differs(card, sample, rows_by_id[sample.id].gold)
        ),
        outside=sum(one.prediction.status is PredictionStatus.OUT_OF_VOCABULARY for one in settled),
        doubt=_doubt(card, [one.prediction for one in settled]),
        notes=(*reading.notes, *reading.doubts),
        imported=imported,
    )


def _no_match(card: DatasetCard, path: Path, samples: Sequence[Sample], matched: _Matched) -> str:
    if matched.ambiguous:
        name, ids = next(iter(matched.ambiguous.items()))
        return f"{visible(name)} in {path} fits several samples of {card.key}: {_listed(ids)}; write more of its path"
    return (
        f"no name in {path} is one of the {len(samples)} samples of {card.key}: {_listed(matched.unknown)}; "
        f"its samples are called {_listed([sample.id for sample in samples])}"
    )


def _doubt(card: DatasetCard, predictions: Iterable[RankedPrediction]) -> str:
    """What is to be said where most answers are no labels."""
    answers = [one for one in predictions if one.status.is_answer]
    outside = [one for one in answers if not {card.labels.resolve(word) for word in one.ranking} - {None}]
    if 2 * len(outside) <= len(answers):
        return ""
    how_many = "none" if len(outside) == len(answers) else f"only {len(answers) - len(outside)}"
    shown = _listed(list(dict.fromkeys(one.ranking[0] for one in outside)))
    return (
        f"{how_many} of the {len(answers)} answers {'are' if how_many.startswith('only') else 'is'} one of the labels "
        f"({', '.join(card.labels.names)}); they are: {shown}. Class numbers are given words by "
        "--codes 1=happy,2=sad,... or by --labels with the labels in the order of their numbers"
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(visible(name, longest=_LONGEST_CHARS) for name in names[:_SHOWN]) + (
        ", ..." if len(names) > _SHOWN else ""
    )


def _import_rows(db: Database, card: DatasetCard, path: Path, rows: Sequence[PredictedRow]) -> None:
    """Make the data set from the names and gold labels of rows."""
    by_name: dict[tuple[str, ...], PredictedRow] = {}
    for row in rows:
        by_name.setdefault(name_parts(row.name), row)
    if any(not row.gold for row in by_name.values()):
        raise DataError(
            f"{card.key} has not been imported, and {path} has rows without gold labels; "
            f"`emowb import {card.key} PATH` first, or name a file of them with --gold"
        )
    samples = tuple(_sample(card, row) for row in by_name.values())
    strange = sorted({sample.raw_label for sample in samples if sample.gold not in (*card.labels.names, *card.classes)})
    if strange:
        raise DataError(f"gold labels in {path} that are none of {card.key}: {', '.join(strange[:_SHOWN])}")
    notes = (f"made from {path.name}, without media; `emowb import {card.key} PATH` brings them",)
    store_dataset(db, card, ImportResult(root=path.absolute().parent, samples=samples, skipped=(), notes=notes))


def _sample(card: DatasetCard, row: PredictedRow) -> Sample:
    score = None
    if scores_signs(card):
        try:
            score = intensity(row.gold, "gold label")
        except Unusable as error:
            raise DataError(f"{row.name}: {error}") from error
    return Sample(
        id=row.name,
        gold=_gold(card, row.gold),
        raw_label=row.gold,
        media=MediaKind.NONE,
        text=None,
        score=score,
        cluster=cluster_of_name(card.key, row.name),
    )


def _gold(card: DatasetCard, raw: str) -> str:
    if scores_signs(card):
        try:
            return polarity(intensity(raw, "gold label"))
        except Unusable:
            return raw
    return card.labels.resolve(raw) or raw


def _matched(card: DatasetCard, samples: Sequence[Sample], rows: Iterable[PredictedRow]) -> _Matched:
    names = SampleNames(samples)
    gold = {sample.id: sample.gold for sample in samples}
    found: dict[str, PredictedRow] = {}
    unknown: list[str] = []
    ambiguous: dict[str, tuple[str, ...]] = {}
    repeated: list[str] = []
    for row in rows:
        ids = names.matches(row.name)
        if len(ids) > 1 and row.gold:  # one file name in two class folders
            same_gold = [one for one in ids if card.scored_as(_gold(card, row.gold)) == card.scored_as(gold[one])]
            ids = same_gold if len(same_gold) == 1 else ids
        if not ids:
            unknown.append(row.name)
        elif len(ids) > 1:
            ambiguous[row.name] = tuple(ids)
        elif found.setdefault(ids[0], row) != row:
            repeated.append(row.name)
    return _Matched(found, unknown, ambiguous, repeated)


def _settled(card: DatasetCard, sample: Sample, row: PredictedRow | None) -> Settled:
    ranking = () if row is None else tuple(dict.fromkeys(card.labels.resolve(word) or word for word in row.ranking))
    prediction = as_prediction(card, ranking) if ranking else RankedPrediction(PredictionStatus.MISSING)
    judgement = judge(card, sample.gold, prediction)
    return Settled(sample_id=sample.id, prediction=prediction, gold_rank=judgement.gold_rank, failure=judgement.failure)


def _differs(card: DatasetCard, sample: Sample, raw: str) -> bool:
    return bool(raw) and card.scored_as(_gold(card, raw)) != card.scored_as(sample.gold)


def _spec(card: DatasetCard, model: str, path: Path, modality: Modality | None) -> RunSpec:
    """The spec of a run that was not sent from here. The name of the file tells two of them apart."""
    return RunSpec(
        dataset=card.key,
        endpoint=ELSEWHERE,
        model=model,
        prompt=f"(made elsewhere: {path.name})",
        modality=str(modality or card.modality),
        frames=str(card.frames),
        labels=card.labels.names,
        batch_size=card.batch_size,
    )
