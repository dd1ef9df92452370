"""Workspaces with a run of any length, planned in a shuffled order as every run is, and somebody who writes to one."""

import json
import random
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from workbench.domain.datasets.cards import DatasetCard, card_of
from workbench.domain.runs import RunSpec, run_key
from workbench.storage.workspace.database import Database, open_workspace, transaction

KEY: Final = "rafdb"
RARE: Final = "00777."
"""Found in one id of a hundred thousand."""
FREQUENT: Final = "77"
"""Found in one id of twenty."""
_WORDS: Final = tuple("the quick brown fox jumps over a lazy dog while nobody says anything about it today".split())  # noqa: SIM905
_WORDS_SAID: Final = 8
_REFUSED_SHARE: Final = 0.02
_RIGHT_SHARE: Final = 0.55
_BATCHES_A_SECOND: Final = 10


def make_workspace(path: Path, samples: int) -> None:
    """A workspace whose run has so many samples, all of them answered; every other one has words."""
    card, rng = card_of(KEY), random.Random(samples)
    spec = RunSpec(
        dataset=KEY,
        endpoint="embedded",
        model="drawn",
        prompt="named/1",
        modality=str(card.modality),
        frames=str(card.frames),
        labels=card.labels.names,
        batch_size=card.batch_size,
    )
    golds = [rng.choice(card.labels.names) for _ in range(samples)]
    positions = list(range(samples))
    rng.shuffle(positions)
    db = open_workspace(path, create=True)
    db.conn.execute("PRAGMA cache_size = -400000")
    db.conn.execute("BEGIN")
    _insert(db, "dataset", ("key", "root", "imported_at", "notes"), [(KEY, "/nowhere", "2026", "[]")])
    columns = ("no", "dataset", "id", "position", "gold", "raw_label", "media", "path", "text")
    _insert(db, "sample", columns, (_sample(rng, at, gold) for at, gold in enumerate(golds)))
    run = (KEY, "drawn", json.dumps(spec.as_json()), run_key(spec), "done", "2026", "2026")
    _insert(db, "run", ("dataset", "name", "spec", "spec_hash", "state", "created_at", "changed_at"), [run])
    columns = ("run_id", "sample_no", "position", "status", "ranking", "top1", "gold_rank", "failure", "first_status")
    rows = (
        (1, at + 1, position, *_answer(rng, card, gold), gold)
        for at, (position, gold) in enumerate(zip(positions, golds, strict=True))
    )
    _insert(db, "prediction", (*columns, "gold_label"), rows)
    db.conn.execute("COMMIT")
    db.close()


def write_beside(path: Path, a_second: int) -> None:
    """Settle so many predictions a second, as a runner commits them, until somebody ends this process."""
    rng, card = random.Random(1), card_of(KEY)
    db = open_workspace(path)
    (samples,) = db.conn.execute("SELECT MAX(no) FROM sample").fetchone()
    while True:
        started_s = time.monotonic()
        with transaction(db):
            for _ in range(a_second // _BATCHES_A_SECOND):
                number = rng.randrange(samples) + 1
                (gold,) = db.conn.execute("SELECT gold FROM sample WHERE no = ?", (number,)).fetchone()
                status, ranking, top1, rank, failure, _ = _answer(rng, card, gold)
                db.conn.execute(
                    "UPDATE prediction SET status = ?, ranking = ?, top1 = ?, gold_rank = ?, failure = ? "
                    "WHERE run_id = 1 AND sample_no = ?",
                    (status, ranking, top1, rank, failure, number),
                )
        time.sleep(max(1 / _BATCHES_A_SECOND - (time.monotonic() - started_s), 0))


def _sample(rng: random.Random, at: int, gold: str) -> tuple[Any, ...]:
    sample_id = f"test/{at:07}.jpg"
    text = " ".join(rng.choices(_WORDS, k=_WORDS_SAID)) if at % 2 else None
    return (at + 1, KEY, sample_id, at, gold, gold, "image", sample_id, text)


def _answer(rng: random.Random, card: DatasetCard, gold: str) -> tuple[Any, ...]:
    if rng.random() < _REFUSED_SHARE:
        return ("refused", "[]", None, None, "refused", "refused")
    top1 = gold if rng.random() < _RIGHT_SHARE else rng.choice(card.labels.names)
    ranking = (top1, *(label for label in card.labels.names if label != top1))
    rank = ranking.index(gold) + 1
    return ("ranked", json.dumps(ranking), top1, rank, None if rank == 1 else "wrong", "ranked")


def _insert(db: Database, table: str, columns: Sequence[str], rows: Iterable[Any]) -> None:
    places = ", ".join("?" * len(columns))
    db.conn.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


if __name__ == "__main__":
    write_beside(Path(sys.argv[1]), int(sys.argv[2]))
