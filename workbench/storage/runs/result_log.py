"""Every planned sample of a run with what has become of it, one after the other: a run can have a million."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class LoggedResult:
    """One planned sample of a run."""

    sample: str
    """Its id."""
    gold: str
    raw_label: str
    cluster: str | None
    status: str | None
    """None: no final status yet."""
    ranking: tuple[str, ...] | None
    """Best first; None: no final status yet."""
    gold_rank: int | None
    failure: str | None
    first_status: str | None
    place: int | None
    """Its place in the deciding request, from 0."""
    note: str | None
    attempts: int
    """Requests that asked about it."""

    @property
    def top1(self) -> str | None:
        """The answer."""
        return self.ranking[0] if self.ranking else None


_SELECT: Final = (
    "SELECT name, gold, raw_label, cluster, status, ranking, gold_rank, failure, first_status, prediction.place, note, "
    "(SELECT COUNT(*) FROM batch_sample AS asked "
    "JOIN batch ON batch.id = asked.batch_id JOIN attempt ON attempt.batch_id = batch.id "
    "WHERE asked.sample_id = sample.id AND batch.run_id = prediction.run_id "
    "AND sample.name IN (SELECT value FROM json_each(attempt.asked))) "  # bad media are never sent
    "FROM prediction JOIN sample ON sample.id = prediction.sample_id WHERE run_id = :run "
)


def read_results(db: Database, run_id: int, only: Collection[str] | None = None) -> Iterator[LoggedResult]:
    """All planned samples of a run, or those of these ids, in planned order, each read when it is asked for."""
    which = "" if only is None else "AND name IN (SELECT value FROM json_each(:names)) "
    values = {"run": run_id, "names": json.dumps(sorted(only or ()))}
    for row in db.conn.execute(f"{_SELECT} {which} ORDER BY prediction.position", values):
        sample, gold, raw, cluster, status, ranking, rank, failure, first, place, note, attempts = row
        yield LoggedResult(
            *(sample, gold, raw, cluster, status, _ranking(ranking), rank, failure, first, place, note, attempts)
        )


@lru_cache(maxsize=4_096)
def _ranking(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(json.loads(text))
