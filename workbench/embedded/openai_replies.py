"""Replies in the form of OpenAI's API: errors, completions, the list of models."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workbench.embedded import MODEL_NAME

_CREATED_S: Final = 1_767_225_600
"""The model's date in the list of models (2026-01-01 UTC)."""


_MODEL: Final[Mapping[str, Any]] = {"id": MODEL_NAME, "object": "model", "created": _CREATED_S, "owned_by": "emowb"}
_PIECE_CHARS: Final = 40


class RequestError(Exception):
    """A request that cannot be answered, with the status and message of the reply."""

    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param


@dataclass(frozen=True, slots=True)
class HttpReply:
    """The reply over HTTP."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    is_dropped: bool = False
    """Whether the connection is closed in the middle of the body."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The model's message."""

    content: str | None
    finish_reason: str = "stop"
    refusal: str | None = None


def error_reply(error: RequestError, headers: Mapping[str, str] | None = None) -> HttpReply:
    """An error in OpenAI's form."""
    kind = "rate_limit_error" if error.status == 429 else "invalid_request_error"
    detail = {"message": str(error), "type": kind, "param": error.param, "code": error.code}
    return HttpReply(error.status, _encoded({"error": detail}), headers or {})


def completion_body(
    completion: Completion, *, request_id: str, created_s: int, prompt_tokens: int, n_choices: int = 1
) -> bytes:
    """A chat completion with its usage; four characters count as one token."""
    text = completion.content or completion.refusal or ""
    completion_tokens = n_choices * text_tokens(text)
    message = {"role": "assistant", "content": completion.content, "refusal": completion.refusal}
    return _encoded(
        {
            "id": f"chatcmpl-{request_id}",
            "object": "chat.completion",
            "created": created_s,
            "model": MODEL_NAME,
            "choices": [
                {"index": index, "message": message, "logprobs": None, "finish_reason": completion.finish_reason}
                for index in range(n_choices)
            ],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
            },
        }
    )


def stream_of(body: bytes, *, has_usage: bool) -> bytes:
    """A completion as server-sent events: for each choice its role, its text in pieces, and how it ended."""
    whole = json.loads(body)
    head = {key: whole[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    chunks: list[dict[str, Any]] = []
    for choice in whole["choices"]:
        message = choice["message"]
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        for field_name in ("content", "refusal"):
            text = message[field_name] or ""
            deltas += [{field_name: text[at : at + _PIECE_CHARS]} for at in range(0, len(text), _PIECE_CHARS)]
        ends = [None] * len(deltas) + [choice["finish_reason"]]
        for delta, end in zip([*deltas, {}], ends, strict=True):
            told = {"index": choice["index"], "delta": delta, "logprobs": None, "finish_reason": end}
            chunks.append({**head, "choices": [told]} | ({"usage": None} if has_usage else {}))
    if has_usage:
        chunks.append({**head, "choices": [], "usage": whole["usage"]})
    return b"".join(b"data: %b\n\n" % _encoded(chunk) for chunk in chunks) + b"data: [DONE]\n\n"


def models_body() -> bytes:
    """The list of models, which has one entry."""
    return _encoded({"object": "list", "data": [_MODEL]})


def model_body() -> bytes:
    """The one model."""
    return _encoded(_MODEL)


def text_tokens(text: str) -> int:
    """The tokens of a text, estimated at four characters each."""
    return -(-len(text) // 4)


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
