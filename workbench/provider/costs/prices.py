"""What tokens cost: a table of the house, the user's own prices over it. A price nobody knows is None, never zero."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from workbench.domain.messages import Usage
from workbench.domain.prices import Price
from workbench.provider.costs.model_names import listed_name
from workbench.settings.price_tables import read_price

_PER: Final = 1_000_000


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


@cache
def _built_in() -> Mapping[str, Price]:
    file = files("workbench.provider.costs") / "data" / "prices.toml"
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType({name: read_price(table, f"[{name!r}]", file.name) for name, table in tables.items()})
