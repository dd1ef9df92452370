"""One chat request in, one HTTP reply out: the endpoint without the network."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final
from uuid import uuid4

from workbench.embedded import MODEL_NAME
from workbench.embedded.chat_requests import ChatQuestion, Style, read_question
from workbench.embedded.fault_injection import FaultRates, InjectedFault, Refusals, TokenBucket, injected_fault
from workbench.embedded.openai_replies import (
    HttpReply,
    RequestError,
    completion_body,
    error_reply,
    model_body,
    models_body,
    stream_of,
)

_MOST_CHOICES: Final = 128
_DEEPEST_SCHEMA: Final = 12


@dataclass(frozen=True, slots=True)
class Served:
    """One answered chat request, for observers."""

    number: int
    """Counted from 1 in the order of arrival."""
    status: int
    fault: InjectedFault
    labels: tuple[str, ...] = ()
    sample_ids: tuple[str | None, ...] = ()
    """One for each sample; None for samples of prompt `paper`."""


class ChatEndpoint:
    """The resources `/v1/models` and `/v1/chat/completions`. Safe to call from several threads."""

    def __init__(
        self,
        faults: FaultRates,
        observer: Callable[[Served], None] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._faults = faults
        self._observer = observer
        self._pause = pause
        self._refusals = Refusals(faults)
        self._bucket = TokenBucket(faults.rate_limit, clock) if faults.rate_limit else None
        self._lock = threading.Lock()
        self._arrived = 0

    def models(self) -> HttpReply:
        """The list of models."""
        return HttpReply(200, models_body())

    def model(self, name: str) -> HttpReply:
        """One model of the list."""
        if name == MODEL_NAME:
            return HttpReply(200, model_body())
        return error_reply(RequestError(404, f"The model `{name}` does not exist here.", "model_not_found", "model"))

    def complete(self, body: bytes) -> HttpReply:
        """Answer one chat request."""
        with self._lock:
            self._arrived += 1
            number = self._arrived
        limited = self._limited()
        question: ChatQuestion | None = None
        fault = InjectedFault.NONE
        if limited is not None:
            reply, fault = limited, InjectedFault.RATE_LIMIT
        else:
            try:
                question, request = _read_request(body)
                reply, fault = self._answered(question, request, number)
            except RequestError as error:
                reply = error_reply(error, self._limit_headers())
        if self._faults.latency_s:
            self._pause(self._faults.latency_s)
        self._announce(number, reply.status, fault, question)
        return reply

    def _limited(self) -> HttpReply | None:
        wait_s = self._bucket.take() if self._bucket else 0.0
        if wait_s == 0.0:
            return None
        message = f"Rate limit reached: {self._faults.rate_limit:g} requests per minute. Try again in {wait_s:.2f} s."
        headers = {**self._limit_headers(), "retry-after": str(max(1, ceil(wait_s)))}
        return error_reply(RequestError(429, message, "rate_limit_exceeded"), headers)

    def _limit_headers(self) -> dict[str, str]:
        return self._bucket.headers() if self._bucket else {}

    def _answered(
        self, question: ChatQuestion, request: Mapping[str, Any], number: int
    ) -> tuple[HttpReply, InjectedFault]:
        # numpy and Pillow load with the first question, so that importing the server costs little.
        from workbench.embedded.chat_answers import (
            answer_text,
            answers,
            completion_of,
            miscounted,
            open_pictures,
            prompt_tokens,
        )

        pictures = open_pictures(question.samples)
        fault = injected_fault(self._faults, number)
        completion = self._refusals.refuse(question.samples)
        if completion is not None:
            fault = InjectedFault.REFUSE
        else:
            given = answers(question, pictures)
            if fault is InjectedFault.MISCOUNT:
                given = miscounted(given, self._faults.seed, number)
            style = Style.NAMED if _wants_schema(request) and given else question.style
            limit = request.get("max_completion_tokens") or request.get("max_tokens")
            completion = completion_of(answer_text(given, style), fault, self._faults.seed, number, token_limit=limit)
        reply_body = completion_body(
            completion,
            request_id=uuid4().hex,
            created_s=int(time.time()),
            prompt_tokens=prompt_tokens(question, pictures),
            n_choices=request.get("n") or 1,
        )
        headers = self._limit_headers()
        if request.get("stream"):
            options = request.get("stream_options")
            has_usage = isinstance(options, dict) and bool(options.get("include_usage"))
            reply_body = stream_of(reply_body, has_usage=has_usage)
            headers = {**headers, "content-type": "text/event-stream"}
        return HttpReply(200, reply_body, headers, is_dropped=fault is InjectedFault.DROP), fault

    def _announce(self, number: int, status: int, fault: InjectedFault, question: ChatQuestion | None) -> None:
        if self._observer is None:
            return
        labels = question.labels if question else ()
        ids = tuple(sample.id for sample in question.samples) if question else ()
        self._observer(Served(number, status, fault, labels, ids))


def _read_request(body: bytes) -> tuple[ChatQuestion, Mapping[str, Any]]:
    """The question, and the JSON of the request. Raises RequestError for what this endpoint cannot do."""
    try:
        request = json.loads(body)
    except ValueError as error:
        raise RequestError(400, f"the body is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise RequestError(400, "the body must be a JSON object")
    _check_request(request)
    messages = request.get("messages")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise RequestError(400, "messages must be a list of objects", param="messages")
    return read_question(messages), request


def _check_request(request: Mapping[str, Any]) -> None:
    asked_for = request.get("model")
    if not isinstance(asked_for, str):
        raise RequestError(400, "the request names no model", param="model")
    if asked_for != MODEL_NAME:
        message = f"The model `{asked_for}` does not exist here; this endpoint has `{MODEL_NAME}`."
        raise RequestError(404, message, "model_not_found", "model")
    n = request.get("n")
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= _MOST_CHOICES):
        raise RequestError(400, f"n must be a whole number from 1 to {_MOST_CHOICES}", "invalid_value", "n")
    if request.get("tool_choice") not in (None, "none", "auto"):
        message = "this model calls no tools; send tool_choice: auto or none"
        raise RequestError(400, message, "unsupported_value", "tool_choice")
    for name in ("max_tokens", "max_completion_tokens"):
        limit = request.get(name)
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
            raise RequestError(400, f"{name} must be a whole number above 0", "invalid_value", name)
    _check_format(request.get("response_format"))


def _check_format(response_format: object) -> None:
    match _resolved(response_format):
        case None | {"type": "text" | "json_object"}:
            return
        case {
            "type": "json_schema",
            "json_schema": {
                "schema": {
                    "properties": {
                        "answers": {"type": "array", "items": {"properties": {"id": _, "ranking": {"type": "array"}}}}
                    }
                }
            },
        }:
            return
    message = "unsupported response_format: only {answers: [{id, ranking}]} can be given as json_schema"
    raise RequestError(400, message, "unsupported_value", "response_format")


def _resolved(response_format: object) -> object:
    """The format with the definitions of its schema in their places, as far as answers need them: Pydantic's way."""
    schema = response_format
    for step in ("json_schema", "schema"):
        schema = schema.get(step) if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or not isinstance(definitions := schema.get("$defs"), dict):
        return response_format

    def resolved(value: Any, depth: int = 0) -> Any:
        if depth > _DEEPEST_SCHEMA:
            return value
        if isinstance(value, list):
            return [resolved(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        name = value.get("$ref")
        if isinstance(name, str) and name.startswith("#/$defs/"):
            return resolved(definitions.get(name.removeprefix("#/$defs/")), depth + 1)
        return {key: resolved(member, depth + 1) for key, member in value.items()}

    return {"type": "json_schema", "json_schema": {"schema": resolved(schema)}}


def _wants_schema(request: Mapping[str, Any]) -> bool:
    response_format = request.get("response_format")
    return isinstance(response_format, dict) and response_format.get("type") == "json_schema"
