"""A price as a table of a settings file: `[prices."MODEL"]`."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.prices import Price
from workbench.errors import UsageError, unknown_name


def read_price(table: Any, title: str, source: str) -> Price:
    """A price as it stands in a TOML table; `title` and `source` name table and file.

    Raises UsageError that names the word that is wrong or missing.
    """
    if not isinstance(table, dict):
        raise UsageError(f"{title} in {source} is not a table of a price")
    read: dict[str, Any] = {"source": source}
    for word, value in table.items():
        if word not in _READERS:
            raise unknown_name(f"word in {title} of {source}:", word, _READERS)
        reader, wanted = _READERS[word]
        try:
            read[word] = reader(value)
        except (ValueError, TypeError, OverflowError):
            raise UsageError(f"{word} in {title} of {source} is {value!r}; it must be {wanted}") from None
    for word in ("input_usd", "output_usd"):
        if word not in read:
            raise UsageError(f"{title} in {source} has no {word}: US dollars for a million tokens")
    return Price(**read)


def _dollars(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError
    return float(value)


def _factor(value: Any) -> float:
    if not 0 < (factor := _dollars(value)) <= 1:
        raise ValueError
    return factor


def _tokens(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _day(value: Any) -> str:
    """TOML has dates of its own, which need no quotes."""
    return value.isoformat() if isinstance(value, date) else _text(value)


_AMOUNT: Final = (_dollars, "US dollars for a million tokens, 0 or more")
_READERS: Final[Mapping[str, tuple[Callable[[Any], Any], str]]] = MappingProxyType(
    {
        "input_usd": _AMOUNT,
        "output_usd": _AMOUNT,
        "cached_input_usd": _AMOUNT,
        "cache_write_usd": _AMOUNT,
        "batch_factor": (_factor, "a factor up to 1 (0.5: half the price)"),
        "longest_prompt_tokens": (_tokens, "a whole number above 0"),
        "read_on": (_day, "a date"),
        "source": (_text, "a text"),
    }
)
