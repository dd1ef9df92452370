"""The samples of a data set in its owner's order, as lists to look through: filtered, searched, a page at a time."""

from array import array
from collections.abc import Sequence

from sqlite_utils import Database

from workbench.domain.cases import CaseFilter, CaseRow
from workbench.storage.cases.text_search import TextSearch
from workbench.storage.rows import json_text

_SEARCHED = ("id", "text", "cluster", "gold", "raw_label")


def load_sample_numbers(db: Database, key: str) -> "array[int]":
    """The number (`sample.no`) of each sample of the present import, by position."""
    rows = db.conn.execute("SELECT no FROM sample WHERE dataset = ? AND position >= 0 ORDER BY position", (key,))
    return array("q", (number for (number,) in rows))


def load_sample_rows(db: Database, numbers: Sequence[int]) -> list[CaseRow]:
    """The lines of these samples, in the order asked."""
    rows = db.conn.execute(
        "SELECT position, sample.id, gold, coalesce(cluster, '') FROM json_each(?) AS asked "
        "CROSS JOIN sample ON sample.no = asked.value ORDER BY asked.key",
        (json_text(list(numbers)),),
    )
    return [CaseRow(position, name, gold, cluster=cluster) for position, name, gold, cluster in rows]


def find_sample_positions(
    db: Database, key: str, wanted: CaseFilter, among: Sequence[int] | None = None
) -> "array[int]":
    """The positions of the samples with the wanted gold label and words, ascending; `among`: of these numbers alone.

    Words are found in the id, the text, the cluster and both labels. Raises DatabaseError when it is broken off.
    """
    needle = TextSearch(wanted.search.casefold())
    conditions = ["dataset = :dataset", "position >= 0"]
    if among is not None:
        conditions.append("no IN (SELECT value FROM json_each(:among))")
    if wanted.gold is not None:
        conditions.append("gold = :gold")
    if wanted.search:
        conditions.append(f"({' OR '.join(needle.is_in(column) for column in _SEARCHED)})")
    rows = db.conn.execute(
        f"SELECT position FROM sample WHERE {' AND '.join(conditions)} ORDER BY position",
        {
            "dataset": key,
            "among": json_text(list(among or ())),
            "gold": wanted.gold,
            "needle": needle.text,
            "pattern": needle.pattern,
        },
    )
    return array("I", (position for (position,) in rows))


def position_of_sample(db: Database, key: str, sample_id: str) -> int | None:
    """A sample's place in the owner's order; None: the present import does not have it."""
    row = db.conn.execute(
        "SELECT position FROM sample WHERE dataset = ? AND id = ? AND position >= 0", (key, sample_id)
    ).fetchone()
    return None if row is None else int(row[0])


def count_golds(db: Database, key: str) -> dict[str, int]:
    """The samples of the present import by gold label."""
    rows = db.conn.execute(
        "SELECT gold, COUNT(*) FROM sample WHERE dataset = ? AND position >= 0 GROUP BY gold", (key,)
    )
    return dict(rows.fetchall())
