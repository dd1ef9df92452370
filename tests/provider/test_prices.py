import pytest

from workbench.domain.replies import Usage
from workbench.provider.prices import PRICES, Price, cost_usd

MILLION = 1_000_000


def test_a_reply_costs_its_tokens_in_and_out() -> None:
    prices = {"m": Price(2.0, 10.0, "a test")}
    assert cost_usd("m", Usage(MILLION, 0), prices) == 2.0
    assert cost_usd("m", Usage(0, MILLION), prices) == 10.0
    assert cost_usd("m", Usage(1000, 100), prices) == pytest.approx(0.003)


@pytest.mark.parametrize(("model", "usage"), [("unknown", Usage(1, 1)), (None, Usage(1, 1)), ("gpt-4o", None)])
def test_what_is_not_known_costs_nothing_known_rather_than_nothing(model: str | None, usage: Usage | None) -> None:
    assert cost_usd(model, usage) is None


def test_the_embedded_model_is_free() -> None:
    assert cost_usd("schematic-baseline", Usage(MILLION, MILLION)) == 0.0


def test_every_price_says_where_it_was_read() -> None:
    assert all(price.source and price.input_usd >= 0 and price.output_usd >= 0 for price in PRICES.values())
