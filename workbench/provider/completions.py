"""Reading a chat completion as an endpoint sent it.

Many servers speak the protocol, each in its own way. Nothing that a server can send raises an error here.
"""

import json
from collections.abc import Mapping
from typing import Any

from workbench.domain.messages import Fault, Outcome, Reply, Usage

_LONGEST_QUOTE_CHARS = 2_000


def read_completion(said: object, status_code: int | None = 200) -> Reply:
    """The reply in a parsed body. An error object, or no choices, with status 200 is no answer."""
    choice = _first_choice(said)
    if choice is None:
        return unanswered(f"no choices in the answer: {_quoted(said)}", status_code)
    message: Mapping[str, Any] = choice["message"]
    body: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    text, refusal = _text(message.get("content")), _text(message.get("refusal"))
    finish_reason = _text(choice.get("finish_reason"))
    return Reply(
        outcome=_outcome(text, refusal, finish_reason),
        text=text,
        refusal=refusal,
        finish_reason=finish_reason,
        model=_text(body.get("model")),
        usage=read_usage(body.get("usage")),
        status_code=status_code,
    )


def unanswered(error: str, status_code: int | None) -> Reply:
    """A reply that is no answer, with a fault that may pass."""
    return Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, status_code=status_code, error=error)


def read_usage(said: object) -> Usage | None:
    """The usage in tokens; None where the numbers are missing or not whole."""
    if not isinstance(said, Mapping):
        return None
    prompt, completion = _count(said.get("prompt_tokens")), _count(said.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    details = said.get("prompt_tokens_details")
    inside: Mapping[str, Any] = details if isinstance(details, Mapping) else {}
    return Usage(
        prompt,
        completion,
        cached_tokens=_count(inside.get("cached_tokens")) or 0,
        image_tokens=_count(inside.get("image_tokens")),
        cache_write_tokens=_count(inside.get("cache_write_tokens")) or 0,
    )


def _first_choice(said: object) -> Mapping[str, Any] | None:
    """The first choice if it has a message and no error."""
    choices = said.get("choices") if isinstance(said, Mapping) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, Mapping) or not isinstance(choice.get("message"), Mapping) or choice.get("error"):
        return None
    return choice


def _text(said: object) -> str | None:
    """A text. Servers also send lists of parts, or JSON in place of a text."""
    if isinstance(said, list):
        return "".join(str(part.get("text") or "") for part in said if isinstance(part, Mapping))
    return said if said is None or isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def _count(said: object) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else None


def _outcome(text: str | None, refusal: str | None, finish_reason: str | None) -> Outcome:
    if refusal:
        return Outcome.REFUSED
    if finish_reason == "content_filter":
        return Outcome.FILTERED
    if finish_reason == "length":
        return Outcome.TRUNCATED
    return Outcome.ANSWERED if text and text.strip() else Outcome.EMPTY


def _quoted(said: object) -> str:
    return json.dumps(said, ensure_ascii=False)[:_LONGEST_QUOTE_CHARS]
