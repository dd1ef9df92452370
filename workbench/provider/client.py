"""One request in, one reply out: where the openai client and all of its errors end.

The client's own retries are off: it would ask again for exhausted quotas, and what it repeats cannot be counted,
paid for or stored. It is given its requests as bytes and its answers are read by us: with twenty pictures, to build
and to validate them by its models takes five times as long as everything else. It follows no redirect and takes no
address from the environment; to a server on this machine it takes no proxy either.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Final, Self

import httpx2
import openai

from workbench.domain.endpoints import Endpoint, OfferedModel, day_of
from workbench.domain.messages import Fault, Outcome, Reply, Request
from workbench.errors import EndpointError
from workbench.provider.api_keys import ApiKey
from workbench.provider.completions import read_completion, unanswered
from workbench.provider.faults import classify_error, error_code, error_param, retry_after_s
from workbench.provider.request_body import chat_body
from workbench.provider.transport import http_client

_KEPT_HEADERS: Final = ("x-request-id", "retry-after", "retry-after-ms")
_KEPT_PREFIXES: Final = ("x-ratelimit-", "ratelimit-")
_LONGEST_ERROR_CHARS: Final = 2_000
_OPENAI: Final = "api.openai.com"
_CONNECT_S: Final = 10.0
_JSON: Final = {"Content-Type": "application/json"}
_MOST_CONNECTIONS: Final = 4_096


class EndpointClient:
    """A `ReplySource` over HTTP. Use it as an async context manager, in one event loop."""

    def __init__(self, endpoint: Endpoint, key: ApiKey, *, timeout_s: float = 300.0) -> None:
        self._endpoint = endpoint
        self._key = key
        self._timeout_s = timeout_s
        # Whole, since to put it together takes the client long.
        self._url = f"{endpoint.base_url.rstrip('/')}/chat/completions"
        timeout = openai.Timeout(timeout_s, connect=_CONNECT_S)
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=key.reveal(),
            max_retries=0,
            timeout=timeout,
            default_query={"api-version": endpoint.api_version} if endpoint.api_version else None,
            http_client=http_client(
                most_connections=_MOST_CONNECTIONS, trust_env=not endpoint.is_local, timeout=timeout
            ),
        )

        if (
            endpoint.host != _OPENAI
        ):  # whose account it is, which the client takes from the environment, is theirs alone
            self._client.organization = self._client.project = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def send(self, request: Request) -> Reply:
        """Send once. Whatever happens becomes a reply; only cancelling comes through."""
        return await self.send_body(chat_body(request, self._endpoint))

    async def send_body(self, body: bytes) -> Reply:
        """Send the body of a chat completion once, as `send` does."""
        started_s = time.monotonic()
        headers = {**_JSON, "Content-Length": str(len(body))}
        content = _once([body])
        del body  # a thousand requests may wait at once, and nobody needs their pictures meanwhile
        try:
            async with asyncio.timeout(self._timeout_s):  # the client's own starts anew with every byte
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
        """The models that the endpoint offers, by name; empty where it does not tell.

        Raises EndpointError when nobody answers at that address or the key is refused.
        """
        try:
            listed = {
                str(model.id): day_of(getattr(model, "shutdown_date", None))
                async for model in self._client.models.list()
            }
        except openai.APIConnectionError as error:
            raise EndpointError(
                f"nobody answers at {self._endpoint.base_url} ({self._words(error)}); start the server, "
                "or choose another with --endpoint"
            ) from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            key = f"the key in {self._key.name}" if self._key.name else "to talk without a key (set key_variable)"
            raise EndpointError(f"{self._endpoint.host} refuses {key}: {self._words(error)}") from error
        except Exception:  # noqa: BLE001 (not every server has this list, or in this form)
            return []
        return [OfferedModel(name, day) for name, day in sorted(listed.items())]

    def _read(self, response: httpx2.Response) -> Reply:
        """Read a 200, whatever is in it: HTML, broken JSON and nothing are no answers."""
        try:
            reply = read_completion(json.loads(response.content), response.status_code)
        except (ValueError, RecursionError):
            said = response.content[: 4 * _LONGEST_ERROR_CHARS].decode("utf-8", "replace")
            reply = unanswered(f"no JSON: {said}", response.status_code)
        error_text = None if reply.error is None else self._safe(reply.error)
        return replace(reply, error=error_text, headers=self._kept(response.headers))

    def _rejected(self, error: openai.APIStatusError) -> Reply:
        message = self._words(error)
        outcome, fault = classify_error(error.status_code, error_code(error.body), message, error_param(error.body))
        headers = error.response.headers
        return Reply(
            outcome=outcome,
            fault=fault,
            status_code=error.status_code,
            error=message,
            retry_after_s=retry_after_s(headers),
            headers=self._kept(headers),
        )

    def _broken(self, error: Exception) -> Reply:
        root = _root(error)
        timed_out = isinstance(root, TimeoutError)
        kind = f"timed out after {self._timeout_s:g} s" if timed_out else type(root).__name__
        return Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, error=self._safe(f"{kind}: {error} ({root})"))

    def _words(self, error: Exception) -> str:
        cause = f" ({error.__cause__})" if error.__cause__ and str(error.__cause__) else ""
        return self._safe(f"{error}{cause}")

    def _safe(self, text: str) -> str:
        """Masked before it is cut, so that no part of a key is left at the end."""
        return self._key.masked(text)[:_LONGEST_ERROR_CHARS]

    def _kept(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers worth a row: never one that could carry a secret."""
        return {
            name.lower(): self._key.masked(value)
            for name, value in headers.items()
            if name.lower() in _KEPT_HEADERS or name.lower().startswith(_KEPT_PREFIXES)
        }


async def _once(bodies: list[bytes]) -> AsyncIterator[bytes]:
    """Hand the body over and forget it."""
    yield bodies.pop()


def _root(error: BaseException) -> BaseException:
    """What was at the bottom of it: the transport calls a dropped connection a timeout."""
    while error.__cause__ is not None and not isinstance(error, TimeoutError):
        error = error.__cause__
    return error
