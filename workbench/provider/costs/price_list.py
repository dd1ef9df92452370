"""The built-in list of prices (`data/prices.toml`), with the user's own prices over it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from workbench.domain.prices import Price, PriceTable
from workbench.settings.toml_tables import read_price


def load_prices(own: Mapping[str, Price] | None = None) -> PriceTable:
    """The built-in prices; `own` prices override them."""
    return PriceTable(built_in=_built_in(), own=own or MappingProxyType({}))


@cache
def _built_in() -> Mapping[str, Price]:
    file = files("workbench.provider.costs") / "data" / "prices.toml"
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType({name: read_price(table, f"[{name!r}]", file.name) for name, table in tables.items()})
