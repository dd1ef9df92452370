"""Tables of pictures as grey values, one a row, joined with a table of labels by the order of rows.

Only the rows' positions and splits are read here; the pictures are read when they are shown. Joining by order is the
owners' own rule (`zip` of both tables). It is checked: both tables give the split of each row.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

from workbench.domain.datasets.samples import PixelPlace
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.dataset_tree import DatasetTree
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.files.text_rows import limited_lines
from workbench.importers.import_result import MissingMedia, Unusable


class PixelTable:
    """One table of pictures. It is opened when its first row is needed."""

    def __init__(self, root: Path, path: str) -> None:
        self._root: Final = root
        self._path: Final = path

    @classmethod
    def find(cls, tree: DatasetTree, patterns: Iterable[str]) -> "PixelTable | None":
        """The first match below the root: files above it cannot be shown."""
        for pattern in patterns:
            for root, path in tree.below(pattern):
                return cls(root, path)
        return None

    def path_of(self, row: int, split: str) -> str:
        """The path of the picture in a row, counted from 0, which must have that split.

        Raises MissingMedia for a row after the table's end, Unusable for a row of another split, DataError for a table
        that cannot be read.
        """
        if row >= len(self._splits):
            raise MissingMedia(f"no row {row + 1:,} in {self._path}")
        if self._splits[row] != split.casefold():
            raise Unusable(
                f"row {row + 1:,} of {self._path} is of another split; the two tables do not belong together"
            )
        return str(PixelPlace(self._path, row))

    @cached_property
    def _splits(self) -> list[str]:
        shown = visible(str(self._root / self._path))
        reason = why_unusable(self._root, self._path, folder=False)
        if reason:
            raise DataError(f"{shown}: {reason}")
        known: dict[str, str] = {}  # three words for 35,887 rows
        try:
            with (self._root / self._path).open("rb") as file:
                lines = limited_lines(file, self._root / self._path)
                at = _split_column(shown, next(lines, b""))
                return [known.setdefault(split, split) for split in (_cell(line, at) for line in lines)]
        except OSError as error:
            raise DataError(f"{shown} cannot be read: {error.strerror}") from error


def _split_column(shown: str, header: bytes) -> int:
    headings = [_text(cell) for cell in header.removeprefix(b"\xef\xbb\xbf").split(b",")]
    if "usage" not in headings or "pixels" not in headings:
        raise DataError(f"{shown} has no columns 'pixels' and 'Usage'; it is no table of pictures")
    return headings.index("usage")


def _cell(line: bytes, at: int) -> str:
    cells = line.split(b",")
    return _text(cells[at]) if at < len(cells) else ""


def _text(cell: bytes) -> str:
    return cell.decode("ascii", "replace").strip().strip('"').casefold()
