"""One request in, one reply out: where the openai client and all of its errors end.

The client's own retries are off: it would ask again for exhausted quotas, and what it repeats cannot be counted,
paid for or stored. It follows no redirect and takes no address from the environment; to a server on this machine
it takes no proxy either.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Self

import openai
from openai.types.chat import ChatCompletion

from workbench.domain.replies import Fault, Outcome, Reply, Request, Usage
from workbench.errors import EndpointError
from workbench.provider.endpoints import Endpoint
from workbench.provider.faults import error_code, meaning_of, retry_after_s
from workbench.provider.messages import chat_body
from workbench.provider.secrets import ApiKey

_KEPT_HEADERS: Final = ("x-request-id", "retry-after", "retry-after-ms")
_KEPT_PREFIX: Final = "x-ratelimit-"
_LONGEST_ERROR_CHARS: Final = 2_000
_CONNECT_S: Final = 10.0


class EndpointClient:
    """A `ReplySource` over HTTP. Use it as an async context manager, in one event loop."""

    def __init__(self, endpoint: Endpoint, key: ApiKey, *, timeout_s: float = 300.0) -> None:
        self._endpoint = endpoint
        self._key = key
        self._timeout_s = timeout_s
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=key.reveal(),
            max_retries=0,
            timeout=openai.Timeout(timeout_s, connect=_CONNECT_S),
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False, trust_env=not endpoint.is_local),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def send(self, request: Request) -> Reply:
        """Send once. Whatever happens becomes a reply; only cancelling comes through."""
        body = chat_body(request, token_field=self._endpoint.token_field)
        started_s = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):  # the client's own starts anew with every byte
                raw = await self._client.chat.completions.with_raw_response.create(**body)
            reply = self._read(raw.parse(), raw.headers, raw.status_code)
        except openai.APIStatusError as error:
            reply = self._rejected(error)
        except Exception as error:  # noqa: BLE001 (a 200 with broken JSON raises whatever the reader raises)
            reply = self._broken(error)
        return replace(reply, latency_s=time.monotonic() - started_s)

    async def models(self) -> list[str]:
        """The names of the models that the endpoint offers; empty where it does not tell.

        Raises EndpointError when nobody answers at that address or the key is refused.
        """
        try:
            return sorted([model.id async for model in self._client.models.list()])
        except openai.APIConnectionError as error:
            raise EndpointError(
                f"nobody answers at {self._endpoint.base_url} ({self._words(error)}); start the server, "
                "or choose another with --endpoint"
            ) from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise EndpointError(
                f"{self._endpoint.host} refuses the key in {self._endpoint.key_variable}: {self._words(error)}"
            ) from error
        except Exception:  # noqa: BLE001 (not every server has this list, or in this form)
            return []

    def _rejected(self, error: openai.APIStatusError) -> Reply:
        message = self._words(error)
        outcome, fault = meaning_of(error.status_code, error_code(error.body), message)
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
        timed_out = isinstance(error, openai.APITimeoutError | TimeoutError)
        kind = f"timed out after {self._timeout_s:g} s" if timed_out else type(error).__name__
        return Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, error=f"{kind}: {self._words(error)}")

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
            if name.lower() in _KEPT_HEADERS or name.lower().startswith(_KEPT_PREFIX)
        }

    def _read(self, completion: object, headers: Mapping[str, str], status_code: int) -> Reply:
        """Read a 200. Servers answer 200 with an error object, HTML or no choices: none of these is an answer."""
        if not isinstance(completion, ChatCompletion) or not completion.choices:
            said = completion.model_dump_json() if isinstance(completion, ChatCompletion) else str(completion)
            return Reply(
                outcome=Outcome.FAILED,
                fault=Fault.TRANSIENT,
                status_code=status_code,
                error=self._safe(f"no choices in the answer: {said}"),
                headers=self._kept(headers),
            )
        choice = completion.choices[0]
        text, refusal = _text(choice.message.content), _text(choice.message.refusal)
        return Reply(
            outcome=_outcome(text, refusal, choice.finish_reason),
            text=text,
            refusal=refusal,
            finish_reason=_text(choice.finish_reason),
            model=_text(completion.model),
            usage=_usage(completion.usage),
            status_code=status_code,
            headers=self._kept(headers),
        )


def _text(said: object) -> str | None:
    """What should be a text, which the client does not check: servers also send lists of parts, or bare JSON."""
    if isinstance(said, list):
        return "".join(str(part.get("text") or "") for part in said if isinstance(part, Mapping))
    return said if said is None or isinstance(said, str) else json.dumps(said, default=str, ensure_ascii=False)


def _usage(said: object) -> Usage | None:
    """Whole numbers of tokens, or nothing."""
    prompt, completion = getattr(said, "prompt_tokens", None), getattr(said, "completion_tokens", None)
    return Usage(prompt, completion) if isinstance(prompt, int) and isinstance(completion, int) else None


def _outcome(text: str | None, refusal: str | None, finish_reason: str | None) -> Outcome:
    if refusal:
        return Outcome.REFUSED
    if finish_reason == "content_filter":
        return Outcome.FILTERED
    if finish_reason == "length":
        return Outcome.TRUNCATED
    return Outcome.ANSWERED if text and text.strip() else Outcome.EMPTY
