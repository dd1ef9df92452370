"""How often each answer was given for each gold label, counted along the index that has both.

Labels are found by skipping from one to the next in the index (a "loose index scan"): grouping a million rows takes
twice as long as counting them label by label, and a hundred times as long as listing the labels.
"""

from collections.abc import Sequence
from typing import Final

from sqlite_utils import Database

from workbench.storage.runs.plans import count_planned
from workbench.storage.workspace.parallel_reads import WORTH_HALVING, read_in_parallel

ANSWERED: Final = "FROM prediction INDEXED BY prediction_by_answer WHERE run_id = :run AND gold_label = :gold "
_BY_GOLD: Final = (
    "WITH RECURSIVE label (gold) AS (SELECT MIN(gold_label) FROM prediction WHERE run_id = :run UNION ALL "
    "SELECT (SELECT MIN(gold_label) FROM prediction WHERE run_id = :run AND gold_label > gold) "
    "FROM label WHERE gold IS NOT NULL) SELECT gold FROM label WHERE gold IS NOT NULL"
)
_BY_ANSWER: Final = (
    "WITH RECURSIVE label (top) AS ("
    "SELECT MIN(top1) FROM prediction WHERE run_id = :run AND gold_label = :gold UNION ALL "
    "SELECT (SELECT MIN(top1) FROM prediction WHERE run_id = :run AND gold_label = :gold AND top1 > top) "
    "FROM label WHERE top IS NOT NULL) SELECT top FROM label WHERE top IS NOT NULL"
)


def golds_of(db: Database, run_id: int) -> list[str]:
    """The gold labels of a run's samples."""
    return [gold for (gold,) in db.conn.execute(_BY_GOLD, {"run": run_id}).fetchall()]


def answers_to(db: Database, run_id: int, gold: str) -> list[str]:
    """The different answers about samples of a gold label."""
    return [top1 for (top1,) in db.conn.execute(_BY_ANSWER, {"run": run_id, "gold": gold}).fetchall()]


def count_confusion(db: Database, run_id: int, *, halved_from: int = WORTH_HALVING) -> dict[tuple[str, str], int]:
    """Planned samples by gold label and top-1; the empty string stands for no answer.

    Two threads read runs of at least `halved_from` samples. What is settled meanwhile may be counted or not.
    """

    def counted(db: Database, golds: Sequence[str]) -> dict[tuple[str, str], int]:
        return {(gold, top1): n for gold in golds for top1, n in _counts(db, run_id, gold).items()}

    golds = golds_of(db, run_id)
    if count_planned(db, run_id) < halved_from:
        return counted(db, golds)
    one, other = read_in_parallel(db, counted, golds[::2], golds[1::2])
    return one | other


def _counts(db: Database, run_id: int, gold: str) -> dict[str, int]:
    counts = {
        top1 or "": db.conn.execute(
            f"SELECT COUNT(*) {ANSWERED} AND top1 IS :top1", {"run": run_id, "gold": gold, "top1": top1}
        ).fetchone()[0]
        for top1 in (None, *answers_to(db, run_id, gold))
    }
    return {top1: n for top1, n in counts.items() if n}
