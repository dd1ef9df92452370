"""The file of a manifest: settings above the rows, and rows that know their line.

A manifest is CSV with a header, or JSONL with one object a line. Users write it themselves, so every error is reported
with its line, and a bad row costs only that row.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Final, TextIO

from workbench.domain.datasets.samples import BETWEEN_FILES
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.text_encoding import text_reading
from workbench.importers.files.text_rows import limited_lines, opened_text

FIELDS: Final = ("id", "path", "gold", "text", "score", "subject", "split")
SETTINGS: Final = ("title", "labels", "task", "frames", "batch_size", "folds")

_OTHER_WORDS: Final = {
    "id": ("name", "sample", "sample_id"),
    "path": (
        "file",
        "filename",
        "file_name",
        "filepath",
        "file_path",
        "image",
        "img",
        "image_path",
        "image_name",
        "pth",
        "video",
        "clip",
    ),
    "gold": ("label", "emotion", "emo", "expression", "class", "target"),
    "text": ("transcript", "sentence", "utterance", "caption"),
    "score": ("valence", "intensity", "sentiment"),
    "subject": ("person", "participant", "speaker", "actor"),
    "split": ("set", "fold", "partition"),
}
"""What other tables call the fields. They are offered to a person, never taken without being shown."""
_TAKEN: Final = ("path", "gold", "text")
"""Fields for which the only such column of a table is taken, with a note."""
_DELIMITERS: Final = (",", ";", "\t")
_SETTING: Final = re.compile(r"#(?!#)\s*(?P<name>[a-z][a-z _-]*?)\s*:(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_ALIKE: Final = 0.75
"""How similar a misspelt setting is to a known one; other remarks with a colon are ignored."""
_SHOWN_CHARS: Final = 200
_ADVICE: Final = "; rename its columns, or say which they are: --columns path=COLUMN,gold=COLUMN"


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row: field to text, stripped, without empty fields."""

    line: int
    """The line where it begins, from 1."""
    cells: Mapping[str, str]
    error: str = ""
    """Why its cells cannot be read; empty where there is no error."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An open manifest."""

    settings: Mapping[str, object]
    """Name (one of SETTINGS) to value, as written."""
    rows: Iterator[ManifestRow]
    """Can be iterated over once."""
    unknown: Sequence[str] = ()
    """Columns without a meaning for emowb."""
    taken: Mapping[str, str] = field(default_factory=dict)
    """Columns that were taken for a field by a usual other word for it, with the field."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns of a table that may become a manifest."""

    names: tuple[str, ...]
    example: tuple[str, ...]
    """The cells of the first row, as far as there are any."""
    fields: Mapping[str, str]
    """Field to the name of the column that holds it: by its own name, else by a usual other word for it."""


def read_headings(path: Path, encoding: str | None = None) -> Headings:
    """Read the columns of a table: those of its header, or the names in its first object.

    Raises UsageError for an unknown encoding, DataError for a file that cannot be read or is no table of text.
    """
    try:
        with text_reading(encoding), opened_text(path) as file:
            return _Reader(path, file, {}).headings()
    except OSError as error:
        raise DataError(f"{visible(str(path))} cannot be read: {error.strerror}") from error


@contextmanager
def opened_manifest(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Manifest]:
    """Open a manifest. Its first line that is neither blank nor a remark decides between CSV and JSONL.

    `columns` says which column holds a field, by field, where it does not have the field's name. Raises DataError for
    a file that cannot be read or is not text, for invalid settings and headers, and, while rows are read, for a line or
    cell without end.
    """
    try:
        with opened_text(path) as file:
            yield _Reader(path, file, columns or {}).manifest()
    except OSError as error:
        raise DataError(f"{visible(str(path))} cannot be read: {error.strerror}") from error


