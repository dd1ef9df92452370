"""Data sets and their samples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from workbench.domain.datasets.cards import CARDS, DatasetCard, card_of
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.errors import DataError
from workbench.storage.workspace.database import transaction


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
    """Store an import whole or not at all; returns how many samples of an earlier import have gone.

    A sample that is known is updated and keeps its runs. One that the source no longer holds is removed, unless a
    run asked about it.
    """
    key = dataset.card.key
    with transaction(db):
        db.conn.execute(
            "INSERT INTO dataset (key, card, root, imported_at, notes) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET card = excluded.card, root = excluded.root, "
            "imported_at = excluded.imported_at, notes = excluded.notes",
            (
                *(key, None if key in CARDS else json.dumps(dataset.card.as_json(), ensure_ascii=False)),
                *(str(dataset.root), dataset.imported_at, json.dumps(dataset.notes, ensure_ascii=False)),
            ),
        )
        db.conn.execute("UPDATE sample SET position = -1 WHERE dataset = ?", (key,))
        db.conn.executemany(
            _UPSERT_SAMPLE,
            (_sample_row(key, position, sample) for position, sample in enumerate(samples)),
        )
        db.conn.execute(_RENEW_GOLD, {"dataset": key})
        gone = db.conn.execute(
            "DELETE FROM sample WHERE dataset = ? AND position = -1 AND no NOT IN (SELECT sample_no FROM prediction)",
            (key,),
        )
        return gone.rowcount


def load_dataset(db: Database, key: str) -> ImportedDataset:
    """The data set. Raises UsageError for an unknown key, DataError when the set has not been imported."""
    row = next(db.query("SELECT * FROM dataset WHERE key = ?", [key]), None)
    if row is None:
        card = load_card(db, key)
        raise DataError(f"{card.key} has not been imported; `emowb import {card.key} PATH` does it")
    notes = tuple(json.loads(row["notes"]))
    return ImportedDataset(_card_from(row), Path(row["root"]), row["imported_at"], notes)


def load_card(db: Database, key: str) -> DatasetCard:
    """The card of a data set, built-in or the user's own. Raises UsageError that names the nearest keys."""
    own = {row["key"]: row for row in db.query("SELECT key, card FROM dataset WHERE card IS NOT NULL")}
    return _card_from(own[key]) if key in own else card_of(key, own)


def load_cards(db: Database) -> list[DatasetCard]:
    """The built-in cards, then the user's own."""
    own = db.query("SELECT key, card FROM dataset WHERE card IS NOT NULL ORDER BY key")
    return [*CARDS.values(), *(_card_from(row) for row in own)]


def has_consent(db: Database, key: str, host: str) -> bool:
    """Whether somebody has agreed that the set's pictures go to this host."""
    found = db.conn.execute("SELECT 1 FROM consent WHERE dataset = ? AND host = ?", (key, host))
    return found.fetchone() is not None


def save_consent(db: Database, key: str, host: str, at: str) -> None:
    """Remember that somebody has agreed."""
    with transaction(db):
        db.conn.execute("INSERT OR IGNORE INTO consent (dataset, host, given_at) VALUES (?, ?, ?)", (key, host, at))


def load_samples(db: Database, key: str) -> list[Sample]:
    """All samples of the present import, in the owner's order."""
    rows = db.query("SELECT * FROM sample WHERE dataset = ? AND position >= 0 ORDER BY position", [key])
    return [sample_from_row(row) for row in rows]


def load_sample_ids(db: Database, key: str) -> list[str]:
    """The ids of all samples of the present import, in the owner's order."""
    rows = db.conn.execute("SELECT id FROM sample WHERE dataset = ? AND position >= 0 ORDER BY position", (key,))
    return [sample_id for (sample_id,) in rows]


def load_samples_by_id(db: Database, key: str, ids: Sequence[str]) -> list[Sample]:
    """The samples of these ids, in the order asked."""
    which = "dataset = ? AND id IN (SELECT value FROM json_each(?))"
    rows = db.conn.execute(
        f"SELECT {', '.join(_SAMPLE_COLUMNS)} FROM sample WHERE {which}", (key, json.dumps(list(ids)))
    )
    found = {row[0]: _sample(*row) for row in rows.fetchall()}
    return [found[sample_id] for sample_id in ids]


def count_samples(db: Database) -> dict[str, int]:
    """Samples of the present import by data set."""
    rows = db.query("SELECT dataset, COUNT(*) AS n FROM sample WHERE position >= 0 GROUP BY dataset")
    return {row["dataset"]: row["n"] for row in rows}


def sample_from_row(row: dict[str, Any]) -> Sample:
    """A row of table `sample` as a value."""
    return _sample(*(row[column] for column in _SAMPLE_COLUMNS))


def _sample(
    sample_id: str,
    gold: str,
    raw_label: str,
    media: str,
    path: str | None,
    onset: int | None,
    apex: int | None,
    offset: int | None,
    *said: Any,
) -> Sample:
    span = None if onset is None and apex is None and offset is None else ClipSpan(onset, apex, offset)
    return Sample(sample_id, gold, raw_label, MediaKind(media), path, span, *said)


_SAMPLE_COLUMNS = (
    *("id", "gold", "raw_label", "media", "path", "onset", "apex", "offset"),
    *("text", "score", "cluster", "split"),
)
_COLUMNS = (
    *("dataset", "position", "id", "gold", "raw_label", "media", "path"),
    *("onset", "apex", "offset", "text", "score", "cluster", "split"),
)
_UPSERT_SAMPLE = (
    f"INSERT INTO sample ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (dataset, id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS if column not in ("dataset", "id"))
)
_RENEW_GOLD = (
    "UPDATE prediction SET gold_label = sample.gold FROM sample WHERE sample.no = sample_no "
    "AND run_id IN (SELECT id FROM run WHERE run.dataset = :dataset) AND gold_label <> sample.gold"
)


def _card_from(row: Mapping[str, Any]) -> DatasetCard:
    return CARDS[row["key"]] if row["card"] is None else DatasetCard.from_json(json.loads(row["card"]))


def _sample_row(key: str, position: int, sample: Sample) -> tuple[Any, ...]:
    span = sample.span or ClipSpan()
    return (
        *(key, position, sample.id, sample.gold, sample.raw_label, sample.media, sample.path),
        *(span.onset, span.apex, span.offset, sample.text, sample.score, sample.cluster, sample.split),
    )
