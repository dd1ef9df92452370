"""Sentiment sets: segments of source videos with an intensity each, and the words that are said in them.

Two trees are in use. In one, `label.csv` holds everything; in the other, labels, splits and transcripts lie apart in
`metadata/`, and a split is a list of row numbers. Sources of both: the public readers of MMSA and of MERBench.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from workbench.importers.choices import Choices, Part, Parts
from workbench.importers.files.annotation_tables import Row, SourceColumn, table_rows
from workbench.importers.files.dataset_tree import Tree
from workbench.importers.files.text_rows import text_rows
from workbench.importers.layouts.spoken_clips import SpokenClips, Utterance
from workbench.importers.ledger import Ledger

_VIDEO_ID: Final = SourceColumn("video", ("videoid",), 0)
_CLIP_ID: Final = SourceColumn("clip", ("clipid",), 1)
_ONE_TABLE: Final = (
    _VIDEO_ID,
    _CLIP_ID,
    SourceColumn("text", ("text",), 2),
    SourceColumn("score", ("label",), 3),
    SourceColumn("split", ("mode",), 8),
)
_LABELS: Final = (_VIDEO_ID, _CLIP_ID, SourceColumn("score", ("label",), 2))
_TRANSCRIPT: Final = (_VIDEO_ID, _CLIP_ID, SourceColumn("text", ("chinese", "text"), 2))


PARTS: Final = Parts({"test": "test", "train": "train", "valid": "valid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentLayout:
    """How the segments of a set are named."""

    clip_digits: int
    """Width to which clip ids are padded with zeros: Excel takes them away."""
    languages: tuple[str, ...]
    """Headings of the words in a table of transcripts, the best first."""


def read_segments(layout: SegmentLayout, tree: Tree, ledger: Ledger, choices: Choices) -> None:
    """Read the segments of a part; one whose clip is not there keeps its words."""
    table = tree.annotation("label.csv", "metadata/sentiment/label_M.csv", "label_M.csv")
    part = PARTS.chosen(choices)
    clips = SpokenClips(tree, ledger, choices, layout.languages)
    is_one_table = table.stem.casefold() == "label"
    rows = _of_one_table(table, part, ledger) if is_one_table else _of_metadata(table, part, tree, ledger)
    for row in rows:
        clips.add(_utterance(layout, row), part.name)


def _of_one_table(table: Path, part: Part, ledger: Ledger) -> Iterator[Row]:
    for row in table_rows(table, _ONE_TABLE):
        if row["split"].casefold() == part.word:
            yield row
        else:
            ledger.leave_out(_of_another(part))


def _of_metadata(labels: Path, part: Part, tree: Tree, ledger: Ledger) -> Iterator[Row]:
    index = tree.annotation(f"metadata/{part.word}_index.csv", f"{part.word}_index.csv")
    said = _said(tree)
    wanted = set(_row_numbers(index))
    for number, row in enumerate(table_rows(labels, _LABELS)):
        if number in wanted:
            wanted.remove(number)
            yield {**row, "text": said.get(_key(row), "")}
        else:
            ledger.leave_out(_of_another(part))
    if wanted:
        ledger.skip(index.name, f"{len(wanted):,} of its row numbers are not in {labels.name}")


def _said(tree: Tree) -> Mapping[tuple[str, str], str]:
    table = tree.annotation("metadata/Translation.csv", "Translation.csv")
    return {_key(row): row["text"] for row in table_rows(table, _TRANSCRIPT)}


def _key(row: Row) -> tuple[str, str]:
    """Video and clip, the same for `1` and `0001`."""
    return row["video"], row["clip"].lstrip("0")


def _of_another(part: Part) -> str:
    return f"not of the {part.name} part"


def _row_numbers(path: Path) -> Iterator[int]:
    """The whole numbers of an index file, one a line: the last cell, since some have a line number before it."""
    cells = chain.from_iterable(row[-1:] for row in text_rows(path))
    return (int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 10)


def _utterance(layout: SegmentLayout, row: Row) -> Utterance:
    return Utterance(row["video"], row["clip"].zfill(layout.clip_digits), row["score"], row["text"])
