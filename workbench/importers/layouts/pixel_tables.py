"""Tables that hold pictures as grey values, one a row, joined with a table of labels by the order of rows.

Only the rows' positions and splits are read here; the pictures are read when they are shown. The rule of joining is
the owners' own (`zip` of both tables), and it is checked: both tables say which split each row is of.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Final

from workbench.domain.datasets.samples import PixelPlace
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.dataset_tree import DatasetTree
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.import_result import MissingMedia, Unusable

_LONGEST_LINE_BYTES: Final = 1 << 20


class PixelTable:
    """One such table; it is opened when its first row is asked for."""

    def __init__(self, root: Path, path: str) -> None:
        self._root: Final = root
        self._path: Final = path

    @classmethod
    def find(cls, tree: DatasetTree, patterns: Iterable[str]) -> "PixelTable | None":
        """The first that lies below the root, since nothing above it can be shown."""
        for pattern in patterns:
            for root, path in tree.below(pattern):
                return cls(root, path)
        return None

    def path_of(self, row: int, split: str) -> str:
        """The path of the picture in a row, counted from 0, which must be of a split.

        Raises MissingMedia for a row beyond the table's end, Unusable for one of another split, DataError for a table
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
                at = _split_column(shown, file.readline(_LONGEST_LINE_BYTES))
                return [known.setdefault(split, split) for split in (_cell(line, at) for line in _lines(shown, file))]
        except OSError as error:
            raise DataError(f"{shown} cannot be read: {error.strerror}") from error


def _lines(shown: str, file: BinaryIO) -> Iterator[bytes]:
    """The lines that are left, but never more of one than fits in memory."""
    while line := file.readline(_LONGEST_LINE_BYTES):
        if len(line) == _LONGEST_LINE_BYTES:
            raise DataError(f"{shown} has a line of more than {_LONGEST_LINE_BYTES:,} bytes")
        yield line


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
