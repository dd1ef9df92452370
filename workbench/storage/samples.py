"""Data sets and their samples."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from workbench.domain.samples import ClipSpan, MediaKind, Sample
from workbench.errors import DataError
from workbench.storage.database import transaction


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """A data set as it lies in the workspace."""

    key: str
    root: Path
    imported_at: str
    notes: tuple[str, ...]


def save_dataset(db: Database, dataset: ImportedDataset, samples: Sequence[Sample]) -> int:
    """Store an import whole or not at all; returns how many samples of an earlier import have gone.

    A sample that is known is updated and keeps its runs. One that the source no longer holds is removed, unless a
    run asked about it.
    """
    with transaction(db):
        db.conn.execute(
            "INSERT INTO dataset (key, root, imported_at, notes) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
            "root = excluded.root, imported_at = excluded.imported_at, notes = excluded.notes",
            (dataset.key, str(dataset.root), dataset.imported_at, json.dumps(dataset.notes, ensure_ascii=False)),
        )
        db.conn.execute("UPDATE sample SET position = -1 WHERE dataset = ?", (dataset.key,))
        db.conn.executemany(
            _UPSERT_SAMPLE,
            (_sample_row(dataset.key, position, sample) for position, sample in enumerate(samples)),
        )
        gone = db.conn.execute(
            "DELETE FROM sample WHERE dataset = ? AND position = -1 AND id NOT IN (SELECT sample_id FROM prediction)",
            (dataset.key,),
        )
        return gone.rowcount


def load_dataset(db: Database, key: str) -> ImportedDataset:
    """The data set. Raises DataError when it has not been imported."""
    row = next(db.query("SELECT * FROM dataset WHERE key = ?", [key]), None)
    if row is None:
        raise DataError(f"{key} has not been imported; `emowb import {key} PATH` does it")
    return ImportedDataset(key, Path(row["root"]), row["imported_at"], tuple(json.loads(row["notes"])))


def load_samples(db: Database, key: str) -> list[Sample]:
    """All samples of the present import, in the owner's order."""
    rows = db.query("SELECT * FROM sample WHERE dataset = ? AND position >= 0 ORDER BY position", [key])
    return [sample_from_row(row) for row in rows]


def load_named_samples(db: Database, key: str, names: Sequence[str]) -> list[Sample]:
    """The samples of these ids, in the order asked."""
    rows = db.query(
        "SELECT * FROM sample WHERE dataset = ? AND name IN (SELECT value FROM json_each(?))",
        [key, json.dumps(list(names))],
    )
    found = {row["name"]: sample_from_row(row) for row in rows}
    return [found[name] for name in names]


def count_samples(db: Database) -> dict[str, int]:
    """Samples of the present import by data set."""
    rows = db.query("SELECT dataset, COUNT(*) AS n FROM sample WHERE position >= 0 GROUP BY dataset")
    return {row["dataset"]: row["n"] for row in rows}


def sample_from_row(row: dict[str, Any]) -> Sample:
    """A row of table `sample` as a value."""
    span = ClipSpan(row["onset"], row["apex"], row["offset"])
    return Sample(
        id=row["name"],
        gold=row["gold"],
        raw_label=row["raw_label"],
        media=MediaKind(row["media"]),
        path=row["path"],
        span=None if span == ClipSpan() else span,
        text=row["text"],
        score=row["score"],
        cluster=row["cluster"],
        split=row["split"],
    )


_COLUMNS = (
    *("dataset", "position", "name", "gold", "raw_label", "media", "path"),
    *("onset", "apex", "offset", "text", "score", "cluster", "split"),
)
_UPSERT_SAMPLE = (
    f"INSERT INTO sample ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (dataset, name) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS if column not in ("dataset", "name"))
)


def _sample_row(key: str, position: int, sample: Sample) -> tuple[Any, ...]:
    span = sample.span or ClipSpan()
    return (
        *(key, position, sample.id, sample.gold, sample.raw_label, sample.media, sample.path),
        *(span.onset, span.apex, span.offset, sample.text, sample.score, sample.cluster, sample.split),
    )
