"""Tables of a settings file as values: an endpoint (`[endpoints.NAME]`), a price (`[prices."MODEL"]`)."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from workbench.domain.endpoints import EMBEDDED, Endpoint, Structured
from workbench.domain.prices import Price
from workbench.errors import UsageError, unknown_name

Readers: TypeAlias = Mapping[str, tuple[Callable[[Any], Any], str]]
"""For each word of a table, what reads its value (raising ValueError or TypeError), and what the value must be."""


def read_values(values: Mapping[str, Any], readers: Readers, where: str, *, kind: str = "word") -> dict[str, Any]:
    """The values of a table. Raises UsageError that names `where`, the word that is wrong, and what it must be."""
    read = {}
    for word, value in values.items():
        if word not in readers:
            raise unknown_name(f"{kind} in {where}:", word, readers)
        reader, wanted = readers[word]
        try:
            read[word] = reader(value)
        except (ValueError, TypeError, OverflowError, RuntimeError):  # the last one: ~NAME of an unknown user
            raise UsageError(f"{word} in {where} is {value!r}; it must be {wanted}") from None
    return read


def read_endpoint(base: Endpoint, table: Any, source: str) -> Endpoint:
    """An endpoint with what its table in the file `source` says about it. Raises UsageError."""
    title = f"[endpoints.{base.name}]"
    if base.name == EMBEDDED or not isinstance(table, dict):
        raise UsageError(f"{title} in {source} is not a table of an endpoint of yours")
    if "key_variable" in table and "key_variables" in table:
        raise UsageError(f"{title} in {source} has both key_variable and key_variables; keep one")
    read = read_values(table, _ENDPOINT, f"{title} of {source}")
    if "key_variable" in read:
        read["key_variables"] = (read.pop("key_variable"),)
    if {base.name, EMBEDDED} & {*read.get("shares_with", ())}:
        raise UsageError(f"shares_with in {title} of {source} must name other endpoints of yours")
    if "base_url" in read:
        _require_address(read["base_url"], f"base_url in {title} of {source}")
    return replace(base, **read)


def _require_address(address: str, where: str) -> None:
    """Raise UsageError for what is no web address, or holds a secret: addresses are shown, keys are not."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if "@" in parts.netloc or parts.query:
        raise UsageError(
            f"{where} holds more than an address; a key belongs into the variable that key_variable names, "
            "azure's api-version into api_version"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{where} is {address!r}; it must be an address like https://host/v1")


def read_price(table: Any, title: str, source: str) -> Price:
    """A price from its table; `title` and `source` name table and file. Raises UsageError."""
    if not isinstance(table, dict):
        raise UsageError(f"{title} in {source} is not a table of a price")
    read = {"source": source, **read_values(table, _PRICE, f"{title} of {source}")}
    for word in ("input_usd", "output_usd"):
        if word not in read:
            raise UsageError(f"{title} in {source} has no {word}: US dollars for a million tokens")
    return Price(**read)


def text(value: Any) -> str:
    """A text that is not blank, without blanks around it."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def choice(*known: str) -> Callable[[Any], str]:
    """A reader of one of these words."""

    def read(value: Any) -> str:
        if value not in known:
            raise ValueError
        return str(value)

    return read


def _any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(dict.fromkeys(text(one) for one in value))


def _structured(value: Any) -> Structured:
    """`true` and `false` are what most servers need."""
    if isinstance(value, bool):
        return Structured.JSON_SCHEMA if value else Structured.NONE
    return Structured(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError
    return value


def _dollars(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError
    return float(value)


def _factor(value: Any) -> float:
    if not 0 < (factor := _dollars(value)) <= 1:
        raise ValueError
    return factor


def _day(value: Any) -> str:
    """TOML has dates of its own, which need no quotes."""
    return value.isoformat() if isinstance(value, date) else text(value)


_TRUTH: Final = (_truth, "true or false")
_WHOLE: Final = (_whole, "a whole number above 0")
_AMOUNT: Final = (_dollars, "US dollars for a million tokens, 0 or more")
_ENDPOINT: Final[Readers] = MappingProxyType(
    {
        "base_url": (_any_text, "a text"),
        "key_variable": (text, "a variable's name"),
        "key_variables": (_texts, "a list of variables' names"),
        "token_field": (choice("max_tokens", "max_completion_tokens"), "max_tokens or max_completion_tokens"),
        "structured": (_structured, f"true, false or one of {', '.join(Structured)}"),
        "detail": _TRUTH,
        "seed": _TRUTH,
        "temperature": _TRUTH,
        "images_per_request": _WHOLE,
        "rpm": _WHOLE,
        "tpm": _WHOLE,
        "rpd": _WHOLE,
        "concurrency": _WHOLE,
        "api_version": (text, "a text"),
        "blurs_faces": _TRUTH,
        "lists_models": _TRUTH,
        "shares_with": (_texts, "a list of endpoints' names"),
        "batch_api": _TRUTH,
    }
)
"""`key_variable = "X"` is short for `key_variables = ["X"]`."""
_PRICE: Final[Readers] = MappingProxyType(
    {
        "input_usd": _AMOUNT,
        "output_usd": _AMOUNT,
        "cached_input_usd": _AMOUNT,
        "cache_write_usd": _AMOUNT,
        "batch_factor": (_factor, "a factor up to 1 (0.5: half the price)"),
        "longest_prompt_tokens": _WHOLE,
        "read_on": (_day, "a date"),
        "source": (text, "a text"),
    }
)
