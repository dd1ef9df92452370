"""One request in, one reply out: the place where the openai client and all of its errors end.

The client gets its requests as bytes, and its answers are read here: for a request with twenty pictures, building and
validating them with the client's own models takes five times as long as everything else.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

from workbench.domain.dialects import other_form
from workbench.domain.endpoints import Endpoint, OfferedModel, day_of
from workbench.domain.messages import Fault, Outcome, Reply, Request
from workbench.errors import EndpointError
from workbench.provider.api_keys import ApiKey
from workbench.provider.completions import failed, masked_reply, read_content
from workbench.provider.error_bodies import read_error
from workbench.provider.faults import rejected_option, retry_after_s
from workbench.provider.request_body import chat_body
from workbench.provider.transport import error_text, openai_client

if TYPE_CHECKING:  # for annotations; openai loads with the first client
    import httpx2
    import openai

_KEPT_HEADERS: Final = ("x-request-id", "retry-after", "retry-after-ms")
_KEPT_PREFIXES: Final = ("x-ratelimit-", "ratelimit-")
_LONGEST_ERROR_CHARS: Final = 2_000
_JSON: Final = {"Content-Type": "application/json"}
_PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_CERTIFICATE_HINT: Final = "; name the server's certificate in SSL_CERT_FILE, or use http:// for a server of your own"
_MOST_CONNECTIONS: Final = 4_096


class EndpointClient:
    """Sends requests to one endpoint with one key. Use it as an async context manager, in one event loop."""

    def __init__(self, endpoint: Endpoint, key: ApiKey, *, timeout_s: float = 300.0) -> None:
        self._endpoint = endpoint
        self._key = key
        self._rejected_options: set[str] = set()
        self._timeout_s = timeout_s
        self._url = f"{endpoint.base_url.rstrip('/')}/chat/completions"  # absolute: joining it takes the client long
        self._client = openai_client(endpoint, key, timeout_s=timeout_s, most_connections=_MOST_CONNECTIONS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def send(self, request: Request) -> Reply:
        """Send a request once. Whatever happens becomes a reply; only a cancellation is raised.

        A rejected word that requests can do without is left out of the next ones, or said otherwise.
        """
        endpoint = self._endpoint
        return self._learned(await self.send_body(chat_body(request, endpoint)), endpoint)

    def _learned(self, reply: Reply, asked_as: Endpoint) -> Reply:
        """The reply with what it has taught about the endpoint, if its request was written in the form `asked_as`."""
        learned = other_form(asked_as, reply.option, self._rejected_options)
        if learned is None:
            return reply
        if self._endpoint != asked_as:  # another request has taught something meanwhile
            return replace(reply, fault=Fault.DIALECT)
        self._rejected_options.add(reply.option)
        self._endpoint = learned.endpoint
        return replace(reply, fault=Fault.DIALECT, learned=learned)

    async def send_body(self, body: bytes) -> Reply:
        """Send the body of a chat completion once, as `send` does."""
        import httpx2
        import openai

        started_s = time.monotonic()
        headers = {**_JSON, "Content-Length": str(len(body))}
        content = _once([body])
        del body  # a thousand requests may wait at once, and their pictures are not needed meanwhile
        try:
            async with asyncio.timeout(self._timeout_s):  # the client's own timeout starts anew with every byte
                response = await self._client.post(
                    self._url, content=content, cast_to=httpx2.Response, options={"headers": headers}
                )
            reply = self._read(response)
        except openai.APIStatusError as error:
            reply = self._rejected(error)
        except Exception as error:  # noqa: BLE001 (whatever a transport raises is a broken connection to a run)
            reply = self._broken(error)
        return replace(reply, latency_s=time.monotonic() - started_s)

    async def models(self) -> list[OfferedModel]:
        """The models that the endpoint offers, by name; empty where it has no list of models.

        Raises EndpointError where no server answers at that address or the key is refused.
        """
        import openai

        try:
            listed = {
                str(model.id): day_of(getattr(model, "shutdown_date", None))
                async for model in self._client.models.list()
            }
        except openai.APIConnectionError as error:
            raise EndpointError(
                f"no server answers at {self._endpoint.base_url} ({self._words(error)}); start the server, "
                "or choose another with --endpoint"
            ) from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            key = f"the key in {self._key.name}" if self._key.name else "to talk without a key (set key_variable)"
            raise EndpointError(f"{self._endpoint.host} refuses {key}: {self._words(error)}") from error
        except Exception:  # noqa: BLE001 (not every server has this list, or in this form)
            return []
        return [OfferedModel(name, day) for name, day in sorted(listed.items())]

    def _read(self, response: "httpx2.Response") -> Reply:
        reply = read_content(response.content, response.status_code)
        return replace(masked_reply(reply, self._key), headers=self._kept(response.headers))

    def _rejected(self, error: "openai.APIStatusError") -> Reply:
        """The words of the body, whatever its form, reach the reply."""
        headers = error.response.headers
        said = read_error(error.response.content)
        reply = replace(
            failed(said, error.status_code, shown="no words"),
            option=rejected_option(error.status_code, said),
            retry_after_s=retry_after_s(headers),
        )
        hint = self._address_hint() if error.status_code in (404, 405) and not said.code else ""
        reply = replace(reply, error=f"HTTP {error.status_code}: {reply.error}{hint}")
        return replace(masked_reply(reply, self._key), headers=self._kept(headers))

    def _address_hint(self) -> str:
        """What to set where the server has no such path."""
        base_url = self._endpoint.base_url.rstrip("/")
        if base_url.endswith("/chat/completions"):
            return "; set base_url without /chat/completions"
        right = "" if base_url.endswith("/v1") else f": {base_url}/v1?"
        return f"; is the address right? base_url is {base_url}, and most end in /v1{right}"

    def _broken(self, error: Exception) -> Reply:
        root = _root_cause(error)
        timed_out = isinstance(root, TimeoutError)
        hint = _CERTIFICATE_HINT if "certificate verify failed" in f"{error} {root}".casefold() else ""
        proxies = [name for name in _PROXIES if os.environ.get(name)] if not self._endpoint.is_local else []
        if proxies and not timed_out:
            hint += f"; requests go through the proxy of {proxies[0]}: unset it, or name the host in NO_PROXY"
        kind = f"timed out after {self._timeout_s:g} s" if timed_out else type(root).__name__
        return Reply(
            outcome=Outcome.FAILED, fault=Fault.TRANSIENT, error=self._masked(f"{kind}: {error} ({root}){hint}")
        )

    def _words(self, error: Exception) -> str:
        return error_text(error, self._key, _LONGEST_ERROR_CHARS)

    def _masked(self, text: str) -> str:
        """Masked before it is cut, so that no part of a key is left at the end."""
        return self._key.masked(text)[:_LONGEST_ERROR_CHARS]

    def _kept(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers that are stored: never one that could carry a secret."""
        return {
            name.lower(): self._key.masked(value)
            for name, value in headers.items()
            if name.lower() in _KEPT_HEADERS or name.lower().startswith(_KEPT_PREFIXES)
        }


async def _once(bodies: list[bytes]) -> AsyncIterator[bytes]:
    """Yield the body and keep no reference to it."""
    yield bodies.pop()


def _root_cause(error: BaseException) -> BaseException:
    """The first cause, or a timeout on the way to it: the transport calls a dropped connection a timeout."""
    while error.__cause__ is not None and not isinstance(error, TimeoutError):
        error = error.__cause__
    return error
