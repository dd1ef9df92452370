"""Data sets and their samples, and who agreed that pictures leave this machine."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.datasets.cards import CARDS, DatasetCard, card_of
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.errors import DataError
from workbench.storage.rows import json_text, words
from workbench.storage.workspace.connections import transaction


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """A data set as it was imported."""

    card: DatasetCard
    root: Path
    """The folder that the samples' paths are relative to."""
    imported_at: str
    notes: tuple[str, ...]
    """What the selection left out, in words."""


def save_dataset(db: Database, dataset: ImportedDataset, samples: Sequence[Sample]) -> int:
    """Store an import as a whole or not at all; returns how many samples of an earlier import were removed.

    A sample that is known is updated and keeps its runs. One that the source no longer holds is removed, unless a
    run asked about it.
    """
    key = dataset.card.key
    with transaction(db):
        db.table("dataset").upsert(
            {
                "key": key,
                "card": None if key in CARDS else json_text(dataset.card.as_json()),
                "root": str(dataset.root),
                "imported_at": dataset.imported_at,
                "notes": json_text(dataset.notes),
            },
            pk="key",
        )
        db.conn.execute("UPDATE sample SET position = -1 WHERE dataset = ?", (key,))
        db.conn.executemany(_UPSERT_SAMPLE, _sample_rows(key, samples))  # three times as fast as `upsert_all`
        db.conn.execute(
            "UPDATE prediction SET gold_label = sample.gold FROM sample WHERE sample.no = sample_no "
            "AND run_id IN (SELECT id FROM run WHERE run.dataset = ?) AND gold_label <> sample.gold",
            (key,),
        )
        removed = db.conn.execute(
            "DELETE FROM sample WHERE dataset = ? AND position = -1 AND no NOT IN (SELECT sample_no FROM prediction)",
            (key,),
        )
        return removed.rowcount


def load_dataset(db: Database, key: str) -> ImportedDataset:
    """The data set. Raises UsageError for an unknown key, DataError when the set has not been imported."""
    row = next(db.table("dataset").rows_where("key = ?", [key]), None)
    if row is None:
        card = load_card(db, key)
        raise DataError(f"{card.key} has not been imported; `emowb import {card.key} PATH` does it")
    return ImportedDataset(_card(row), Path(row["root"]), row["imported_at"], words(row["notes"]))


def load_card(db: Database, key: str) -> DatasetCard:
    """The card of a data set, built-in or the user's own. Raises UsageError that names the nearest keys."""
    own = {card.key: card for card in _own_cards(db)}
    return own[key] if key in own else card_of(key, own)


def load_cards(db: Database) -> list[DatasetCard]:
    """The built-in cards, then the user's own."""
    return [*CARDS.values(), *_own_cards(db)]


def has_consent(db: Database, key: str, host: str) -> bool:
    """Whether somebody has agreed that the set's pictures are sent to this host."""
    return db.table("consent").count_where("dataset = ? AND host = ?", [key, host]) > 0


def save_consent(db: Database, key: str, host: str, at: str) -> None:
    """Remember that somebody has agreed; the first time counts."""
    with transaction(db):
        if not has_consent(db, key, host):
            db.table("consent").insert({"dataset": key, "host": host, "given_at": at})


def load_samples(db: Database, key: str) -> list[Sample]:
    """All samples of the present import, in the owner's order."""
    rows = db.conn.execute(f"{_SELECT} WHERE dataset = ? AND position >= 0 ORDER BY position", (key,))
    return [sample_of(*row) for row in rows]


def load_sample_ids(db: Database, key: str) -> list[str]:
    """The ids of all samples of the present import, in the owner's order."""
    rows = db.conn.execute("SELECT id FROM sample WHERE dataset = ? AND position >= 0 ORDER BY position", (key,))
    return [sample_id for (sample_id,) in rows]


def load_samples_by_id(db: Database, key: str, ids: Sequence[str]) -> list[Sample]:
    """The samples of these ids, in the order asked."""
    where = "WHERE dataset = ? AND id IN (SELECT value FROM json_each(?))"
    rows = db.conn.execute(f"{_SELECT} {where}", (key, json_text(ids)))
    found = {sample.id: sample for sample in (sample_of(*row) for row in rows)}
    return [found[sample_id] for sample_id in ids]


def count_samples(db: Database) -> dict[str, int]:
    """Samples of the present import by data set."""
    return dict(db.conn.execute("SELECT dataset, COUNT(*) FROM sample WHERE position >= 0 GROUP BY dataset").fetchall())


def sample_of(
    sample_id: str,
    gold: str,
    raw_label: str,
    media: str,
    path: str | None,
    onset: int | None,
    apex: int | None,
    offset: int | None,
    *rest: Any,
) -> Sample:
    """A sample from its row, the values in the order of `SAMPLE_COLUMNS`."""
    span = None if onset is None and apex is None and offset is None else ClipSpan(onset, apex, offset)
    return Sample(sample_id, gold, raw_label, MediaKind(media), path, span, *rest)


SAMPLE_COLUMNS: Final = (
    *("id", "gold", "raw_label", "media", "path", "onset", "apex", "offset"),
    *("text", "score", "cluster", "split"),
)
_SELECT: Final = f"SELECT {', '.join(SAMPLE_COLUMNS)} FROM sample"
_UPSERT_SAMPLE: Final = (
    f"INSERT INTO sample (dataset, position, {', '.join(SAMPLE_COLUMNS)}) VALUES (?, ?{', ?' * len(SAMPLE_COLUMNS)}) "
    "ON CONFLICT (dataset, id) DO UPDATE SET position = excluded.position, "
    + ", ".join(f"{column} = excluded.{column}" for column in SAMPLE_COLUMNS[1:])
)


def _sample_rows(key: str, samples: Sequence[Sample]) -> Iterable[tuple[Any, ...]]:
    for position, sample in enumerate(samples):
        span = sample.span or ClipSpan()
        yield (
            *(key, position, sample.id, sample.gold, sample.raw_label, sample.media, sample.path),
            *(span.onset, span.apex, span.offset, sample.text, sample.score, sample.cluster, sample.split),
        )


def _own_cards(db: Database) -> list[DatasetCard]:
    return [_card(row) for row in db.table("dataset").rows_where("card IS NOT NULL", order_by="key")]


def _card(row: Mapping[str, Any]) -> DatasetCard:
    return CARDS[row["key"]] if row["card"] is None else DatasetCard.from_json(json.loads(row["card"]))
