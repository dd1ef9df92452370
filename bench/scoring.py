"""How fast runs are scored: `python bench/scoring.py`.

First scores and their intervals: seven metrics and the recall of every class, of 10,000 samples in more or fewer
clusters, beside the usual way, which draws the samples of 2,000 resamples and scores them by scikit-learn (a few
resamples, reckoned up). Then `emowb metrics --json` on a workspace of 1,000,000 predictions, the whole process, with
clusters and without.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from measured import TOP, run_measured
from sklearn.metrics import f1_score

from workbench.domain.datasets.cards import DatasetCard, card_of
from workbench.domain.runs import RunSpec, run_key
from workbench.domain.scoring.counting import Count, Counted
from workbench.domain.scoring.scores import compute_scores
from workbench.storage.workspace.database import Database, open_workspace

REPEATS: Final = 5
RESAMPLED: Final = 10_000
CLUSTERS: Final = (25, 100, 2_500, 10_000, None)
ONE_BY_ONE: Final = 40
"""Resamples that the usual way is timed on."""
PREDICTIONS: Final = 1_000_000
SUBJECTS: Final = 123
_REFUSED_SHARE: Final = 0.02
_RIGHT_SHARE: Final = 0.5
_GIVE_UP_S: Final = 300.0


def main() -> None:
    """Print both parts."""
    print(f"{RESAMPLED:,} samples of 7 classes, medians of {REPEATS}")
    compute_scores(_drawn_count(100, 5), clustered_by="subject")  # imports
    for clusters in CLUSTERS:
        count = _drawn_count(RESAMPLED, clusters)
        took = statistics.median(_seconds(count, clusters) for _ in range(REPEATS))
        print(f"  {'samples alone' if clusters is None else f'{clusters:,} clusters':>16}: {took:.3f} s")
    one_by_one_s = _one_by_one_s(_drawn_count(RESAMPLED, 100))
    print(f"  the usual way, macro F1 alone, 100 clusters: {2_000 * one_by_one_s:.0f} s")
    print(f"{PREDICTIONS:,} predictions, `emowb metrics --json`, the whole process, medians of {REPEATS}")
    for key in ("rafdb", "ckplus"):
        with tempfile.TemporaryDirectory() as folder:
            _make_workspace(Path(folder) / "emowb.db", card_of(key))
            _measure(Path(folder), key)


def _seconds(count: Count, clusters: int | None) -> float:
    started_s = time.perf_counter()
    compute_scores(count, clustered_by=None if clusters is None else "subject")
    return time.perf_counter() - started_s


def _drawn_count(n: int, clusters: int | None) -> Count:
    rng = random.Random(0)
    card = card_of("ckplus")
    rows = []
    for place in range(n):
        gold = rng.choice(card.classes)
        predicted, rank = _drawn_answer(rng, card, gold)
        cluster = None if clusters is None else str(place % clusters)
        rows.append(Counted(gold, predicted[0] if predicted else None, rank, cluster))
    answered = sum(row.predicted is not None for row in rows)
    return Count(classes=card.classes, rows=tuple(rows), planned=n, answered=answered, unscored=0)


def _drawn_answer(rng: random.Random, card: DatasetCard, gold: str) -> tuple[list[str], int | None]:
    """A ranking, empty for a refusal, and the place of gold in it."""
    if rng.random() < _REFUSED_SHARE:
        return [], None
    ranking = list(card.labels.names)
    rng.shuffle(ranking)
    if rng.random() < _RIGHT_SHARE:
        ranking.remove(gold)
        ranking.insert(0, gold)
    return ranking, ranking.index(gold) + 1


def _one_by_one_s(count: Count) -> float:
    """Seconds for one resample."""
    by_cluster: dict[str | None, list[Counted]] = {}
    for row in count.rows:
        by_cluster.setdefault(row.cluster, []).append(row)
    clusters = list(by_cluster.values())
    rng = np.random.default_rng(0)
    started_s = time.perf_counter()
    for _ in range(ONE_BY_ONE):
        drawn = [row for pick in rng.integers(len(clusters), size=len(clusters)) for row in clusters[pick]]
        gold, said = [row.gold for row in drawn], [row.predicted or "none" for row in drawn]
        f1_score(gold, said, labels=list(count.classes), average="macro", zero_division=0)
    return (time.perf_counter() - started_s) / ONE_BY_ONE


def _make_workspace(path: Path, card: DatasetCard) -> None:
    db = open_workspace(path, create=True)
    spec = RunSpec(
        dataset=card.key,
        endpoint="embedded",
        model="drawn",
        prompt="named/1",
        modality=str(card.modality),
        frames=str(card.frames),
        labels=card.labels.names,
        batch_size=card.batch_size,
    )
    db.conn.execute("BEGIN")
    _insert(db, "dataset", ("key", "root", "imported_at", "notes"), [(card.key, "/nowhere", "2026", "[]")])
    rng = random.Random(0)
    golds = [rng.choice(card.classes) for _ in range(PREDICTIONS)]
    _insert(
        db,
        "sample",
        ("no", "dataset", "id", "position", "gold", "raw_label", "media", "path", "cluster"),
        (
            (at + 1, card.key, f"{at:07}.jpg", at, gold, gold, "image", f"{at:07}.jpg", _cluster(card, rng))
            for at, gold in enumerate(golds)
        ),
    )
    run = (card.key, "drawn", json.dumps(spec.as_json()), run_key(spec), "done", "2026", "2026")
    _insert(db, "run", ("dataset", "name", "spec", "spec_hash", "state", "created_at", "changed_at"), [run])
    _insert(
        db,
        "prediction",
        (
            "run_id",
            "sample_no",
            "position",
            "gold_label",
            "status",
            "ranking",
            "top1",
            "gold_rank",
            "failure",
            "first_status",
            "place",
        ),
        (_prediction(at, gold, *_drawn_answer(rng, card, gold), card.batch_size) for at, gold in enumerate(golds)),
    )
    db.conn.execute("COMMIT")
    db.close()


def _cluster(card: DatasetCard, rng: random.Random) -> str | None:
    return f"S{rng.randrange(SUBJECTS):03}" if card.cluster else None


def _prediction(at: int, gold: str, ranking: Sequence[str], rank: int | None, batch_size: int) -> tuple[Any, ...]:
    status = "ranked" if ranking else "refused"
    failure = None if rank == 1 else "wrong" if ranking else "refused"
    top1 = ranking[0] if ranking else None
    return (1, at + 1, at, gold, status, json.dumps(ranking), top1, rank, failure, status, at % batch_size)


def _insert(db: Database, table: str, columns: Sequence[str], rows: Iterator[Any] | Sequence[Any]) -> None:
    places = ", ".join("?" * len(columns))
    db.conn.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


def _measure(folder: Path, key: str) -> None:
    command = [sys.executable, "-c", "from workbench.cli.app import main; main()"]
    # From the repository: the package may not be installed.
    environment = {"PYTHONPATH": str(TOP), "PATH": "/usr/bin:/bin"}
    took = [
        run_measured([*command, "metrics", key, "--json"], folder, give_up_s=_GIVE_UP_S, environment=environment)
        for _ in range(REPEATS)
    ]
    scores = json.loads(took[0].said)
    wall_s, cpu_s = (statistics.median(getattr(one, name) for one in took) for name in ("wall_s", "cpu_s"))
    least_s, most_s = min(one.wall_s for one in took), max(one.wall_s for one in took)
    print(f"  {key}: {wall_s:.2f} s ({least_s:.2f}–{most_s:.2f}), CPU {cpu_s:.2f} s, {took[0].peak_mb:.0f} MB")
    print(f"    intervals: {scores['interval']}")


if __name__ == "__main__":
    main()
