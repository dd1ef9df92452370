"""The one keeper of API keys: read once, never shown, masked wherever an error might echo them."""

import re
from collections.abc import Mapping
from typing import Final

from workbench.domain.endpoints import Endpoint
from workbench.errors import EndpointError

_KEYLIKE: Final = re.compile(r"\b(sk|pk|key)-[A-Za-z0-9_\-*]{8,}|(?<=Bearer )\S+", re.IGNORECASE)
_MASK: Final = "[key]"
_DUMMY: Final = "none-needed"


class ApiKey:
    """A key that prints as a mask."""

    __slots__ = ("_value", "name")

    def __init__(self, value: str, name: str = "") -> None:
        self._value = value
        self.name: Final = name
        """The variable that holds it, which may be shown; empty for a server that wants no key."""

    def __repr__(self) -> str:
        return _MASK

    def reveal(self) -> str:
        """The key itself, for the client's header and nothing else."""
        return self._value

    def masked(self, text: str) -> str:
        """`text` without this key and without anything that looks like one."""
        if self._value:
            text = text.replace(self._value, _MASK)
        return _KEYLIKE.sub(_MASK, text)


NO_KEY: Final = ApiKey(_DUMMY)
"""For a server that wants none: the client insists on one."""


def read_keys(endpoint: Endpoint, environment: Mapping[str, str]) -> tuple[ApiKey, ...]:
    """The keys that the environment holds for an endpoint, in the order of its variables, at least one.

    A variable that is not set is left out; two that hold the same key are one key, since they share its limits.
    Raises EndpointError that says which variable to set where none is, and where one holds what can be no key.
    """
    if not endpoint.key_variables:
        return (NO_KEY,)
    keys: dict[str, ApiKey] = {}
    for variable in endpoint.key_variables:
        value = environment.get(variable, "").strip()
        if value:
            keys.setdefault(value, ApiKey(_checked(value, variable), variable))
    if not keys:
        variables = " or ".join(endpoint.key_variables)
        raise EndpointError(
            f"endpoint {endpoint.name} needs a key in the environment variable {variables}; set it, "
            "or choose another with --endpoint (`--endpoint embedded` needs none)"
        )
    return tuple(keys.values())


def _checked(value: str, variable: str) -> str:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise EndpointError(f"the key in {variable} holds blanks or odd characters; copy it again")
    return value
