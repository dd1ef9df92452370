"""All samples of a run that pass a filter, as positions in its planned order, fast enough for every key press.

Each part of a filter is read along the index or table that holds it in one piece, and marks positions in a map of one
byte a sample; then the maps are combined. Looking at one sample after the other takes seconds for a million, since
the planned order is shuffled and neighbours lie far apart in the file.

Every statement can be broken off (see `break_off_when`), and then raises DatabaseError.
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.predictions import FailureKind
from workbench.domain.reviews import ReviewField
from workbench.storage.cases.confusions import ANSWERED, answers_to, golds_of
from workbench.storage.cases.text_search import TextSearch, mark_samples
from workbench.storage.runs.plans import count_planned

_ROWS_AT_ONCE: Final = 1_024
_PIECE_BYTES: Final = 65_536
_SPARSE: Final = 16
"""Where fewer than one of so many positions is marked, `find` is quicker than looking at each."""
_FAILING: Final = "SELECT position FROM prediction INDEXED BY prediction_by_failure WHERE run_id = :run "
_REVIEWED: Final = (
    "FROM review AS said CROSS JOIN prediction ON prediction.run_id = said.run_id "
    "AND prediction.sample_no = said.sample_no WHERE said.run_id = :run "
)
_CHANGED: Final = (  # both runs in the order of their samples, which is how they are stored
    "SELECT here.position FROM prediction AS here NOT INDEXED "
    "CROSS JOIN prediction AS other ON other.run_id = (SELECT id FROM run WHERE name = :name "
    "AND dataset = (SELECT dataset FROM run WHERE id = :run)) AND other.sample_no = here.sample_no "
    "WHERE here.run_id = :run AND (other.gold_rank IS 1) <> (here.gold_rank IS 1) "
    "AND here.gold_label NOT IN (SELECT value FROM json_each(:unscored))"
)


def list_positions(db: Database, run_id: int, wanted: CaseFilter, reviewer: str) -> Sequence[int]:
    """The positions of all samples that pass the filter, in order: four bytes each, or a range if all of them do."""
    planned = count_planned(db, run_id)
    kept = _kept(_Run(db, run_id, planned), wanted, reviewer)
    return range(planned) if kept is None else _marked(kept)


def count_positions(db: Database, run_id: int, wanted: CaseFilter, reviewer: str) -> int:
    """How many samples pass the filter."""
    planned = count_planned(db, run_id)
    kept = _kept(_Run(db, run_id, planned), wanted, reviewer)
    return planned if kept is None else kept.count(1)


def failing(db: Database, run_id: int, kinds: Iterable[FailureKind]) -> bytearray:
    """A byte for every position: 1 for a failure of one of these kinds."""
    run = _Run(db, run_id, count_planned(db, run_id))
    marks = run.nothing()
    for kind in kinds:
        run.mark(marks, f"{_FAILING} AND failure = :failure", failure=kind)
    return marks


def list_unanswered(db: Database, run_id: int, positions: Sequence[int]) -> "array[int]":
    """Those of these positions whose samples ended without an answer."""
    answers = (FailureKind.WRONG, FailureKind.OUT_OF_VOCABULARY)
    marks = failing(db, run_id, (kind for kind in FailureKind if kind not in answers))
    return array("I", (position for position in positions if marks[position]))


class _Run:
    """Marks samples of one run."""

    def __init__(self, db: Database, run_id: int, planned: int) -> None:
        self.db = db
        self.id = run_id
        self.values: dict[str, Any] = {"run": run_id}
        self.planned = planned

    def nothing(self) -> bytearray:
        """A map in which nothing is marked."""
        return bytearray(self.planned)

    def mark(self, marks: bytearray, sql: str, **values: Any) -> None:
        """Mark the positions that a statement finds."""
        cursor = self.db.conn.execute(sql, {**self.values, **values})
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for (position,) in rows:
                marks[position] = 1

    def found(self, sql: str, **values: Any) -> bytearray:
        """A map of the positions that a statement finds."""
        marks = self.nothing()
        self.mark(marks, sql, **values)
        return marks


def _kept(run: _Run, wanted: CaseFilter, reviewer: str) -> bytearray | None:
    """What passes all parts of a filter; None: the filter is empty."""
    kept: bytearray | None = None
    for marks in _parts(run, wanted, reviewer):
        kept = marks if kept is None else _overlaid(kept, marks)
    return kept


def _parts(run: _Run, wanted: CaseFilter, reviewer: str) -> Iterator[bytearray]:
    """What passes each part of a filter, the quickest part first."""
    if wanted.gold is not None or wanted.predicted is not None:
        yield _answered(run, wanted)
    if wanted.kind is not CaseKind.ALL:
        yield _of_kind(run, wanted.kind, reviewer)
    if wanted.search:
        yield _searched(run, wanted.search)
    if wanted.changed_from is not None:
        yield run.found(_CHANGED, name=wanted.changed_from, unscored=json.dumps(wanted.unscored))


def _answered(run: _Run, wanted: CaseFilter) -> bytearray:
    marks = run.nothing()
    for gold in golds_of(run.db, run.id) if wanted.gold is None else [wanted.gold]:
        if wanted.predicted is None:
            run.mark(marks, f"SELECT position {ANSWERED}", gold=gold)
        else:
            run.mark(marks, f"SELECT position {ANSWERED} AND top1 IS :top1", gold=gold, top1=wanted.predicted or None)
    return marks


def _of_kind(run: _Run, kind: CaseKind, reviewer: str) -> bytearray:
    match kind:
        case CaseKind.FAILURES:
            return run.found(f"{_FAILING} AND failure IS NOT NULL")
        case CaseKind.FLAGGED:
            sql = f"SELECT position {_REVIEWED} AND said.reviewer = :reviewer AND said.field = '{ReviewField.VERDICT}'"
            return run.found(sql, reviewer=reviewer)
        case CaseKind.UNREVIEWED:
            said = run.found(f"SELECT position {_REVIEWED} AND said.reviewer = :reviewer", reviewer=reviewer)
            return _all_but(said)
        case _:
            return run.found(f"{_FAILING} AND failure = :failure", failure=kind)


def _searched(run: _Run, search: str) -> bytearray:
    """Samples with these words in a label, an answer, a note, their id or their text."""
    needle, marks = TextSearch(search.casefold()), run.nothing()
    for gold in golds_of(run.db, run.id):
        if needle.text in gold.casefold():
            run.mark(marks, f"SELECT position {ANSWERED}", gold=gold)
            continue
        for top1 in answers_to(run.db, run.id, gold):
            if needle.text in top1.casefold():
                run.mark(marks, f"SELECT position {ANSWERED} AND top1 = :top1", gold=gold, top1=top1)
    run.mark(
        marks,
        f"SELECT position {_REVIEWED} AND said.field = '{ReviewField.NOTE}' AND instr(casefold(said.value), :needle)",
        needle=needle.text,
    )
    mark_samples(run.db, run.id, needle, marks)
    return marks


def _marked(marks: bytearray) -> "array[int]":
    """The positions that are marked."""
    if marks.count(1) * _SPARSE > len(marks):
        return array("I", compress(range(len(marks)), marks))
    found, position = array("I"), marks.find(1)
    while position >= 0:
        found.append(position)
        position = marks.find(1, position + 1)
    return found


def _overlaid(one: bytearray, other: bytearray) -> bytearray:
    """What is marked in both, written over the first piece by piece, so that no third map is made."""
    for start in range(0, len(one), _PIECE_BYTES):
        piece = slice(start, start + _PIECE_BYTES)
        both = int.from_bytes(one[piece], "little") & int.from_bytes(other[piece], "little")
        one[piece] = both.to_bytes(len(one[piece]), "little")
    return one


def _all_but(marks: bytearray) -> bytearray:
    return marks.translate(bytes((1, 0)) + bytes(254))


_LOOKUPS: Final = 64
"""How often the next failure is looked up before all are read, which takes as long as some thousand lookups."""


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
    for _ in range(_LOOKUPS):
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
    marks = failing(db, run_id, kinds)
    start = bisect_left(positions, position + (not backwards))
    rest = reversed(positions[:start]) if backwards else positions[start:]
    return next((one for one in rest if marks[one]), None)


def _nearest(db: Database, run_id: int, kinds: Sequence[FailureKind], position: int, *, backwards: bool) -> int | None:
    best, side = ("MAX", "<") if backwards else ("MIN", ">")
    row = db.conn.execute(
        f"SELECT {best}((SELECT {best}(position) FROM prediction INDEXED BY prediction_by_failure "
        f"WHERE run_id = :run AND failure = kind.value AND position {side} :position)) FROM json_each(:kinds) AS kind",
        {"run": run_id, "position": position, "kinds": json.dumps(kinds)},
    ).fetchone()
    return None if row[0] is None else int(row[0])
