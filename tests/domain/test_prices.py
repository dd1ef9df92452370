from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from workbench.domain.messages import Usage
from workbench.domain.prices import Price, PriceTable, cost_usd
from workbench.errors import UsageError
from workbench.provider.costs.price_list import load_prices
from workbench.settings.toml_tables import read_price

MILLION = 1_000_000
TABLE = {"input_usd": 2.0, "output_usd": 10.0}


def prices(**more: Any) -> PriceTable:
    """A table of one model, `m`, with these further figures."""
    return PriceTable(built_in={"m": Price(**(TABLE | more))})


# ── what a reply costs ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_reply_costs_its_tokens_in_and_out() -> None:
    assert cost_usd("m", Usage(MILLION, 0), prices()) == 2.0
    assert cost_usd("m", Usage(0, MILLION), prices()) == 10.0
    assert cost_usd("m", Usage(1000, 100), prices()) == pytest.approx(0.003)


@pytest.mark.parametrize(("model", "usage"), [("unknown", Usage(1, 1)), (None, Usage(1, 1)), ("gpt-4o", None)])
def test_what_is_not_known_costs_nothing_known_rather_than_nothing(model: str | None, usage: Usage | None) -> None:
    assert cost_usd(model, usage, load_prices()) is None


def test_the_embedded_model_is_free() -> None:
    assert cost_usd("schematic-baseline", Usage(MILLION, MILLION), load_prices()) == 0.0


def test_tokens_from_the_cache_and_into_it_have_prices_of_their_own() -> None:
    table = prices(cached_input_usd=0.2, cache_write_usd=2.5)
    assert cost_usd("m", Usage(MILLION, 0, cached_tokens=MILLION), table) == pytest.approx(0.2)
    assert cost_usd("m", Usage(MILLION, 0, cache_write_tokens=MILLION), table) == pytest.approx(2.5)
    mixed = Usage(MILLION, 0, cached_tokens=500_000, cache_write_tokens=100_000)
    assert cost_usd("m", mixed, table) == pytest.approx(0.4 * 2.0 + 0.5 * 0.2 + 0.1 * 2.5)


def test_where_the_cache_has_no_price_its_tokens_cost_like_any_other() -> None:
    assert cost_usd("m", Usage(MILLION, 0, cached_tokens=400_000, cache_write_tokens=1), prices()) == pytest.approx(2.0)


def test_a_server_that_tells_more_cached_tokens_than_there_are_makes_nothing_cheaper_than_that() -> None:
    table = prices(cached_input_usd=0.2, cache_write_usd=2.5)
    told = Usage(MILLION, 0, cached_tokens=9 * MILLION, cache_write_tokens=9)
    assert cost_usd("m", told, table) == pytest.approx(0.2)
    assert cost_usd("m", Usage(MILLION, 0, cached_tokens=-5), table) == pytest.approx(2.0)


def test_pictures_are_prompt_tokens_like_others() -> None:
    assert cost_usd("m", Usage(MILLION, 0, image_tokens=MILLION), prices()) == 2.0


def test_the_batch_api_costs_its_share_and_an_unknown_share_makes_an_unknown_cost() -> None:
    assert cost_usd("m", Usage(MILLION, MILLION), prices(batch_factor=0.5), batch=True) == 6.0
    assert cost_usd("m", Usage(MILLION, MILLION), prices(), batch=True) is None


def test_a_prompt_longer_than_the_price_holds_for_has_no_known_price() -> None:
    table = prices(longest_prompt_tokens=1000)
    assert cost_usd("m", Usage(1000, 1), table) is not None
    assert cost_usd("m", Usage(1001, 1), table) is None


# ── whose price it is ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-20240806"])
def test_a_dated_release_has_the_price_of_its_family(model: str) -> None:
    assert cost_usd(model, Usage(100_000, 0), load_prices()) == pytest.approx(0.25)


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4o-mini",
        "gpt-4o-audio-preview-2024-10-01",
        "gpt-4o-2024-08-06-preview",
        "gpt-4o-0806",
        "gpt-4o2024-08-06",
        "ft:gpt-4o-2024-08-06:lab::1",
        "openai/gpt-4o",
        "gpt-4o-2024-08-06\n",
        "-2024-08-06",
        "",
    ],
)
def test_what_only_looks_like_a_release_has_no_price(model: str) -> None:
    assert cost_usd(model, Usage(1, 1), load_prices()) is None


def test_a_release_with_a_price_of_its_own_keeps_it() -> None:
    table = PriceTable(built_in=prices().built_in, own={"m-2026-01-01": Price(input_usd=7, output_usd=7)})
    assert cost_usd("m-2026-01-01", Usage(MILLION, 0), table) == 7
    assert cost_usd("m-2026-02-02", Usage(MILLION, 0), table) == 2


