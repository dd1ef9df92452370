"""Which pictures a file of one label is about: the end of a sequence, or the picture of the same name."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from workbench.importers.files.dataset_tree import Tree
from workbench.importers.files.media_paths import MediaPaths
from workbench.importers.files.path_guard import PathGuard
from workbench.importers.ledger import Missing, Unusable
from workbench.importers.reader import PICTURES

_NUMBER_AT_END: Final = re.compile(r"(\d{1,9})$", re.ASCII)

Match = re.Match[str]
Pictures = Callable[[Match], Sequence[str]]
"""The paths of the pictures that a file of a label is about. Raises Missing or Unusable."""


def last_frames(count: int) -> Callable[[Tree], Pictures]:
    """The last pictures of the folder `<subject>/<clip>`, by number, up to the group `peak` of the label's name."""

    def of_tree(tree: Tree) -> Pictures:
        frames = _numbered(tree)
        reach = PathGuard(tree.root)

        def pictures(match: Match) -> Sequence[str]:
            folder = (match["subject"], match["clip"])
            numbered = frames.get(folder)
            if not numbered:
                raise Missing(f"no pictures in {'/'.join(folder)}")
            chosen = [numbered[number] for number in sorted(numbered) if number <= int(match["peak"])][-count:]
            reasons = [reach.why_unusable(path, folder=False) for path in chosen]
            if len(chosen) < count or any(reasons):
                raise Unusable(next(filter(None, reasons), f"fewer than {count} pictures up to its peak"))
            return chosen

        return pictures

    return of_tree


def _numbered(tree: Tree) -> Mapping[tuple[str, str], Mapping[int, str]]:
    """The last two folders of pictures to number to path."""
    frames: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    above = tree.root.parts[1:]
    for path in tree.files:
        *folders, name = path.split("/")
        stem, _, ending = name.rpartition(".")
        number = _NUMBER_AT_END.search(stem)
        subject_and_clip = (*above, *folders)[-2:]
        if number and f".{ending.casefold()}" in PICTURES and len(subject_and_clip) == 2:
            frames[subject_and_clip].setdefault(int(number[1]), path)
    return frames


def beside(folder: str) -> Callable[[Tree], Pictures]:
    """The picture of the name `stem` in a folder that lies in the same `part` as the file of the label."""

    def of_tree(tree: Tree) -> Pictures:
        places = MediaPaths(tree.root, tree.files, n_parts=3)

        def pictures(match: Match) -> Sequence[str]:
            return [places.file(*((match["part"], folder, match["stem"] + suffix) for suffix in PICTURES))]

        return pictures

    return of_tree
