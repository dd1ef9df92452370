"""What tokens cost: a table of the house, the user's own prices over it. A price nobody knows is None, never zero."""

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.replies import Usage
from workbench.errors import UsageError, unknown_name
from workbench.provider.costs.model_names import listed_name

_PER: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens, standard tier."""

    input_usd: float
    output_usd: float
    cached_input_usd: float | None = None
    """Of prompt tokens read from the provider's cache; None: as any other."""
    cache_write_usd: float | None = None
    """Of prompt tokens written to it; None: as any other."""
    batch_factor: float | None = None
    """What the offline Batch API charges of all this; None: not known."""
    longest_prompt_tokens: int | None = None
    """The price holds for prompts up to this length; None: for all."""
    read_on: str | None = None
    """The day or month in which it was read."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """Prices by model name; a dated release is found by its family's, see `listed_name`."""

    built_in: Mapping[str, Price]
    own: Mapping[str, Price] = field(default_factory=lambda: MappingProxyType({}))
    """The user's, which win."""

    def price_of(self, *names: str | None) -> Price | None:
        """The price of the first of these names that has one: first of all in the user's own table."""
        for prices in (self.own, self.built_in):
            for name in names:
                listed = listed_name(name, prices) if name else None
                if listed is not None:
                    return prices[listed]
        return None


def load_prices(own: Mapping[str, Price] | None = None) -> PriceTable:
    """The house's table, with the user's own prices over it."""
    return PriceTable(built_in=_built_in(), own=own or MappingProxyType({}))


def cost_usd(
    model: str | None,
    usage: Usage | None,
    prices: PriceTable | None = None,
    *,
    asked: str | None = None,
    batch: bool = False,
) -> float | None:
    """What a reply cost, from the usage it reported; None where the model's price or the usage is unknown.

    `model` is the name by which the model answered, `asked` the one by which it was asked for: where they differ (a
    deployment, an alias), either may be the one with a price. `batch`: at the price of the offline Batch API.
    """
    price = (prices or load_prices()).price_of(model, asked)
    if price is None or usage is None or (batch and price.batch_factor is None):
        return None
    if price.longest_prompt_tokens is not None and usage.prompt_tokens > price.longest_prompt_tokens:
        return None
    return _standard_usd(price, usage) / _PER * (price.batch_factor or 1.0 if batch else 1.0)


def _standard_usd(price: Price, usage: Usage) -> float:
    cached = min(max(usage.cached_tokens, 0), usage.prompt_tokens)
    written = min(max(usage.cache_write_tokens, 0), usage.prompt_tokens - cached)
    read_usd = price.input_usd if price.cached_input_usd is None else price.cached_input_usd
    write_usd = price.input_usd if price.cache_write_usd is None else price.cache_write_usd
    return (
        (usage.prompt_tokens - cached - written) * price.input_usd
        + cached * read_usd
        + written * write_usd
        + usage.completion_tokens * price.output_usd
    )


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


@cache
def _built_in() -> Mapping[str, Price]:
    file = files("workbench.provider.costs") / "data" / "prices.toml"
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType({name: read_price(table, f"[{name!r}]", file.name) for name, table in tables.items()})
