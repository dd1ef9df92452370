"""The user's own prices, as tables of the settings."""

from pathlib import Path

import pytest

from tests.settings.conftest import Read
from workbench.domain.prices import Price
from workbench.errors import UsageError


def test_a_table_is_a_price_and_its_file_is_where_it_came_from(read: Read, tmp_path: Path) -> None:
    settings = read('model = "m"\n[prices."gpt-4o"]\ninput_usd = 2\noutput_usd = 8.5\nread_on = 2026-11-20')
    file = str(tmp_path / "work" / "emowb.toml")
    price = Price(input_usd=2.0, output_usd=8.5, read_on="2026-11-20", source=file)
    assert settings.prices == {"gpt-4o": price}
    assert settings.source_of("prices.gpt-4o") == file
    assert settings.model == "m"


def test_a_nearer_files_price_takes_the_place_of_another_whole(read: Read) -> None:
    user = "[prices.a]\ninput_usd = 1\noutput_usd = 1\nbatch_factor = 0.5\n[prices.b]\ninput_usd = 3\noutput_usd = 3"
    settings = read("[prices.a]\ninput_usd = 2\noutput_usd = 2", user)
    assert {name: (price.input_usd, price.batch_factor) for name, price in settings.prices.items()} == {
        "a": (2.0, None),
        "b": (3.0, None),
    }


def test_without_tables_there_are_no_own_prices(read: Read) -> None:
    assert read().prices == {}
    assert not hasattr(read().prices, "__setitem__")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prices = 3", 'prices in {file} must be tables: [prices."MODEL"]'),
        ("[prices]\ngpt-4o = 2.5", '[prices."gpt-4o"] in {file} is not a table of a price'),
        ("[prices.gpt-4o]\ninput_usd = 2.5", '[prices."gpt-4o"] in {file} has no output_usd'),
        ("[prices.m]\ninput_usd = -1\noutput_usd = 1", 'input_usd in [prices."m"] of {file} is -1; it must be US'),
        ("[prices.m]\ninput = 1", "unknown word in [prices.\"m\"] of {file}: 'input'; did you mean input_usd"),
    ],
)
def test_a_wrong_table_is_named_with_its_file(read: Read, tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(text)
    assert str(raised.value).startswith(says.format(file=tmp_path / "work" / "emowb.toml"))
    assert "\n" not in str(raised.value)
