"""How rows become values: dataclasses, JSON columns and text, the same in every table."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any, Final, TypeVar

from workbench.domain.predictions import PredictionStatus

Value = TypeVar("Value")

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode


def value_of(cls: type[Value], row: Mapping[str, Any], **read: Callable[[Any], Any]) -> Value:
    """A dataclass whose fields are called like the columns of a row.

    `read` says how to read the columns that are not stored as they are. NULL is None.
    """
    values = {name: row[name] for name in _names(cls)}  # type: ignore[arg-type]  # a class can be hashed
    for name, convert in read.items():
        if values[name] is not None:
            values[name] = convert(values[name])
    return cls(**values)


def json_text(value: object) -> str:
    """A value as JSON that SQLite can hold; read it with `json.loads`."""
    return _storable(_ENCODE(value))


def words(text: str) -> tuple[str, ...]:
    """A JSON list of texts."""
    return tuple(json.loads(text))


@lru_cache(maxsize=16)
def status_of(text: str | None) -> PredictionStatus | None:
    """The status of a prediction; None: no final one yet."""
    return None if text is None else PredictionStatus(text)


@lru_cache(maxsize=4_096)
def ranking_of(text: str | None) -> tuple[str, ...]:
    """The labels of a prediction, best first; equal ones are one object."""
    return () if text is None else words(text)


def storable(text: str | None) -> str | None:
    """A text as SQLite can hold it: half a surrogate pair, which is no UTF-8, becomes its escape `\\ud83d`."""
    return None if text is None else _storable(text)


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@lru_cache(maxsize=32)
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(cls))
