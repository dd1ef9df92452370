"""What a model's tokens cost. A price that nobody knows is None, never zero."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from workbench.domain.messages import Usage
from workbench.errors import UsageError

_DATE: Final = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8})\Z")
_TOKENS_PER_PRICE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens, standard tier."""

    input_usd: float
    output_usd: float
    cached_input_usd: float | None = None
    """Of prompt tokens read from the provider's cache; None: the same as others."""
    cache_write_usd: float | None = None
    """Of prompt tokens written to the provider's cache; None: the same as others."""
    batch_factor: float | None = None
    """The share of this price that the offline Batch API charges; None: not known."""
    longest_prompt_tokens: int | None = None
    """The price holds for prompts up to this length; None: for all."""
    read_on: str | None = None
    """The day or month in which the price was read."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """Prices by model name; a dated release has its family's price, see `listed_name`."""

    built_in: Mapping[str, Price]
    own: Mapping[str, Price] = field(default_factory=lambda: MappingProxyType({}))
    """The user's own prices, which override the built-in ones."""

    def price_of(self, *names: str | None) -> Price | None:
        """The price of the first of these names that has one; the user's own prices are searched first."""
        for prices in (self.own, self.built_in):
            for name in names:
                listed = listed_name(name, prices) if name else None
                if listed is not None:
                    return prices[listed]
        return None

    def require(self, model: str) -> None:
        """Raise UsageError where the price of a model is not known, so that no budget could be kept."""
        if self.price_of(model) is None:
            raise UsageError(
                f"--budget needs the price of {model}; put it under "
                f'[prices."{model}"] in emowb.toml as input_usd and output_usd, per million tokens'
            )


def listed_name(model: str, names: Container[str]) -> str | None:
    """The name under which a table lists a model: `model` itself, or its family's name where it is a dated release.

    `gpt-4o-2024-08-06` and `gpt-4o-20240806` are found as `gpt-4o`. Only a date at the end is removed:
    `gpt-4o-audio-preview-2024-10-01` is not a `gpt-4o`. None where the table has neither name.
    """
    if model in names:
        return model
    family = _DATE.sub("", model)
    return family if family in names else None


def cost_usd(
    model: str | None, usage: Usage | None, prices: PriceTable, *, asked: str | None = None, batch: bool = False
) -> float | None:
    """What a reply cost, from the usage that it reported; None where the model's price or the usage is unknown.

    `model` is the name by which the model answered, `asked` the name in the request. Where they differ (a deployment,
    an alias), either may be the one with a price. `batch`: at the price of the offline Batch API.
    """
    price = prices.price_of(model, asked)
    if price is None or usage is None or (batch and price.batch_factor is None):
        return None
    if price.longest_prompt_tokens is not None and usage.prompt_tokens > price.longest_prompt_tokens:
        return None
    return _standard_usd(price, usage) / _TOKENS_PER_PRICE * (price.batch_factor or 1.0 if batch else 1.0)


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
