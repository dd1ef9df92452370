"""What a table is, whatever file it goes to: its name, its columns with their types, its rows as they come.

Ratios are fractions; None is "not known" or "does not apply". Every table says which run it is of: in columns, since
files are joined and parted, and in `about` for formats that have room for it beside the rows.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TypeAlias

Value: TypeAlias = str | int | float | tuple[str, ...] | None
Row: TypeAlias = tuple[Value, ...]


class Kind(StrEnum):
    """What a column holds; every kind can also be None."""

    TEXT = auto()
    COUNT = auto()
    """A whole number."""
    NUMBER = auto()
    LABELS = auto()
    """A list of texts, in order."""
    TAGS = auto()
    """A list of texts without blanks."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a run."""

    name: str
    """Of its file, without what comes after the dot."""
    columns: tuple[Column, ...]
    """No name comes twice."""
    rows: Callable[[], Iterator[Row]]
    """The rows from the first on, each made when it is asked for."""
    about: Mapping[str, str]
    """What the rows are of, in words and numbers: run, protocol, spec hash, counts, and so on."""


def texts(*names: str) -> tuple[Column, ...]:
    """Columns of texts."""
    return tuple(Column(name, Kind.TEXT) for name in names)


def counts(*names: str) -> tuple[Column, ...]:
    """Columns of whole numbers."""
    return tuple(Column(name, Kind.COUNT) for name in names)


def numbers(*names: str) -> tuple[Column, ...]:
    """Columns of other numbers."""
    return tuple(Column(name, Kind.NUMBER) for name in names)


def labels(name: str) -> tuple[Column, ...]:
    """A column of lists."""
    return (Column(name, Kind.LABELS),)


def tags(name: str) -> tuple[Column, ...]:
    """A column of lists of words."""
    return (Column(name, Kind.TAGS),)
