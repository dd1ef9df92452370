"""API keys: read from the environment, never shown, and masked wherever an error might repeat them."""

import re
from collections.abc import Mapping
from typing import Final

from workbench.domain.endpoints import Endpoint
from workbench.errors import EndpointError

_KEYLIKE: Final = re.compile(r"\b(sk|pk|key)-[A-Za-z0-9_\-*]{8,}|(?<=Bearer )\S+", re.IGNORECASE)
_MASK: Final = "[key]"
_SHORTEST_SECRET: Final = 8
_DUMMY: Final = "none-needed"


class ApiKey:
    """A key that is printed as a mask."""

    __slots__ = ("_value", "name")

    def __init__(self, value: str, name: str = "") -> None:
        self._value = value
        self.name: Final = name
        """The environment variable that holds it, which may be shown; empty for a server without keys."""

    def __repr__(self) -> str:
        return _MASK

    def reveal(self) -> str:
        """The key itself. For the client's header only."""
        return self._value

    def masked_in_answer(self, text: str) -> str:
        """`text` with this key alone replaced: a model's own words stay as they are, also where they look like a key.

        A short word, such as servers without keys are given, is no secret and could be a label.
        """
        return text.replace(self._value, _MASK) if len(self._value) >= _SHORTEST_SECRET and self.name else text

    def masked(self, text: str) -> str:
        """`text` with this key, and everything that looks like a key, replaced by a mask."""
        if self._value:
            text = text.replace(self._value, _MASK)
        return _KEYLIKE.sub(_MASK, text)


NO_KEY: Final = ApiKey(_DUMMY)
"""For a server without keys: the client requires some key."""


def read_keys(endpoint: Endpoint, environment: Mapping[str, str]) -> tuple[ApiKey, ...]:
    """The keys of an endpoint from the environment, in the order of its variables, at least one.

    Variables that are not set are left out. The same key in two variables is one key, since its limits are shared.
    Raises EndpointError where no variable is set or one cannot hold a key; the message names the variable.
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
