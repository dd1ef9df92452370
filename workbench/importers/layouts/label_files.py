"""Data sets with one file for each label: a code in a text file or a NumPy file, and pictures in other folders."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.visible import visible
from workbench.importers.files.dataset_tree import DatasetTree, natural
from workbench.importers.files.media_paths import PICTURE_SUFFIXES, MediaPaths
from workbench.importers.files.path_guard import PathGuard, why_unusable
from workbench.importers.import_options import NO_SPLITS, ImportOptions, Splits
from workbench.importers.import_result import MissingMedia, SampleCollector, Unusable
from workbench.importers.layouts.label_rules import CodedLabels

_MOST_BYTES: Final = 4096
_PICKLED: Final = (
    "holds pickled Python objects, which are never loaded; save it again as plain numbers "
    "(numpy.save of an array of int64)"
)

_NUMBER_AT_END: Final = re.compile(r"(\d{1,9})$", re.ASCII)


def code_in_text(path: Path) -> str:
    """The whole number in a text file that holds nothing else, in any notation (`   3.0000000e+00`)."""
    return _whole(_content(path).decode("ascii", "replace"))


def code_in_array(path: Path) -> str:
    """The whole number in a NumPy file of one number or word.

    The file is never unpickled, since that would run any code in it. Its header is checked before its content is
    loaded, since it may claim any size.
    """
    import numpy as np
    from numpy.lib import format as npy

    file = BytesIO(_content(path))
    try:
        is_first = npy.read_magic(file) == (1, 0)
        shape, _, kind = npy.read_array_header_1_0(file) if is_first else npy.read_array_header_2_0(file)
        if kind.hasobject:
            raise Unusable(_PICKLED)
        if math.prod(shape) != 1:
            raise Unusable("no NumPy array of one number")
        file.seek(0)
        return _whole(str(np.load(file, allow_pickle=False).item()))
    except ValueError as error:
        raise Unusable("no NumPy array") from error


def _whole(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise Unusable(f"its label {text.strip()!r:.40} is no whole number")
    return str(int(number))


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise Unusable("too long to hold one label")
    return data


Match = re.Match[str]
PictureLookup = Callable[[Match], Sequence[str]]
"""From the match of a label file's path to the paths of its pictures. Raises MissingMedia or Unusable."""


def last_frames(count: int) -> Callable[[DatasetTree], PictureLookup]:
    """The last `count` pictures in the folder `<subject>/<clip>`, up to the number in the group `peak`."""

    def of_tree(tree: DatasetTree) -> PictureLookup:
        frames = _numbered(tree)
        guard = PathGuard(tree.root)

        def pictures(match: Match) -> Sequence[str]:
            folder = (match["subject"], match["clip"])
            numbered = frames.get(folder)
            if not numbered:
                raise MissingMedia(f"no pictures in {'/'.join(folder)}")
            chosen = [numbered[number] for number in sorted(numbered) if number <= int(match["peak"])][-count:]
            reasons = [guard.why_unusable(path, folder=False) for path in chosen]
            if len(chosen) < count or any(reasons):
                raise Unusable(next(filter(None, reasons), f"fewer than {count} pictures up to its peak"))
            return chosen

        return pictures

    return of_tree


def _numbered(tree: DatasetTree) -> Mapping[tuple[str, str], Mapping[int, str]]:
    """The last two folders of each picture to the pictures' numbers and paths."""
    frames: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    above = tree.root.parts[1:]
    for path in tree.files:
        *folders, name = path.split("/")
        stem, _, ending = name.rpartition(".")
        number = _NUMBER_AT_END.search(stem)
        subject_and_clip = (*above, *folders)[-2:]
        if number and f".{ending.casefold()}" in PICTURE_SUFFIXES and len(subject_and_clip) == 2:
            frames[subject_and_clip].setdefault(int(number[1]), path)
    return frames


def beside(folder: str) -> Callable[[DatasetTree], PictureLookup]:
    """The picture `<split>/<folder>/<stem>`, where `split` and `stem` are groups of the label file's path.

    Without the group `split` it is `<folder>/<stem>`.
    """

    def of_tree(tree: DatasetTree) -> PictureLookup:
        in_split = MediaPaths(tree.root, tree.files, n_parts=3)
        anywhere = MediaPaths(tree.root, tree.files, n_parts=2)

        def pictures(match: Match) -> Sequence[str]:
            names = [(folder, match["stem"] + suffix) for suffix in PICTURE_SUFFIXES]
            split = match.groupdict().get("split")
            return [in_split.file(*((split, *name) for name in names)) if split else anywhere.file(*names)]

        return pictures

    return of_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFileLayout:
    """Where the label files lie, and which pictures they are about."""

    files: tuple[str, ...]
    """Patterns, the best first (see `DatasetTree.annotations`); `{split}` is the owner's word for the split."""
    pattern: re.Pattern[str]
    """Searched in the files' paths."""
    code: Callable[[Path], str]
    labels: CodedLabels
    pictures: Callable[[DatasetTree], PictureLookup]
    sample_id: str
    """A format with the pattern's groups and the picture's `{name}`."""
    cluster: str | None = None
    """A format with the pattern's groups."""
    splits: Splits = NO_SPLITS
    note: str = ""

    def read(self, tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
        """Read every label file, 2 before 10, and keep its pictures."""
        split = self.splits.chosen(options)
        files = tree.annotations(*(pattern.format(split=split.word) for pattern in self.files))
        pictures_of = self.pictures(tree)
        codes: dict[str, str] = {}
        for top, relative in sorted(files, key=lambda file: natural(file[1])):
            with collector.row(relative):
                if self.pattern.search(relative):
                    codes[relative] = _code(self, top, relative)
        self.labels.require_own_codes(f"the folder of {visible(next(iter(codes), ''))}", codes.values(), collector.kept)
        for relative, code in codes.items():
            match = self.pattern.search(relative)
            with collector.row(relative):
                if match is None:
                    continue
                word = self.labels.word(code)
                gold = collector.gold(word)
                for path in pictures_of(match):
                    sample = Sample(
                        id=self.sample_id.format(**match.groupdict(), name=PurePosixPath(path).stem),
                        gold=gold,
                        raw_label=word,
                        media=MediaKind.IMAGE,
                        path=path,
                        cluster=self.cluster.format(**match.groupdict()) if self.cluster else None,
                        split=split.name or None,
                    )
                    collector.add(sample)
        if self.note:
            collector.note(self.note)


def _code(layout: LabelFileLayout, top: Path, relative: str) -> str:
    reason = why_unusable(top, relative, folder=False)
    if reason:
        raise Unusable(reason)
    try:
        return layout.code(top / relative)
    except OSError as error:
        raise Unusable(f"cannot be read: {error.strerror}") from error
