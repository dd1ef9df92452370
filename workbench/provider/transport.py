"""The openai client as emowb uses it, and the HTTP below it.

The client's own retries are off: it would also send again what must not be repeated (exhausted quotas, a job that was
made already), and what it repeats could be neither counted, paid for nor stored. It follows no redirect, takes no
address from the environment, and no proxy either for a server on this machine.

Requests go through aiohttp, by the transport that the client ships for it: it parses replies in a third of the time of
the default transport, and a thousand open connections do not slow it down. Replies are read up to a bound, so that a
server that never stops sending costs a request and not the memory.

openai takes a second to load, so it is loaded when the first client is made.
"""

import warnings
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from workbench.domain.endpoints import Endpoint
from workbench.provider.api_keys import ApiKey

if TYPE_CHECKING:  # for annotations; see above
    import httpx2
    import openai

MOST_REPLY_BYTES: Final = 8_000_000
"""Twenty rankings take four thousand; a model that shows its reasoning takes a few hundred thousand."""
_OPENAI: Final = "api.openai.com"
_CONNECT_S: Final = 10.0
_KEPT_ALIVE_S: Final = 30.0

# aiohttp prefers large bodies as files. Ours are bytes already, and the kernel takes them at once.
warnings.filterwarnings("ignore", message="Sending a large body directly", category=ResourceWarning)


def openai_client(
    endpoint: Endpoint,
    key: ApiKey,
    *,
    timeout_s: float,
    most_connections: int,
    most_reply_bytes: int = MOST_REPLY_BYTES,
) -> "openai.AsyncOpenAI":
    """A client of one endpoint with one key, to be closed by the caller."""
    import openai

    timeout = openai.Timeout(timeout_s, connect=_CONNECT_S)
    client = openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=key.reveal(),
        max_retries=0,
        timeout=timeout,
        default_query={"api-version": endpoint.api_version} if endpoint.api_version else None,
        http_client=_http_client(
            most_connections, timeout, trust_env=not endpoint.is_local, most_reply_bytes=most_reply_bytes
        ),
    )
    if endpoint.host != _OPENAI:  # the account's name, which the client reads from the environment, is for OpenAI alone
        client.organization = client.project = None
    return client


def error_text(error: Exception, key: ApiKey, longest_chars: int) -> str:
    """An error and its cause as one text without keys; masked before it is cut, so that no part of a key is left."""
    cause = f" ({error.__cause__})" if error.__cause__ and str(error.__cause__) else ""
    return key.masked(f"{error}{cause}" if str(error) else type(error).__name__)[:longest_chars]


def _http_client(
    most_connections: int, timeout: "openai.Timeout", *, trust_env: bool, most_reply_bytes: int
) -> "httpx2.AsyncClient":
    import httpx2
    import openai

    class Bounded(httpx2.AsyncByteStream):
        """The body of a reply, up to the bound."""

        def __init__(self, inner: httpx2.AsyncByteStream) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            n_bytes = 0
            async for chunk in self._inner:
                n_bytes += len(chunk)
                if n_bytes > most_reply_bytes:
                    raise httpx2.ReadError(f"the reply is longer than {most_reply_bytes:,} bytes")
                yield chunk

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def bound(response: httpx2.Response) -> None:
        """Called before the body is read."""
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = Bounded(response.stream)

    client = openai.DefaultAioHttpClient(
        follow_redirects=False,
        trust_env=trust_env,
        timeout=timeout,
        limits=httpx2.Limits(
            max_connections=most_connections, max_keepalive_connections=most_connections, keepalive_expiry=_KEPT_ALIVE_S
        ),
        event_hooks={"response": [bound]},
    )
    assert isinstance(client, httpx2.AsyncClient)
    return client
