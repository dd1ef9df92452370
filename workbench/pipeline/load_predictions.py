"""Makes a run of predictions from a file, so that they can be scored, reviewed and compared like those of any run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.datasets.tasks import Modality
from workbench.domain.predictions import PredictionStatus, RankedPrediction, as_prediction, judge
from workbench.domain.runs import ELSEWHERE, Run, RunSpec
from workbench.domain.scoring.protocols import scores_signs
from workbench.errors import DataError, UsageError
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """The run that was made, and what did not match."""

    run: Run
    planned: int
    """Samples of the data set, which are the run's plan."""
    answered: int
    unknown: tuple[str, ...]
    """Names in the file that no sample of the data set has."""
    other_gold: tuple[str, ...]
    """Samples whose gold label in the file is not the data set's."""
    imported: bool
    """Whether the data set was made from the file, since it had not been imported: it has no media."""


def load_predictions(
    db: Database,
    card: DatasetCard,
    path: Path,
    name: str,
    *,
    model: str,
    modality: Modality | None = None,
    gold_path: Path | None = None,
) -> LoadReport:
    """Make a run of a file of predictions. Samples of the data set that the file lacks become `missing`.

    A name in the file is compared with sample ids as it is, then by its last part, then by that without its ending, if
    that belongs to one sample alone. A data set that has not been imported is made from the file (and from the file of
    all gold labels, if there is one), without media. Raises UsageError for a name of a run that exists, DataError for a
    file that cannot be read or is about other samples.
    """
    if has_run(db, card.key, name):
        raise UsageError(f"run {name!r} of {card.key} exists; choose another --name")
    rows = list(read_predictions(path))
    if not any(row.ranking for row in rows):
        raise DataError(f"{path} holds no prediction: its column of rankings is empty")
    with transaction(db):
        imported = not count_samples(db).get(card.key)
        if imported:
            _import_rows(db, card, path, rows, gold_path)
        samples = load_samples(db, card.key)
        rows_by_id, unknown = _rows_by_id(samples, rows)
        if not rows_by_id:
            shown = ", ".join(row.name for row in rows[:_SHOWN])
            raise DataError(f"no name in {path} is one of the {len(samples)} samples of {card.key}: {shown}")
        settled = [_settled(card, sample, rows_by_id.get(sample.id)) for sample in samples]
        run = create_loaded_run(db, name, _spec(card, model, path, modality), settled, utc_now())
    return LoadReport(
        run=run,
        planned=len(samples),
        answered=sum(one.prediction.status.is_answer for one in settled),
        unknown=tuple(unknown),
        other_gold=tuple(
            sample.id
            for sample in samples
            if sample.id in rows_by_id and _differs(card, sample, rows_by_id[sample.id].gold)
        ),
        imported=imported,
    )


def _import_rows(
    db: Database, card: DatasetCard, path: Path, rows: Sequence[PredictedRow], gold_path: Path | None
) -> None:
    """Make the data set from the names and gold labels of the file, after those of the file of all gold labels."""
    all_rows = [*(read_predictions(gold_path, needs_ranking=False) if gold_path else ()), *rows]
    by_stem: dict[str, PredictedRow] = {}
    for row in all_rows:
        by_stem.setdefault(_stem(row.name), row)
    if any(not row.gold for row in by_stem.values()):
        raise DataError(
            f"{card.key} has not been imported, and {path} has rows without gold labels; "
            f"`emowb import {card.key} PATH` first, or name a file of them with --gold"
        )
    samples = tuple(_sample(card, row) for row in by_stem.values())
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
        id=row.name, gold=_gold(card, row.gold), raw_label=row.gold, media=MediaKind.NONE, text=None, score=score
    )


def _gold(card: DatasetCard, raw: str) -> str:
    if scores_signs(card):
        try:
            return polarity(intensity(raw, "gold label"))
        except Unusable:
            return raw
    return card.labels.resolve(raw) or raw


def _rows_by_id(samples: Iterable[Sample], rows: Iterable[PredictedRow]) -> tuple[dict[str, PredictedRow], list[str]]:
    """Rows by sample id, and the names that no sample has. The first of several rows about one sample counts."""
    ids = [sample.id for sample in samples]
    lookups: tuple[tuple[Callable[[str], str], Mapping[str, str]], ...] = (
        (str, {one: one for one in ids}),
        (_last, _unique(ids, _last)),
        (_stem, _unique(ids, _stem)),
    )
    matched: dict[str, PredictedRow] = {}
    unknown = []
    for row in rows:
        found = next((ids_by[key(row.name)] for key, ids_by in lookups if key(row.name) in ids_by), None)
        if found is None:
            unknown.append(row.name)
        else:
            matched.setdefault(found, row)
    return matched, unknown


def _unique(ids: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in ids:
        found.setdefault(key(one), []).append(one)
    return {name: same[0] for name, same in found.items() if len(same) == 1}


def _last(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.casefold()


def _stem(name: str) -> str:
    """The last part without the ending of a media file; a dot in `EP05.2-47` begins no ending."""
    last = _last(name)
    stem, dot, ending = last.rpartition(".")
    return stem if dot and 2 <= len(ending) <= 4 and ending.isalnum() and not ending.isdigit() else last


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
