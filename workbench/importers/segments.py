"""Sentiment sets: segments of source videos with an intensity each, and the words that are said in them.

Two trees are in use. In one, `label.csv` holds everything; in the other, labels, splits and transcripts lie apart in
`metadata/`, and a split is a list of row numbers. Sources of both: the public readers of MMSA and of MERBench.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final

from workbench.domain.samples import MediaKind, Sample
from workbench.importers.choices import Choices
from workbench.importers.found import Ledger, Missing, Unusable
from workbench.importers.tables import Column, Row, table_rows
from workbench.importers.text_rows import text_rows
from workbench.importers.trees import Places, Tree

VIDEO_SUFFIXES: Final = (".mp4", ".avi", ".mkv", ".flv")
_VIDEO_ID: Final = Column("video", ("videoid",), 0)
_CLIP_ID: Final = Column("clip", ("clipid",), 1)
_ONE_TABLE: Final = (
    _VIDEO_ID,
    _CLIP_ID,
    Column("text", ("text",), 2),
    Column("score", ("label",), 3),
    Column("split", ("mode",), 8),
)
_LABELS: Final = (_VIDEO_ID, _CLIP_ID, Column("score", ("label",), 2))
_TRANSCRIPT: Final = (_VIDEO_ID, _CLIP_ID, Column("text", ("chinese", "text"), 2))


@dataclass(frozen=True, slots=True)
class _Segment:
    """One row, from whichever tree."""

    video: str
    clip: str
    score: str
    text: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.video, self.clip


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentLayout:
    """How the segments of a set are named."""

    clip_digits: int
    """Width to which clip ids are padded with zeros: Excel takes them away."""


def read_segments(layout: SegmentLayout, tree: Tree, ledger: Ledger, _choices: Choices) -> None:
    """Read the segments of the test part; one whose clip is not there keeps its words."""
    places = Places(tree.root, tree.files, n_parts=2)
    for segment in _test_segments(layout, tree, ledger):
        with ledger.row(f"{segment.video}/{segment.clip}"):
            _add(segment, places, ledger)


def _test_segments(layout: SegmentLayout, tree: Tree, ledger: Ledger) -> Iterator[_Segment]:
    table = tree.annotation("label.csv", "metadata/sentiment/label_M.csv")
    if table.stem.casefold() == "label":
        return _of_one_table(layout, table, ledger)
    return _of_metadata(layout, table, tree, ledger)


def _of_one_table(layout: SegmentLayout, table: Path, ledger: Ledger) -> Iterator[_Segment]:
    for row in table_rows(table, _ONE_TABLE):
        if row["split"].casefold() == "test":
            yield _segment(layout, row)
        else:
            ledger.leave_out("not of the test part")


def _of_metadata(layout: SegmentLayout, labels: Path, tree: Tree, ledger: Ledger) -> Iterator[_Segment]:
    index = tree.annotation("metadata/test_index.csv")
    wanted = set(_row_numbers(index))
    segments: dict[tuple[str, str], _Segment] = {}
    for number, row in enumerate(table_rows(labels, _LABELS)):
        if number in wanted:
            wanted.remove(number)
            segment = _segment(layout, row)
            segments[segment.key] = segment
        else:
            ledger.leave_out("not of the test part")
    if wanted:
        ledger.skip(index.name, f"{len(wanted):,} of its row numbers are not in {labels.name}")
    for row in table_rows(tree.annotation("metadata/Translation.csv"), _TRANSCRIPT):
        said = _segment(layout, row)
        if said.key in segments:
            segments[said.key] = replace(segments[said.key], text=said.text)
    yield from segments.values()


def _row_numbers(path: Path) -> Iterator[int]:
    """The whole numbers of an index file, one a line: the last cell, since some have a line number before it."""
    cells = chain.from_iterable(row[-1:] for row in text_rows(path))
    return (int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 10)


def _segment(layout: SegmentLayout, row: Row) -> _Segment:
    return _Segment(row["video"], row["clip"].zfill(layout.clip_digits), row.get("score", ""), row.get("text", ""))


def _add(segment: _Segment, places: Places, ledger: Ledger) -> None:
    score = _intensity(segment.score)
    sample = Sample(
        id=f"{segment.video}/{segment.clip}",
        gold=ledger.gold(_polarity(score)),
        raw_label=segment.score,
        media=MediaKind.VIDEO,
        text=segment.text or None,
        score=score,
        cluster=segment.video,
        split="test",
    )
    names = (segment.clip, segment.clip.lstrip("0") or "0")
    tails = tuple((segment.video, name + suffix) for name in names for suffix in VIDEO_SUFFIXES)
    try:
        ledger.add(replace(sample, path=places.file(*tails)))
    except Missing:
        _add_words_alone(sample, ledger)


def _add_words_alone(sample: Sample, ledger: Ledger) -> None:
    if sample.text is None:
        raise Unusable("neither a clip nor words")
    ledger.add(replace(sample, media=MediaKind.NONE))
    ledger.remark("with words alone, since the clip is not there", sample.id)


def _intensity(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise Unusable(f"its label {text!r:.40} is no number")
    return score


def _polarity(score: float) -> str:
    if score == 0:
        return "neutral"
    return "positive" if score > 0 else "negative"
