"""The samples that several runs share, with what each run has to say of them.

Rows are fetched by tuples and many at a time: a data set can hold a million samples, and most of the time would go
into making each row an object of its own. Equal answers are one object.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from workbench.domain.predictions import PredictionStatus
from workbench.domain.scoring.protocols import Answer

_ROWS_AT_ONCE: Final = 10_000
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
            status=None if status is None else PredictionStatus(status),
            top1=top1,
            gold_rank=rank,
            ranking=() if ranking is None else tuple(json.loads(ranking)),
            cluster=cluster,
        )

    starts = range(0, _COLUMNS * len(run_ids), _COLUMNS)
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for name, gold, cluster, *said in rows:
            yield SharedSample(
                name, tuple([answer(gold, cluster, *said[start : start + _COLUMNS]) for start in starts])
            )


def count_planned(db: Database, run_id: int) -> int:
    """How many samples a run planned."""
    return int(db.conn.execute("SELECT COUNT(*) FROM prediction WHERE run_id = ?", (run_id,)).fetchone()[0])


def _sql(runs: int, *, whole_rankings: bool) -> str:
    tables = [f"p{number}" for number in range(runs)]
    ranking = "{}.ranking" if whole_rankings else "NULL"
    said = ", ".join(f"{one}.status, {one}.top1, {one}.gold_rank, {ranking.format(one)}" for one in tables)
    joins = " ".join(
        f"CROSS JOIN prediction AS {one} ON {one}.run_id = ? AND {one}.sample_id = p0.sample_id" for one in tables[1:]
    )
    return (  # CROSS JOIN keeps SQLite from walking another run first, which would end in a sort
        f"SELECT sample.name, gold, cluster, {said} FROM prediction AS p0 {joins} "
        "CROSS JOIN sample ON sample.id = p0.sample_id WHERE p0.run_id = ?"
    )
