"""Data sets with a file of one label for each sequence or picture, and folders of pictures apart from them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.importers.choices import WHOLE, Choices, Parts
from workbench.importers.files.dataset_tree import Tree
from workbench.importers.files.natural_order import natural
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.layouts.label_pictures import Pictures
from workbench.importers.layouts.label_rules import word_of_code
from workbench.importers.ledger import Ledger, Unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFileLayout:
    """Where files of labels lie, and which pictures they are about."""

    files: tuple[str, ...]
    """Patterns, the best first (see `Tree.annotations`); `{part}` is the word of the part that is imported."""
    pattern: re.Pattern[str]
    """Searched in their paths."""
    code: Callable[[Path], str]
    words: Mapping[str, str]
    pictures: Callable[[Tree], Pictures]
    sample_id: str
    """Made of the pattern's groups and `{name}`, the picture's."""
    cluster: str | None = None
    """Made of the pattern's groups."""
    parts: Parts = WHOLE
    note: str = ""


def read_label_files(layout: LabelFileLayout, tree: Tree, ledger: Ledger, choices: Choices) -> None:
    """Read every file of a label, 2 before 10, and the pictures that it is about."""
    part = layout.parts.chosen(choices)
    files = tree.annotations(*(pattern.format(part=part.word) for pattern in layout.files))
    pictures_of = layout.pictures(tree)
    for top, relative in sorted(files, key=lambda file: natural(file[1])):
        with ledger.row(relative):
            match = layout.pattern.search(relative)
            if match is None:
                continue
            word = _word(layout, top, relative)
            gold = ledger.gold(word)
            for path in pictures_of(match):
                sample = Sample(
                    id=layout.sample_id.format(**match.groupdict(), name=PurePosixPath(path).stem),
                    gold=gold,
                    raw_label=word,
                    media=MediaKind.IMAGE,
                    path=path,
                    cluster=layout.cluster.format(**match.groupdict()) if layout.cluster else None,
                    split=part.name or None,
                )
                ledger.add(sample)
    if layout.note:
        ledger.note(layout.note)


def _word(layout: LabelFileLayout, top: Path, relative: str) -> str:
    reason = why_unusable(top, relative, folder=False)
    if reason:
        raise Unusable(reason)
    try:
        return word_of_code(layout.code(top / relative), layout.words)
    except OSError as error:
        raise Unusable(f"cannot be read: {error.strerror}") from error