class _Reader:
    """One pass through an open manifest."""

    def __init__(self, path: Path, file: TextIO, columns: Mapping[str, str]) -> None:
        self._given: Final = {_folded(column): name for name, column in columns.items()}
        self._shown: Final = visible(str(path))
        self._lines: Final = self._counted(limited_lines(file, path))
        self._line = 0

    def manifest(self) -> Manifest:
        """Read the lines above the rows."""
        settings: dict[str, object] = {}
        for line in self._lines:
            head = line.strip().strip('"').strip()  # spreadsheets quote a line with commas in it
            if head.startswith("{"):
                return self._json_lines(line, settings)
            if head.startswith("["):
                return self._json_array(line, settings)
            if head.startswith("#"):
                self._note_setting(head, settings)
            elif head.strip("".join(_DELIMITERS)):
                return self._table(line, settings)
        raise DataError(f"{self._shown} is empty; `emowb import --template` shows what a manifest looks like")

    def headings(self) -> Headings:
        """Read the columns and the first row."""
        for line in self._lines:
            head = line.strip().strip('"').strip()
            if not head.strip("".join(_DELIMITERS)) or head.startswith("#"):
                continue
            if not head.startswith("{"):
                mark = _columns(line, {})[1]
                names, example = ([*_cells_of(one, mark)] for one in (line, next(self._lines, "")))
                return _headings(names, example)
            if (read := _object(line)) is not None and set(read) != {"manifest"}:
                return _headings([*read], [str(value) for value in read.values()])
        raise DataError(f"{self._shown} holds no table")

    def _counted(self, lines: Iterator[str]) -> Iterator[str]:
        for self._line, line in enumerate(lines, start=1):
            yield line

    def _error(self, what: str) -> DataError:
        return DataError(f"{self._shown}, line {self._line}: {what}")

    def _note_setting(self, line: str, settings: dict[str, object]) -> None:
        match = _SETTING.fullmatch(line)
        if match is None:
            return
        name = _setting_name(match["name"])
        if name in settings:
            raise self._error(f"{name!r} is given twice")
        if name in SETTINGS:
            settings[name] = match["value"].strip(' \t",;')  # spreadsheets fill up a line with empty cells
        elif near := get_close_matches(name, SETTINGS, n=1, cutoff=_ALIKE):
            raise self._error(f"unknown setting {name!r}; did you mean {near[0]}?")

    def _table(self, header: str, settings: Mapping[str, object]) -> Manifest:
        try:
            columns, delimiter = _columns(header, self._given)
            taken = self._take_usual(columns)
            columns, delimiter = _columns(header, self._given)
            self._require_given(columns)
        except csv.Error as error:
            raise self._error("a cell without end; is this a table of text?") from error
        shown = visible(", ".join(columns), longest=_SHOWN_CHARS)
        if not ({"gold", "score"} & {*columns} and {"path", "text"} & {*columns}):
            raise self._error(f"a header names at least path or text, and gold or score; this one: {shown}{_ADVICE}")
        if twice := next((name for name in FIELDS if columns.count(name) > 1), None):
            raise self._error(f"two columns are called {twice!r}")
        unknown = [visible(name, longest=_SHOWN_CHARS) for name in columns if name and name not in FIELDS]
        return Manifest(settings, self._cells(columns, delimiter), unknown, taken)

    def _take_usual(self, names: Iterable[str]) -> Mapping[str, str]:
        """Take columns by usual other words for the fields that no column has yet; returns those that were taken."""
        folded = [_folded(name) for name in names]
        taken: dict[str, str] = {}
        for wanted in _TAKEN:
            others = [name for name in folded if name in _OTHER_WORDS[wanted] and name not in self._given]
            if wanted in folded or wanted in self._given.values() or not others:
                continue
            if len(others) > 1:
                shown = visible(" and ".join(others), longest=_SHOWN_CHARS)
                raise self._error(f"{shown} could each be {wanted}; say which: --columns {wanted}={others[0]}")
            taken[others[0]] = wanted
        self._given.update(taken)
        return taken

    def _json_array(self, line: str, settings: Mapping[str, object]) -> Manifest:
        try:
            values = json.loads("".join((line, *self._lines)))
        except (ValueError, RecursionError) as error:
            raise self._error(f"begins like a JSON array and is none: {error}") from error
        taken = self._take_usual(dict.fromkeys(name for one in values if isinstance(one, dict) for name in one))
        return Manifest(settings, self._objects(1, map(json.dumps, values)), (), taken)

    def _require_given(self, columns: Sequence[str]) -> None:
        """Raise DataError where a column that was given is not there."""
        missing = next((name for name, field in self._given.items() if field not in columns), None)
        if missing is not None:
            raise self._error(f"no column is called {visible(missing, longest=_SHOWN_CHARS)!r}")

    def _cells(self, columns: Sequence[str], delimiter: str) -> Iterator[ManifestRow]:
        reader = csv.reader(self._lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        while True:
            first = self._line + 1
            try:
                row = [cell.strip() for cell in next(reader)]
            except StopIteration:
                return
            except csv.Error as error:
                if "expected after" in str(error):  # of the errors the one after which reading can go on
                    yield ManifestRow(first, {}, _unpaired(first, self._line))
                    continue
                self._line = first
                raise self._error("a quote that is never closed, or a cell without end") from error
            if len(row) > len(columns) and any(row):  # also where the last ones are empty: others may have moved along
                yield ManifestRow(first, {}, "it has more cells than the header; quote a text that holds a delimiter")
            elif any(row):
                cells = zip(columns, row, strict=False)
                yield ManifestRow(first, {name: cell for name, cell in cells if cell and name in FIELDS})

    def _json_lines(self, line: str, settings: Mapping[str, object]) -> Manifest:
        head = _object(line)
        if head is None or set(head) != {"manifest"}:
            taken = self._take_usual(head or ())
            return Manifest(settings, self._objects(self._line, chain([line], self._lines)), (), taken)
        given = head["manifest"]
        if not isinstance(given, dict):
            raise self._error('"manifest" must be an object of settings')
        named = {_setting_name(name): value for name, value in given.items()}
        if unknown := next((name for name in named if name not in SETTINGS), None):
            raise self._error(f"unknown setting {visible(unknown, longest=60)!r}; there are: {', '.join(SETTINGS)}")
        return Manifest({**settings, **named}, self._objects(self._line + 1, self._lines))

    def _objects(self, first: int, lines: Iterator[str]) -> Iterator[ManifestRow]:
        for number, line in enumerate(lines, first):
            if not line.strip():
                continue
            value = _object(line)
            if value is None:
                yield ManifestRow(number, {}, "not a JSON object")
            else:
                yield _named_row(number, dict(zip(_named(value, self._given), value.values(), strict=True)))


def _unpaired(first: int, last: int) -> str:
    lost = f"so that lines {first} to {last} are one; " if last > first else ""
    return f'its quotes do not pair, {lost}a quote within quotes is written ""'


def _columns(header: str, given: Mapping[str, str]) -> tuple[list[str], str]:
    """The names in a header, as fields where they are such, and the delimiter that gives most fields, or most names."""
    read = {mark: _named(_cells_of(header, mark), given) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: (len({*read[mark]} & {*FIELDS}), len(read[mark])))
    return read[best], best


def _cells_of(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def _named(names: Iterable[str], given: Mapping[str, str]) -> list[str]:
    """Columns as fields: those that are given, then those with a field's name that no other column was given."""
    taken = {*given.values()}
    folded = [_folded(name) for name in names]
    return [given.get(name) or (f"({name})" if name in taken else name) for name in folded]


def _headings(names: Sequence[str], example: Sequence[str]) -> Headings:
    folded = {_folded(name): name for name in reversed(names)}
    words = {field: (field, *_OTHER_WORDS.get(field, ())) for field in FIELDS}
    found = {field: next((folded[word] for word in usual if word in folded), "") for field, usual in words.items()}
    fields = {field: visible(name, longest=_SHOWN_CHARS) for field, name in found.items() if name}
    shown = tuple(visible(name, longest=_SHOWN_CHARS) for name in names)
    return Headings(shown, tuple(visible(cell, longest=_SHOWN_CHARS) for cell in example), fields)


def _object(line: str) -> dict[str, object] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _named_row(line: int, value: Mapping[str, object]) -> ManifestRow:
    cells: dict[str, str] = {}
    for heading, content in value.items():
        name = _folded(heading)
        if name not in FIELDS or content is None:
            continue
        if name == "path" and isinstance(content, list) and all(isinstance(part, str) for part in content):
            cells[name] = BETWEEN_FILES.join(content)
        elif isinstance(content, str | int | float):
            cells[name] = str(content).strip()
        else:
            return ManifestRow(line, {}, f"its {name} is neither text nor a number")
    return ManifestRow(line, {name: cell for name, cell in cells.items() if cell})


def _setting_name(name: str) -> str:
    return _folded(name).replace(" ", "_").replace("-", "_")


def _folded(name: str) -> str:
    return name.strip().casefold()
