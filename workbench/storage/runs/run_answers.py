"""The answers of runs as scoring and comparisons read them.

Samples that scoring cannot tell apart are one `Answer` with a count: a million predictions are some thousands of
answers. Comparisons need every sample that runs share; rows are read many at a time, and equal answers are one object,
since most of the time would go into making objects.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from workbench.domain.predictions import PredictionStatus
from workbench.domain.scoring.protocols import Answer
from workbench.storage.rows import json_text, ranking_of, status_of

_ANSWERED: Final = tuple(status for status in PredictionStatus if status.is_answer)
_ROWS_AT_ONCE: Final = 10_000


def load_answers(
    db: Database,
    run_id: int,
    *,
    whole_rankings: bool = False,
    clusters: bool = True,
    without: Collection[str] = (),
) -> list[Answer]:
    """All planned samples of a run but those named in `without`.

    Rankings are left out unless they are asked for, since they tell samples apart; so are
    clusters with `clusters=False`, since they stand with the samples.
    """
    ranking = "ranking" if whole_rankings else "NULL"
    cluster, join = ("cluster", "JOIN sample ON sample.no = sample_no") if clusters else ("NULL", "")
    kept = (
        "AND sample_no NOT IN (SELECT no FROM sample WHERE dataset = (SELECT dataset FROM run WHERE id = run_id) "
        "AND sample.id IN (SELECT value FROM json_each(?)))"
    )
    alike = _counted(
        db,
        f"gold_label, status, top1, gold_rank, {ranking}, {cluster}, first_status",
        f"prediction {join} WHERE run_id = ? {kept if without else ''}",
        (run_id, json_text(sorted(without))) if without else (run_id,),
    )
    return [
        Answer(
            gold=gold,
            status=status_of(status),
            top1=top1,
            gold_rank=rank,
            ranking=ranking_of(ranking),
            cluster=cluster,
            first_status=status_of(first),
            count=count,
        )
        for (gold, status, top1, rank, ranking, cluster, first), count in alike
    ]


def data_fingerprint(db: Database, run_id: int) -> str:
    """What the samples of a run are: SHA-256 over id, gold label, score and cluster of each planned one, by id.

    The hash of a spec says what was asked, and is the same for other data with the same name. Gold is as it is now.
    """
    digest = sha256()
    cursor = db.conn.execute(
        "SELECT json_array(sample.id, gold, score, cluster) FROM prediction JOIN sample ON sample.no = sample_no "
        "WHERE run_id = ? ORDER BY sample.id",
        (run_id,),
    )
    for (text,) in cursor:
        digest.update(f"{text}\n".encode("utf-8", "surrogatepass"))
    return f"sha256:{digest.hexdigest()[:16]}"


def count_by_place(db: Database, run_id: int, *, unscored: Collection[str] = ()) -> list[tuple[int, int, int]]:
    """Of each place in a request (from 0): the answered samples that were decided there, and the right ones."""
    of_scored = "AND gold_label NOT IN (SELECT value FROM json_each(?))" if unscored else ""
    values = (run_id, json_text(_ANSWERED), *((json_text(sorted(unscored)),) if unscored else ()))
    rows = db.conn.execute(
        "SELECT place, COUNT(*), SUM(gold_rank IS 1) FROM prediction WHERE run_id = ? AND place IS NOT NULL "
        f"AND status IN (SELECT value FROM json_each(?)) {of_scored} GROUP BY place ORDER BY place",
        values,
    )
    return [(place, count, right) for place, count, right in rows]


def count_intensities(db: Database, run_id: int) -> list[tuple[float, str, str | None, int]]:
    """Answered samples with an intensity: the intensity, the first choice, the cluster, and how many there are."""
    alike = _counted(
        db,
        "score, top1, cluster",
        "prediction JOIN sample ON sample.no = sample_no WHERE run_id = ? AND score IS NOT NULL AND status = ?",
        (run_id, PredictionStatus.RANKED),
    )
    return [(score, top1, cluster, count) for (score, top1, cluster), count in alike]


def _counted(db: Database, columns: str, rows: str, values: tuple[Any, ...]) -> list[tuple[list[Any], int]]:
    """The different rows, and how often each comes.

    Counted here, since SQLite would sort a million rows to group them; as one JSON text each, which is a third quicker
    than as so many cells.
    """
    cursor = db.conn.execute(f"SELECT json_array({columns}) FROM {rows}", values)
    alike = Counter[tuple[str]]()
    while part := cursor.fetchmany(_ROWS_AT_ONCE):
        alike.update(part)
    return [(json.loads(text), count) for (text,), count in alike.items()]


_ANSWERS_KEPT: Final = 50_000
_COLUMNS: Final = 4
"""Of each run: status, top-1, gold rank and ranking."""


class SharedSample(NamedTuple):
    """A sample that all of the runs planned."""

    sample_id: str
    answers: tuple[Answer, ...]
    """In the order of the runs; gold and cluster are the same in each."""


def read_shared(
    db: Database, run_ids: Sequence[int], *, whole_rankings: bool = False, in_order: bool = False
) -> Iterator[SharedSample]:
    """The samples that all of these runs (one at least) planned.

    Rankings are left out unless they are asked for. With `in_order`, samples come in the planned order of the first
    run, which takes longer: it is a shuffled one, and the rows lie elsewhere.
    """
    order = " ORDER BY p0.position" if in_order else ""
    cursor = db.conn.execute(_sql(len(run_ids), whole_rankings=whole_rankings) + order, (*run_ids[1:], run_ids[0]))

    @lru_cache(_ANSWERS_KEPT)
    def answer(gold: str, cluster: str | None, status: Any, top1: Any, rank: Any, ranking: Any) -> Answer:
        return Answer(
            gold=gold,
            status=status_of(status),
            top1=top1,
            gold_rank=rank,
            ranking=ranking_of(ranking),
            cluster=cluster,
        )

    starts = range(0, _COLUMNS * len(run_ids), _COLUMNS)
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for sample_id, gold, cluster, *said in rows:
            yield SharedSample(
                sample_id, tuple([answer(gold, cluster, *said[start : start + _COLUMNS]) for start in starts])
            )


def _sql(runs: int, *, whole_rankings: bool) -> str:
    tables = [f"p{number}" for number in range(runs)]
    ranking = "{}.ranking" if whole_rankings else "NULL"
    said = ", ".join(f"{one}.status, {one}.top1, {one}.gold_rank, {ranking.format(one)}" for one in tables)
    joins = " ".join(
        f"CROSS JOIN prediction AS {one} ON {one}.run_id = ? AND {one}.sample_no = p0.sample_no" for one in tables[1:]
    )
    return (  # CROSS JOIN keeps SQLite from walking another run first, which would end in a sort
        f"SELECT sample.id, gold, cluster, {said} FROM prediction AS p0 {joins} "
        "CROSS JOIN sample ON sample.no = p0.sample_no WHERE p0.run_id = ?"
    )