def test_the_users_own_price_wins_also_for_releases_of_that_model() -> None:
    own = load_prices({"gpt-4o": Price(input_usd=1.0, output_usd=1.0, source="our contract")})
    assert cost_usd("gpt-4o", Usage(100_000, 0), own) == pytest.approx(0.1)
    assert cost_usd("gpt-4o-2024-08-06", Usage(100_000, 0), own) == pytest.approx(0.1)
    assert cost_usd("gpt-5.5", Usage(100_000, 0), own) == pytest.approx(0.5)


def test_a_deployment_is_priced_by_its_own_name_first_and_else_by_the_model_that_answers() -> None:
    """Azure and gateways ask for a deployment and are answered by `gpt-4o-2024-08-06`."""
    own = load_prices({"faces": Price(input_usd=1.0, output_usd=1.0)})
    usage = Usage(100_000, 0)
    assert cost_usd("gpt-4o-2024-08-06", usage, own, asked="faces") == pytest.approx(0.1)
    assert cost_usd("gpt-4o-2024-08-06", usage, own, asked="voices") == pytest.approx(0.25)
    assert cost_usd("who-knows", usage, own, asked="gpt-4o") == pytest.approx(0.25)
    assert cost_usd(None, usage, own, asked="gpt-4o") == pytest.approx(0.25)


# ── the tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_price_of_the_house_says_where_and_when_it_was_read() -> None:
    built_in = load_prices().built_in
    assert {"gpt-6-sol", "gpt-4o", "schematic-baseline"} <= set(built_in)
    assert all(price.source and price.read_on for price in built_in.values())
    assert "gpt-5.6-sol" not in built_in, "its sources contradict each other"


def test_the_house_knows_its_prices_to_the_cent() -> None:
    sol = load_prices().built_in["gpt-6-sol"]
    figures = (sol.input_usd, sol.cached_input_usd, sol.cache_write_usd, sol.output_usd, sol.batch_factor)
    assert figures == (2.0, 0.2, 2.5, 10.0, 0.5)
    assert load_prices().built_in["gpt-6-luna"].cache_write_usd is None


def test_a_table_is_read_whole() -> None:
    table = TABLE | {"cached_input_usd": 1, "batch_factor": 0.5, "read_on": date(2026, 11, 3), "source": " invoice "}
    assert read_price(table, '[prices."m"]', "emowb.toml") == Price(
        input_usd=2.0, output_usd=10.0, cached_input_usd=1.0, batch_factor=0.5, read_on="2026-11-03", source="invoice"
    )


def test_a_price_without_a_source_is_its_files() -> None:
    assert read_price(TABLE, "[x]", "/etc/emowb.toml").source == "/etc/emowb.toml"


WRONG: Mapping[str, tuple[Any, str]] = {
    "no table": (2.5, '[prices."m"] in f.toml is not a table of a price'),
    "half a price": ({"input_usd": 1}, '[prices."m"] in f.toml has no output_usd: US dollars for a million tokens'),
    "a misspelt word": (TABLE | {"cached_usd": 1}, "unknown word in [prices.\"m\"] of f.toml: 'cached_usd'; did you"),
    "a text for an amount": (TABLE | {"input_usd": "2.50"}, "input_usd in [prices.\"m\"] of f.toml is '2.50'; it must"),
    "a truth for an amount": (TABLE | {"input_usd": True}, 'input_usd in [prices."m"] of f.toml is True; it must be'),
    "less than nothing": (TABLE | {"output_usd": -1}, 'output_usd in [prices."m"] of f.toml is -1; it must be US'),
    "no number": (TABLE | {"output_usd": float("nan")}, 'output_usd in [prices."m"] of f.toml is nan; it must be'),
    "a dearer batch": (TABLE | {"batch_factor": 50}, 'batch_factor in [prices."m"] of f.toml is 50; it must be a fac'),
    "a free batch": (TABLE | {"batch_factor": 0}, 'batch_factor in [prices."m"] of f.toml is 0; it must be a factor'),
    "half a token": (
        TABLE | {"longest_prompt_tokens": 1.5},
        'longest_prompt_tokens in [prices."m"] of f.toml is 1.5; it must be a whole number above 0',
    ),
    "no date": (TABLE | {"read_on": 2026}, 'read_on in [prices."m"] of f.toml is 2026; it must be a date'),
    "an empty source": (TABLE | {"source": " "}, "source in [prices.\"m\"] of f.toml is ' '; it must be a text"),
}


@pytest.mark.parametrize(("table", "text"), WRONG.values(), ids=WRONG)
def test_a_wrong_table_is_named_with_what_it_must_be(table: Any, text: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_price(table, '[prices."m"]', "f.toml")
    assert str(raised.value).startswith(text)
