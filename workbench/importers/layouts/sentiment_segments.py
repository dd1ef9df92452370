"""Sentiment sets: segments of source videos, each with an intensity of sentiment and a transcript.

Three trees are in use:

- `label.csv` holds everything;
- labels, splits and transcripts lie apart in `metadata/`, and a split is a list of row numbers;
- CMU-MOSI as its owners publish it: labels in a computational sequence, transcripts in text files, clips in one folder.
  Its tree does not say which videos form the test split: the file of folds from the owners' SDK (or a list of videos)
  must lie in the tree or be given with `--split`.

Sources: the public readers of MMSA and MERBench; the SDK's file format and public loaders that number segments from 1.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError
from workbench.importers.files.annotation_tables import Row, SourceColumn, has_columns, table_rows
from workbench.importers.files.computational_sequences import sequence_values
from workbench.importers.files.dataset_tree import DatasetTree, LayoutNotFound
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.files.text_rows import text_lines, text_rows
from workbench.importers.import_options import ImportOptions, Split, Splits
from workbench.importers.import_result import LeftOut, SampleCollector, Unusable
from workbench.importers.layouts.spoken_clips import SpokenClips, Utterance

_SPLITS: Final = Splits({"test": "test", "train": "train", "valid": "valid"})

_VIDEO_ID: Final = SourceColumn("video", ("videoid",), 0)
_CLIP_ID: Final = SourceColumn("clip", ("clipid",), 1)
_ONE_TABLE: Final = (
    _VIDEO_ID,
    _CLIP_ID,
    SourceColumn("text", ("text",), 2),
    SourceColumn("score", ("label",), 3),
    SourceColumn("split", ("mode",), 8),
)
_ONE_ID: Final = (SourceColumn("id", ("id", "segmentid", "segment", "name"), None), *_ONE_TABLE[2:])
_LABELS: Final = (_VIDEO_ID, _CLIP_ID, SourceColumn("score", ("label",), 2))
_TRANSCRIPT: Final = (_VIDEO_ID, _CLIP_ID, SourceColumn("text", ("chinese", "text"), 2))

_FOLDS: Final = ("cmu_mosi_std_folds.py", "*std_folds*.py")
_NO_FOLDS: Final = (
    "the tree does not say which videos form the test split; give --split FILE: the SDK's cmu_mosi_std_folds.py, "
    "or a list of the videos, one a line"
)
_SEGMENT_ID: Final = re.compile(r"(?P<video>.+)(?:\$_\$|_)(?P<clip>[^_$]+)", re.DOTALL)
_SEGMENT_LINE: Final = re.compile(r"\s*(?P<clip>\d{1,6})_DELIM_(?P<text>.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentLayout:
    """How the segments of a set with CSV tables are named."""

    clip_digits: int
    """Width to which clip ids are padded with zeros: Excel removes them."""
    languages: tuple[str, ...]
    """Headings of the words in a table of transcripts, the best first."""

    def read(self, tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
        """Read the segments of a split from `label.csv` or from `metadata/`; one without a clip keeps its words."""
        table = tree.annotation("label.csv", "metadata/sentiment/label_M.csv", "label_M.csv")
        split = _SPLITS.chosen(options)
        clips = SpokenClips(tree, collector, options, self.languages)
        is_one_table = table.stem.casefold() == "label"
        rows = (
            _one_table_rows(table, split, collector) if is_one_table else _metadata_rows(table, split, tree, collector)
        )
        for row in rows:
            clips.add(
                Utterance(row["video"], row["clip"].zfill(self.clip_digits), row["score"], row["text"]), split.name
            )


def _one_table_rows(table: Path, split: Split, collector: SampleCollector) -> Iterator[Row]:
    has_one_id = not has_columns(table, _ONE_TABLE) and has_columns(table, _ONE_ID)
    for row in table_rows(table, _ONE_ID if has_one_id else _ONE_TABLE):
        if row["split"].casefold() != split.word:
            collector.leave_out(split.others)
        elif not has_one_id:
            yield row
        elif match := _SEGMENT_ID.fullmatch(row["id"]):
            yield {**row, **match.groupdict()}
        else:
            collector.skip(row["id"], "its id is not <video>_<clip>")


def _metadata_rows(labels: Path, split: Split, tree: DatasetTree, collector: SampleCollector) -> Iterator[Row]:
    index = tree.annotation(f"metadata/{split.word}_index.csv", f"{split.word}_index.csv")
    translation = tree.annotation("metadata/Translation.csv", "Translation.csv")
    transcripts = {_segment_key(row): row["text"] for row in table_rows(translation, _TRANSCRIPT)}
    wanted = set(_row_numbers(index))
    for number, row in enumerate(table_rows(labels, _LABELS)):
        if number in wanted:
            wanted.remove(number)
            yield {**row, "text": transcripts.get(_segment_key(row), "")}
        else:
            collector.leave_out(split.others)
    if wanted:
        collector.skip(index.name, f"{len(wanted):,} of its row numbers are not in {labels.name}")


def _segment_key(row: Row) -> tuple[str, str]:
    """Video and clip, the same for `1` and `0001`."""
    return row["video"], row["clip"].lstrip("0")


def _row_numbers(path: Path) -> Iterator[int]:
    """The whole numbers of an index file, one a line: the last cell, since some files have a line number before it."""
    cells = chain.from_iterable(row[-1:] for row in text_rows(path))
    return (int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionLayout:
    """Where the owners' labels and transcripts of CMU-MOSI lie."""

    labels: tuple[str, ...]
    """Patterns of the file of labels, the best first."""
    transcripts: tuple[str, ...]
    """Patterns of the transcripts, one file for each video."""
    languages: tuple[str, ...]
    """Headings of the words in a user's own table of transcripts, the best first."""

    def read(self, tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
        """Read the segments of the videos of one fold."""
        labels = tree.annotation(*self.labels)
        fold = _chosen_fold(tree, options)
        transcripts = _transcripts(self, tree)
        clips = SpokenClips(tree, collector, options, self.languages)
        for video, scores in sequence_values(labels):
            with collector.row(video):
                if video not in fold.videos:
                    raise LeftOut(f"videos that are not in the {fold.name} split")
                words = transcripts.get(video, {})
                if max(words, default=0) > len(scores):
                    raise Unusable("its transcript has more segments than it has labels")
                for number, score in enumerate(scores, start=1):
                    clips.add(Utterance(video, str(number), f"{score:g}", words.get(number, "")), fold.name)


@dataclass(frozen=True, slots=True)
class _Fold:
    name: str
    videos: frozenset[str]


def _chosen_fold(tree: DatasetTree, options: ImportOptions) -> _Fold:
    """The fold from the user's own file, or by name from the SDK's file of folds in the tree."""
    given = Path(options.split or "")
    if options.split and given.is_file():
        return _read_fold(given, "test")
    try:
        split = _SPLITS.chosen(options)
    except UsageError as unknown:
        raise UsageError(f"{unknown}; nor is there a file of that name") from None
    try:
        return _read_fold(tree.annotation(*_FOLDS), split.word)
    except LayoutNotFound:
        raise DataError(_NO_FOLDS) from None


def _read_fold(path: Path, name: str) -> _Fold:
    reason = why_unusable(path.parent.resolve(), path.name, folder=False)
    if reason:
        raise DataError(f"{visible(str(path))}: {reason}")
    lines = list(text_lines(path))
    if path.suffix.casefold() != ".py":
        return _Fold(name, frozenset(filter(None, map(str.strip, lines))))
    return _Fold(name, frozenset(_list_in_python(path, "".join(lines), f"standard_{name}_fold")))


def _list_in_python(path: Path, source: str, variable: str) -> Sequence[str]:
    """The list of texts that a Python file assigns to a variable. The file is parsed, never run."""
    try:
        for statement in ast.parse(source).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == variable:
                    return [str(video) for video in ast.literal_eval(value)]
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        pass
    raise DataError(f"{visible(str(path))} has no list {variable!r}")


def _transcripts(layout: OpinionLayout, tree: DatasetTree) -> Mapping[str, Mapping[int, str]]:
    """Video to segment number to words. Some files lack lines, and some copies of the set lack files."""
    try:
        files = tree.annotations(*layout.transcripts)
    except LayoutNotFound:
        return {}
    usable = (top / path for top, path in files if why_unusable(top, path, folder=False) is None)
    return {path.stem: _segment_words(path) for path in usable}


def _segment_words(path: Path) -> Mapping[int, str]:
    matches = filter(None, map(_SEGMENT_LINE.fullmatch, text_lines(path)))
    return {int(match["clip"]): match["text"].strip() for match in matches}
