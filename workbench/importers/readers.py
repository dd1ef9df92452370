"""The door of the room: which data sets can be imported, and how the files of each are laid out.

A data set is a row of this table. The code that reads it belongs to a layout (labels in a list, in a coding sheet, in
the names of files, in a table of segments), which several sets share.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets import DatasetCard
from workbench.domain.samples import MediaKind
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError
from workbench.importers.choices import Choices
from workbench.importers.coding_sheets import SheetLayout, read_coding_sheet
from workbench.importers.found import Found, Ledger, Skipped
from workbench.importers.lists import ListLayout, coded, most_voted, read_list
from workbench.importers.paths import PathLayout, read_paths, silent_speech
from workbench.importers.segments import VIDEO_SUFFIXES, SegmentLayout, read_segments
from workbench.importers.tables import Column
from workbench.importers.trees import NotThere, Tree, open_tree

__all__ = ["Found", "Skipped", "importable", "read_dataset"]

_PICTURES: Final = (".jpg", ".jpeg", ".png")
_SHEETS: Final = (".xlsx", ".csv", ".xls")


@dataclass(frozen=True, slots=True)
class Reader:
    """How one data set is read."""

    expected: str
    """The tree that is looked for, in a phrase."""
    suffixes: tuple[str, ...]
    """Of the files that matter; others are not listed."""
    read: Callable[[Tree, Ledger, Choices], None]


_EVOKED: Final = ("Amusement", "Anger", "Awe", "Content", "Disgust", "Excitement", "Fear", "Sad")

READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "casme2": Reader(
            "CASME2-coding-*.xlsx (or .csv) and CASME2_RAW_selected/sub01/EP02_01f/img*.jpg",
            _SHEETS,
            partial(
                read_coding_sheet,
                SheetLayout(
                    sheets=("*coding*.xlsx", "*coding*.csv", "*casme2*.xls"),
                    columns=(
                        Column("subject", ("subject*",), 0),
                        Column("clip", ("filename*",), 1),
                        Column("onset", ("onset*",), 3),
                        Column("apex", ("apex*",), 4),
                        Column("offset", ("offset*",), 5),
                        Column("emotion", ("estimatedemotion", "emotion"), 8),
                    ),
                    subject="sub{:02d}",
                    prefer=("selected", "raw", "cropped"),
                ),
            ),
        ),
        "rafdb": Reader(
            "EmoLabel/list_patition_label.txt and Image/original/test_0001.jpg (or Image/aligned), "
            "or test_labels.csv and test/1/test_0001_aligned.jpg",
            (*_PICTURES, ".txt", ".csv"),
            partial(
                read_list,
                ListLayout(
                    tables=(
                        "EmoLabel/list_patition_label.txt",  # the owner's spelling
                        "EmoLabel/list_partition_label.txt",
                        "test_labels.csv",
                    ),
                    columns=(Column("name", ("image", "name"), 0), Column("label", ("label",), 1)),
                    label=coded(
                        {
                            "1": "Surprise",
                            "2": "Fear",
                            "3": "Disgust",
                            "4": "Happiness",
                            "5": "Sadness",
                            "6": "Anger",
                            "7": "Neutral",
                        }
                    ),
                    only="test_",
                    second_best="_aligned",
                    split="test",
                ),
            ),
        ),
        "ravdess": Reader(
            "Actor_01/02-01-01-01-01-01-01.mp4",
            (".mp4",),
            partial(
                read_paths,
                PathLayout(
                    pattern=re.compile(
                        r"(?:^|/)(?P<stem>(?P<modality>0[12])-(?P<channel>\d\d)-(?P<label>\d\d)"
                        r"-\d\d-\d\d-\d\d-(?P<actor>\d\d))\.mp4$",
                        re.IGNORECASE | re.ASCII,
                    ),
                    sample_id="Actor_{actor}/{stem}",
                    cluster="Actor_{actor}",
                    media=MediaKind.VIDEO,
                    words={
                        "01": "neutral",
                        "02": "calm",
                        "03": "happy",
                        "04": "sad",
                        "05": "angry",
                        "06": "fearful",
                        "07": "disgust",
                        "08": "surprised",
                    },
                    select=silent_speech,
                ),
            ),
        ),
        "chsims": Reader(
            "label.csv (or metadata/sentiment/label_M.csv, metadata/test_index.csv and metadata/Translation.csv) "
            "and Raw/video_0001/0001.mp4",
            (*VIDEO_SUFFIXES, ".csv"),
            partial(read_segments, SegmentLayout(clip_digits=4)),
        ),
        "abstract": Reader(
            "ABSTRACT_groundTruth.csv and testImages_abstract/abstract_0001.jpg",
            (*_PICTURES, ".csv"),
            partial(
                read_list,
                ListLayout(
                    tables=("ABSTRACT_groundTruth.csv", "*groundtruth*.csv"),
                    columns=(
                        Column("name", ("name", "image"), 0),
                        *(Column(word, (f"{word.lower()}*",), at) for at, word in enumerate(_EVOKED, start=1)),
                    ),
                    label=most_voted(_EVOKED),
                    quote="'",
                ),
            ),
        ),
    }
)


def importable() -> tuple[str, ...]:
    """The keys of the data sets that have a reader."""
    return tuple(READERS)


def read_dataset(card: DatasetCard, path: Path, *, strict_apex: bool = False) -> Found:
    """Read the data set of `card` that lies unpacked at `path`: its top folder, that one's parent, or the media folder.

    No medium is decoded, and none is opened. With `strict_apex`, clips whose apex is missing or outside their span are
    skipped. Raises UsageError for a set without a reader, DataError where nothing of it is found or its labels cannot
    be read.
    """
    reader = READERS.get(card.key)
    if reader is None:
        raise UsageError(f"emowb cannot import {card.key} yet; it can: {', '.join(importable())}")
    tree = open_tree(path, reader.suffixes)
    ledger = Ledger(card)
    try:
        reader.read(tree, ledger, Choices(strict_apex=strict_apex))
    except NotThere as what:
        raise DataError(
            f"{visible(str(path))} does not hold {card.title}: {what}; expected {reader.expected}"
        ) from what
    for unusable in tree.unusable:
        ledger.skip(unusable.path, unusable.reason)
    found = ledger.found(tree.root)
    if not found.samples:
        raise DataError(_nothing(card, path, reader, found))
    return found


def _nothing(card: DatasetCard, path: Path, reader: Reader, found: Found) -> str:
    """Why an import without a single sample came to nothing."""
    skipped = (f"{len(found.skipped):,} skipped, the first ({it.path}): {it.reason}" for it in found.skipped[:1])
    why = "; ".join((*skipped, *found.notes)) or "its table has no rows"
    return f"{visible(str(path))} holds no sample of {card.title} that can be used: {why}; expected {reader.expected}"
