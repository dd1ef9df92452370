"""CMU-MOSI as its owners hand it out: labels in a computational sequence, words in transcripts, clips in one folder.

Which videos make the test part stands in none of these but in the owners' SDK, so its file of folds (or a list of
videos) must lie in the tree or be given. Sources: the SDK's own format, and public loaders that number segments from 1.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError
from workbench.importers.choices import Choices
from workbench.importers.files.dataset_tree import NotThere, Tree
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.files.text_rows import text_lines
from workbench.importers.layouts.computational_sequences import sequence_values
from workbench.importers.layouts.score_segments import PARTS
from workbench.importers.layouts.spoken_clips import SpokenClips, Utterance
from workbench.importers.ledger import Ledger, LeftOut, Unusable

_FOLDS: Final = ("cmu_mosi_std_folds.py", "*std_folds*.py")
_NO_FOLDS: Final = (
    "the tree does not say which videos are the test part; give --split FILE: the SDK's cmu_mosi_std_folds.py, "
    "or a list of the videos, one a line"
)
_LINE: Final = re.compile(r"\s*(?P<clip>\d{1,6})_DELIM_(?P<text>.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionLayout:
    """Where the labels and words lie."""

    labels: tuple[str, ...]
    """Patterns of the file of labels, the best first."""
    transcripts: tuple[str, ...]
    """Patterns of the files of words, one for each video."""
    languages: tuple[str, ...]
    """Headings of the words in a user's own table of transcripts, the best first."""


@dataclass(frozen=True, slots=True)
class _Fold:
    name: str
    videos: frozenset[str]


def read_opinions(layout: OpinionLayout, tree: Tree, ledger: Ledger, choices: Choices) -> None:
    """Read the segments of the videos of one fold."""
    labels = tree.annotation(*layout.labels)
    fold = _fold(tree, choices)
    said = _said(layout, tree)
    clips = SpokenClips(tree, ledger, choices, layout.languages)
    for video, scores in sequence_values(labels):
        with ledger.row(video):
            if video not in fold.videos:
                raise LeftOut(f"videos that are not of the {fold.name} part")
            words = said.get(video, {})
            if max(words, default=0) > len(scores):
                raise Unusable("its transcript has more segments than it has labels")
            for number, score in enumerate(scores, start=1):
                clips.add(Utterance(video, str(number), f"{score:g}", words.get(number, "")), fold.name)


def _fold(tree: Tree, choices: Choices) -> _Fold:
    """The part that is asked for: by a file of the user's, or by name in the SDK's file of folds in the tree."""
    asked = Path(choices.split or "")
    if choices.split and asked.is_file():
        return _fold_in(asked, "test")
    try:
        part = PARTS.chosen(choices)
    except UsageError as unknown:
        raise UsageError(f"{unknown}; nor is there a file of that name") from None
    try:
        return _fold_in(tree.annotation(*_FOLDS), part.word)
    except NotThere:
        raise DataError(_NO_FOLDS) from None


def _fold_in(path: Path, name: str) -> _Fold:
    reason = why_unusable(path.parent.resolve(), path.name, folder=False)
    if reason:
        raise DataError(f"{visible(str(path))}: {reason}")
    lines = list(text_lines(path))
    if path.suffix.casefold() != ".py":
        return _Fold(name, frozenset(filter(None, map(str.strip, lines))))
    return _Fold(name, frozenset(_listed(path, "".join(lines), f"standard_{name}_fold")))


def _listed(path: Path, source: str, variable: str) -> Sequence[str]:
    """The list of texts that a Python file gives to a variable; the file is read, never run."""
    try:
        for statement in ast.parse(source).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == variable:
                    return [str(video) for video in ast.literal_eval(value)]
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        pass
    raise DataError(f"{visible(str(path))} has no list {variable!r}")


def _said(layout: OpinionLayout, tree: Tree) -> Mapping[str, Mapping[int, str]]:
    """Video to segment's number to its words; some files lack lines, and a copy may lack files."""
    try:
        files = tree.annotations(*layout.transcripts)
    except NotThere:
        return {}
    usable = (top / path for top, path in files if why_unusable(top, path, folder=False) is None)
    return {path.stem: _words(path) for path in usable}


def _words(path: Path) -> Mapping[int, str]:
    matches = filter(None, map(_LINE.fullmatch, text_lines(path)))
    return {int(match["clip"]): match["text"].strip() for match in matches}
