"""What tokens cost, as data: a price nobody knows is None, never zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from workbench.domain.replies import Usage


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, standard tier."""

    input_usd: float
    output_usd: float
    source: str
    """Where and when it was read."""


PRICES: Final[Mapping[str, Price]] = MappingProxyType(
    {
        "schematic-baseline": Price(0.0, 0.0, "the embedded endpoint runs on this machine"),
        "gpt-4o": Price(2.50, 10.00, "OpenAI's price page, 2026-11"),
        "gpt-5.5": Price(5.00, 30.00, "OpenAI's price page, 2026-11"),
    }
)


def cost_usd(model: str | None, usage: Usage | None, prices: Mapping[str, Price] = PRICES) -> float | None:
    """What a reply cost, from the usage it reported; None where the model's price or the usage is unknown."""
    price = prices.get(model or "")
    if price is None or usage is None:
        return None
    return (usage.prompt_tokens * price.input_usd + usage.completion_tokens * price.output_usd) / 1_000_000
