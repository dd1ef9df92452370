"""From failure to failure, at once however many samples there are."""

import json
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from sqlite_utils import Database

from workbench.domain.predictions import FailureKind
from workbench.storage.cases.case_positions import failing

_LEAPS: Final = 64
"""How often the next failure is looked up before all of them are read, which takes as long as some thousand leaps."""


def next_failure(
    db: Database,
    run_id: int,
    positions: Sequence[int],
    position: int,
    *,
    kind: str | None = None,
    backwards: bool = False,
) -> int | None:
    """The position of the nearest failure after (before) `position` among `positions`, which are in order.

    Of any kind, or of one. None: there is no more.
    """
    kinds = tuple(FailureKind) if kind is None else (FailureKind(kind),)
    step = -1 if backwards else 1
    for _ in range(_LEAPS):
        found = _nearest(db, run_id, kinds, position, backwards=backwards)
        if found is None:
            return None
        place = bisect_left(positions, found)
        if place < len(positions) and positions[place] == found:
            return found
        place -= backwards
        if not 0 <= place < len(positions):
            return None
        position = positions[place] - step
    return _nearest_of_all(failing(db, run_id, kinds), positions, position, backwards=backwards)


def _nearest(db: Database, run_id: int, kinds: Sequence[FailureKind], position: int, *, backwards: bool) -> int | None:
    best, side = ("MAX", "<") if backwards else ("MIN", ">")
    row = db.conn.execute(
        f"SELECT {best}((SELECT {best}(position) FROM prediction INDEXED BY prediction_by_failure "
        f"WHERE run_id = :run AND failure = kind.value AND position {side} :position)) FROM json_each(:kinds) AS kind",
        {"run": run_id, "position": position, "kinds": json.dumps(kinds)},
    ).fetchone()
    return None if row[0] is None else int(row[0])


def _nearest_of_all(marks: bytearray, positions: Sequence[int], position: int, *, backwards: bool) -> int | None:
    if backwards:
        listed = reversed(positions[: bisect_left(positions, position)])
    else:
        listed = iter(positions[bisect_left(positions, position + 1) :])
    return next((at for at in listed if marks[at]), None)
