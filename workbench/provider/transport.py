"""The HTTP under the openai client: aiohttp's, through the transport that the client ships for it.

Its own parser costs a third of the time of the default one, and opening a thousand connections does not slow it down.
Replies are read up to a bound, so that a server that never stops talking costs a request and not the memory.
"""

import warnings
from collections.abc import AsyncIterator
from typing import Final

import httpx2
import openai

MOST_REPLY_BYTES: Final = 8_000_000
"""Twenty rankings take four thousand; a model that thinks aloud takes a few hundred thousand."""
_KEPT_ALIVE_S: Final = 30.0

# aiohttp would rather be given large bodies as files. Ours are bytes already, and the kernel takes them at once.
warnings.filterwarnings("ignore", message="Sending a large body directly", category=ResourceWarning)


def http_client(
    *,
    most_connections: int,
    trust_env: bool,
    timeout: "openai.Timeout",
    most_reply_bytes: int = MOST_REPLY_BYTES,
) -> httpx2.AsyncClient:
    """A client that follows no redirect and reads no more than it should."""

    async def bound(response: httpx2.Response) -> None:
        """Called before the body is read."""
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream, most_reply_bytes)

    client = openai.DefaultAioHttpClient(
        follow_redirects=False,
        trust_env=trust_env,
        timeout=timeout,
        limits=httpx2.Limits(
            max_connections=most_connections,
            max_keepalive_connections=most_connections,
            keepalive_expiry=_KEPT_ALIVE_S,
        ),
        event_hooks={"response": [bound]},
    )
    assert isinstance(client, httpx2.AsyncClient)
    return client


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, most_bytes: int) -> None:
        self._inner = inner
        self._most_bytes = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        n_bytes = 0
        async for chunk in self._inner:
            n_bytes += len(chunk)
            if n_bytes > self._most_bytes:
                raise httpx2.ReadError(f"the reply is longer than {self._most_bytes:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
