"""Reading a chat completion as an endpoint sent it.

Many servers speak the protocol, each in its own way. Nothing that a server can send raises an error here.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from workbench.domain.messages import Fault, Outcome, Reply, Usage
from workbench.provider.untrusted_json import as_count, as_list, as_object

_LONGEST_QUOTE_CHARS: Final = 2_000


def read_completion(body: object, status_code: int | None = 200) -> Reply:
    """The reply in a parsed body. An error object, or no choices, with status 200 is no answer."""
    choice = _first_choice(body)
    if choice is None:
        quoted = json.dumps(body, ensure_ascii=False)[:_LONGEST_QUOTE_CHARS]
        return unanswered(f"no choices in the answer: {quoted}", status_code)
    message = choice["message"]
    text, refusal = _text(message.get("content")), _text(message.get("refusal"))
    finish_reason = _text(choice.get("finish_reason"))
    return Reply(
        outcome=_outcome(text, refusal, finish_reason),
        text=text,
        refusal=refusal,
        finish_reason=finish_reason,
        model=_text(as_object(body).get("model")),
        usage=read_usage(as_object(body).get("usage")),
        status_code=status_code,
    )


def unanswered(error: str, status_code: int | None) -> Reply:
    """A reply that is no answer, with a fault that may pass."""
    return Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, status_code=status_code, error=error)


def read_usage(value: object) -> Usage | None:
    """The usage in tokens; None where the numbers are missing or not whole."""
    usage = as_object(value)
    prompt, completion = as_count(usage.get("prompt_tokens")), as_count(usage.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    details = as_object(usage.get("prompt_tokens_details"))
    return Usage(
        prompt,
        completion,
        cached_tokens=as_count(details.get("cached_tokens")) or 0,
        image_tokens=as_count(details.get("image_tokens")),
        cache_write_tokens=as_count(details.get("cache_write_tokens")) or 0,
    )


def _first_choice(body: object) -> Mapping[str, Any] | None:
    """The first choice if it has a message and no error."""
    choices = as_list(as_object(body).get("choices"))
    choice = as_object(choices[0]) if choices else {}
    return choice if isinstance(choice.get("message"), Mapping) and not choice.get("error") else None


def _text(value: object) -> str | None:
    """A text. Servers also send lists of parts, or JSON in place of a text."""
    if isinstance(value, list):
        return "".join(str(part.get("text") or "") for part in value if isinstance(part, Mapping))
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _outcome(text: str | None, refusal: str | None, finish_reason: str | None) -> Outcome:
    if refusal:
        return Outcome.REFUSED
    if finish_reason == "content_filter":
        return Outcome.FILTERED
    if finish_reason == "length":
        return Outcome.TRUNCATED
    return Outcome.ANSWERED if text and text.strip() else Outcome.EMPTY
