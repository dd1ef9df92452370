"""Endpoints: where requests go, and in what dialect of the chat-completions protocol.

Servers that speak the protocol differ in small things; each difference that the house has met is a field here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

EMBEDDED: Final = "embedded"
"""The name of the endpoint that a command starts for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One server, without its key."""

    name: str
    base_url: str
    key_variable: str | None = None
    """The environment variable that holds the key; None: the server wants none."""
    token_field: str = "max_tokens"  # noqa: S105 (a count of tokens, not a secret)
    """What the server calls the limit of the answer's length."""
    structured: bool = True
    """Whether it can hold an answer to a JSON schema."""

    @property
    def host(self) -> str:
        """Where pictures would go, for people."""
        return urlsplit(self.base_url).hostname or self.base_url

    @property
    def is_local(self) -> bool:
        """Whether nothing sent to it leaves this machine."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


PRESETS: Final[Mapping[str, Endpoint]] = MappingProxyType(
    {
        endpoint.name: endpoint
        for endpoint in (
            Endpoint(
                name="openai",
                base_url="https://api.openai.com/v1",
                key_variable="OPENAI_API_KEY",
                token_field="max_completion_tokens",  # noqa: S106 (a count of tokens)
            ),
            Endpoint(name="azure", base_url="", key_variable="AZURE_OPENAI_API_KEY"),  # each customer has an address
            Endpoint(name="openrouter", base_url="https://openrouter.ai/api/v1", key_variable="OPENROUTER_API_KEY"),
            Endpoint(name="vllm", base_url="http://127.0.0.1:8000/v1"),
            Endpoint(name="ollama", base_url="http://127.0.0.1:11434/v1"),
            Endpoint(name="llamacpp", base_url="http://127.0.0.1:8080/v1", structured=False),
            Endpoint(name="lmstudio", base_url="http://127.0.0.1:1234/v1"),
        )
    }
)
