"""An endpoint as a table of a settings file: `[endpoints.NAME]`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from workbench.domain.endpoints import EMBEDDED, Endpoint, Structured
from workbench.errors import UsageError, unknown_name


def read_endpoint(base: Endpoint, table: Any, source: str) -> Endpoint:
    """An endpoint with what its table in the file `source` says of it.

    Raises UsageError that names the table, the word that is wrong, and what it must be.
    """
    title = f"[endpoints.{base.name}]"
    if base.name == EMBEDDED or not isinstance(table, dict):
        raise UsageError(f"{title} in {source} is not a table of an endpoint of yours")
    if "key_variable" in table and "key_variables" in table:
        raise UsageError(f"{title} in {source} has both key_variable and key_variables; keep one")
    read: dict[str, Any] = {}
    for word, value in table.items():
        if word not in _READERS:
            raise unknown_name(f"word in {title} of {source}:", word, _READERS)
        reader, wanted = _READERS[word]
        try:
            read[_SHORT.get(word, word)] = reader(value)
        except (ValueError, TypeError, OverflowError):
            raise UsageError(f"{word} in {title} of {source} is {value!r}; it must be {wanted}") from None
    if {base.name, EMBEDDED} & {*read.get("shares_with", ())}:
        raise UsageError(f"shares_with in {title} of {source} must name other endpoints of yours")
    if "base_url" in read:
        _check_address(read["base_url"], f"base_url in {title} of {source}")
    return replace(base, **read)


def _check_address(address: str, where: str) -> None:
    """Raises UsageError for what is no web address, or carries a secret: addresses are shown, keys are not."""
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


def _address(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(dict.fromkeys(_text(one) for one in value))


def _token_field(value: Any) -> str:
    if value not in ("max_tokens", "max_completion_tokens"):
        raise ValueError
    return str(value)


def _structured(value: Any) -> Structured:
    """`true` and `false` are what most servers need to be told."""
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


_TRUTH: Final = (_truth, "true or false")
_WHOLE: Final = (_whole, "a whole number above 0")
_SHORT: Final[Mapping[str, str]] = MappingProxyType({"key_variable": "key_variables"})
_READERS: Final[Mapping[str, tuple[Callable[[Any], Any], str]]] = MappingProxyType(
    {
        "base_url": (_address, "a text"),
        "key_variable": (lambda value: (_text(value),), "a variable's name"),
        "key_variables": (_texts, "a list of variables' names"),
        "token_field": (_token_field, "max_tokens or max_completion_tokens"),
        "structured": (_structured, f"true, false or one of {', '.join(Structured)}"),
        "detail": _TRUTH,
        "seed": _TRUTH,
        "temperature": _TRUTH,
        "images_per_request": _WHOLE,
        "rpm": _WHOLE,
        "tpm": _WHOLE,
        "rpd": _WHOLE,
        "concurrency": _WHOLE,
        "api_version": (_text, "a text"),
        "blurs_faces": _TRUTH,
        "lists_models": _TRUTH,
        "shares_with": (_texts, "a list of endpoints' names"),
        "batch_api": _TRUTH,
    }
)
"""What may stand in a table. `key_variable = "X"` is short for `key_variables = ["X"]`."""
