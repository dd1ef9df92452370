"""The one keeper of an API key: read once, never shown, masked wherever an error might echo it."""

import re
from collections.abc import Mapping
from typing import Final

from workbench.errors import EndpointError
from workbench.provider.endpoints import Endpoint

_KEYLIKE: Final = re.compile(r"\b(sk|pk|key)-[A-Za-z0-9_\-*]{8,}|(?<=Bearer )\S+", re.IGNORECASE)
_MASK: Final = "[key]"


class ApiKey:
    """A key that prints as a mask."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

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


def read_key(endpoint: Endpoint, environment: Mapping[str, str]) -> ApiKey:
    """The key that the environment holds for an endpoint.

    A server that wants none gets a dummy, since the client insists on one. Raises EndpointError that says which
    variable to set, and that a key is offered without one.
    """
    if endpoint.key_variable is None:
        return ApiKey("none-needed")
    value = environment.get(endpoint.key_variable, "").strip()
    if not value:
        raise EndpointError(
            f"endpoint {endpoint.name} needs a key in the environment variable {endpoint.key_variable}; set it, "
            "or choose another with --endpoint (`--endpoint embedded` needs none)"
        )
    if not value.isascii() or not value.isprintable() or " " in value:
        raise EndpointError(f"the key in {endpoint.key_variable} holds blanks or odd characters; copy it again")
    return ApiKey(value)
