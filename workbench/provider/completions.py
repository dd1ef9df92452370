"""Reading a chat completion as an endpoint sent it.

Many servers speak the protocol, each in its own way: an answer that was paid for is read wherever it stands. Nothing
that a server can send raises an error here.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from workbench.domain.messages import Fault, Outcome, Reply, Usage
from workbench.domain.replies.finish_reasons import is_filter_reason, is_length_reason
from workbench.provider.api_keys import ApiKey
from workbench.provider.error_bodies import ErrorBody, read_error
from workbench.provider.faults import classify_error
from workbench.provider.untrusted_json import as_count, as_list, as_object, parsed

_LONGEST_QUOTE_CHARS: Final = 2_000
_REASONING_FIELDS: Final = ("reasoning_content", "reasoning", "thinking", "reasoning_text")
_REASONING_PARTS: Final = frozenset({"reasoning", "thinking", "redacted_thinking", "reasoning_text"})
_DONE: Final = "[DONE]"
_EVENT_LINE: Final = re.compile(r"(?:data|event|id|retry)\s*:|:")


def read_content(content: bytes, status_code: int = 200) -> Reply:
    """The reply in the body of an answer: JSON, or server-sent events, which some gateways send though not asked to.

    HTML, broken JSON and an empty body are no answers.
    """
    body = parsed(content)
    if body is None:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content[: 4 * _LONGEST_QUOTE_CHARS].decode("utf-8", "replace")
            return unanswered(f"no JSON: {text}", status_code)
        events = _events(text)
        if events:
            return _read_events(events, text, status_code)
        said = read_error(text[:_LONGEST_QUOTE_CHARS]).message
        return unanswered(f"no JSON: {said}" if said else "an empty body", status_code)
    return read_completion(body, status_code)


def read_completion(body: object, status_code: int | None = 200) -> Reply:
    """The reply in a parsed body. An error object, or no choices, with status 200 is no answer."""
    choice = _first_choice(body)
    reply = _broken(body, choice, status_code) if _is_broken(body, choice) else _read_choice(choice, status_code)
    return replace(reply, model=_text(as_object(body).get("model")), usage=read_usage(as_object(body).get("usage")))


def unanswered(error: str, status_code: int | None) -> Reply:
    """A reply that is no answer, with a fault that may pass."""
    return Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, status_code=status_code, error=error)


def failed(error: ErrorBody, status_code: int | None, *, shown: str | None = None) -> Reply:
    """The reply that an error makes, judged by `status_code`; it says `shown` where that differs."""
    outcome, fault = classify_error(status_code or 500, error)
    words = error.words or shown or "an error without a message"
    return Reply(outcome=outcome, fault=fault, status_code=status_code, error=words)


def masked_reply(reply: Reply, key: ApiKey) -> Reply:
    """The reply without the key in any of its texts: an endpoint may echo it.

    Masked before an error is cut, so that no part of a key is left at its end.
    """
    clean: dict[str, Any] = {}
    for name in ("text", "reasoning", "refusal", "finish_reason", "model"):
        value: str | None = getattr(reply, name)
        clean[name] = None if value is None else key.masked_in_answer(value)
    clean["error"] = None if reply.error is None else key.masked(reply.error)[:_LONGEST_QUOTE_CHARS]
    headers = {name: key.masked(value) for name, value in reply.headers.items()}
    return replace(reply, **clean, headers=headers)


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


def _first_choice(body: object) -> Mapping[str, Any]:
    """The first choice, also of DashScope's own form (under `output`) and of Ollama's (a message alone)."""
    whole = as_object(body)
    for holder in (whole, as_object(whole.get("output"))):
        choices = as_list(holder.get("choices"))
        if choices:
            return as_object(choices[0])
    if isinstance(whole.get("message"), Mapping) and not whole.get("error"):
        return {"message": whole["message"], "finish_reason": whole.get("done_reason")}
    return {}


def _is_broken(body: object, choice: Mapping[str, Any]) -> bool:
    if choice.get("error") or (as_object(body).get("error") and not _has_words(choice)):
        return True
    told = isinstance(choice.get("message"), Mapping) or isinstance(choice.get("text"), str)
    return not told and not is_filter_reason(_finish_reason(choice))


def _has_words(choice: Mapping[str, Any]) -> bool:
    message = as_object(choice.get("message"))
    return bool(message.get("content") or message.get("tool_calls") or message.get("refusal"))


def _broken(body: object, choice: Mapping[str, Any], status_code: int | None) -> Reply:
    """An error inside a 200 means what it would mean as a status: without one, it may pass."""
    blocked = _blocked(body)
    if blocked is not None:
        return Reply(outcome=Outcome.FILTERED, finish_reason=blocked, status_code=status_code)
    error: Any = choice.get("error") or body
    quoted = json.dumps(body, ensure_ascii=False)[:_LONGEST_QUOTE_CHARS]
    whole = as_object(body)
    if not (choice.get("error") or isinstance(error, str) or {"error", "errors", "detail", "code"} & whole.keys()):
        return unanswered(f"no choices in the answer: {quoted}", status_code)
    said = read_error({"error": error} if choice.get("error") else error)
    return replace(failed(said, said.status_code, shown=quoted), status_code=status_code)


def _blocked(body: object) -> str | None:
    """Why Gemini blocked a prompt, where it gave no answer for that."""
    whole = as_object(body)
    feedback = as_object(whole.get("promptFeedback") or whole.get("prompt_feedback"))
    return _text(feedback.get("blockReason") or feedback.get("block_reason")) or None


def _read_choice(choice: Mapping[str, Any], status_code: int | None) -> Reply:
    message = as_object(choice.get("message")) or {"content": choice.get("text")}
    text, refusal, reasoning = _text(message.get("content")), _refusal(message), _reasoning(message)
    finish_reason = _finish_reason(choice)
    if not (text and text.strip()) and not refusal:
        text = _called(message) or _given_in(reasoning, finish_reason) or text
    return Reply(
        outcome=_outcome(text, refusal, finish_reason),
        text=text,
        reasoning=reasoning,
        refusal=refusal,
        finish_reason=finish_reason,
        status_code=status_code,
    )


def _finish_reason(choice: Mapping[str, Any]) -> str | None:
    """OpenAI's word; or the server's own behind a gateway, where that alone tells of a filter."""
    reason, native = _text(choice.get("finish_reason")), _text(choice.get("native_finish_reason"))
    return native if is_filter_reason(native) and not is_filter_reason(reason) else reason


def _text(value: object) -> str | None:
    """A text. Servers also send lists of parts, or JSON in place of a text."""
    if isinstance(value, list):
        return "".join(
            str(part.get("text") or part.get("content") or "") if isinstance(part, Mapping) else part
            for part in value
            if isinstance(part, str) or (isinstance(part, Mapping) and part.get("type") not in _REASONING_PARTS)
        )
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _refusal(message: Mapping[str, Any]) -> str | None:
    """The refusal field, or the parts of the content that are refusals."""
    refusal = _text(message.get("refusal"))
    if refusal or not isinstance(message.get("content"), list):
        return refusal
    parts = [as_object(part) for part in message["content"]]
    return "".join(str(part.get("refusal") or "") for part in parts if part.get("type") == "refusal") or refusal


def _reasoning(message: Mapping[str, Any]) -> str | None:
    """The model's thoughts, which some servers keep apart from its answer."""
    for name in _REASONING_FIELDS:
        value = message.get(name)
        if value:
            return _text(value)
    parts = [as_object(part) for part in as_list(message.get("content"))]
    thoughts = [
        _text(part.get("thinking") or part.get("reasoning") or part.get("text") or part.get("summary")) or ""
        for part in parts
        if part.get("type") in _REASONING_PARTS
    ]
    return "\n".join(filter(None, thoughts)) or None


def _called(message: Mapping[str, Any]) -> str | None:
    """The arguments of the one tool that was called: gateways turn a schema into a tool. Of several, none."""
    calls = [as_object(as_object(call).get("function")) for call in as_list(message.get("tool_calls"))]
    calls = calls or ([as_object(message["function_call"])] if message.get("function_call") else [])
    arguments = [_text(call.get("arguments")) for call in calls]
    return arguments[0] if len(arguments) == 1 else None


def _given_in(reasoning: str | None, finish_reason: str | None) -> str | None:
    """The answer that a server's parser left among the thoughts: all of them, or what stands behind `</think>`.

    Other thoughts hold drafts of answers that the model did not give.
    """
    if not reasoning or is_length_reason(finish_reason):
        return None
    _, closed, answer = reasoning.rpartition("</think>")
    if closed and answer.strip():
        return answer
    return reasoning if reasoning.lstrip()[:1] in ("{", "[") or reasoning.lstrip().startswith("```") else None


def _outcome(text: str | None, refusal: str | None, finish_reason: str | None) -> Outcome:
    if refusal:
        return Outcome.REFUSED
    if is_filter_reason(finish_reason):
        return Outcome.FILTERED
    if is_length_reason(finish_reason):
        return Outcome.TRUNCATED
    return Outcome.ANSWERED if text and text.strip() else Outcome.EMPTY


# ── server-sent events, and JSON in lines ────────────────────────────────────────────────────────────────────────


def _events(text: str) -> list[object]:
    """The values of the events of a stream; of lines of JSON; or of JSON behind comment lines. Empty for any other."""
    lines = text.splitlines()
    if not any(_EVENT_LINE.match(line) for line in lines[:50]):
        values = [parsed(line) for line in lines if line.strip()]
        return values if values and all(isinstance(value, Mapping) for value in values) else []
    data = [line.partition(":")[2].strip() for line in lines if line.startswith("data")]
    if data:
        return [_DONE if line == _DONE else parsed(line) for line in data if line]
    value = parsed("\n".join(line for line in lines if not _EVENT_LINE.match(line)))
    return [value] if value is not None else []


def _read_events(events: list[object], text: str, status_code: int) -> Reply:
    """One reply from all events. A stream that broke off is an answer that was cut off."""
    chunks = [as_object(event) for event in events if isinstance(event, Mapping)]
    broken = next((chunk for chunk in chunks if chunk.get("error")), None)
    if broken is not None:
        return read_completion(broken, status_code)
    whole = next(
        (chunk for chunk in chunks if "message" in _first_choice(chunk) and chunk.get("done") not in (False, True)),
        None,
    )
    if whole is not None:
        return read_completion(whole, status_code)
    if not any(_first_choice(chunk) for chunk in chunks):
        return unanswered(f"no answer in a stream of events: {text[:_LONGEST_QUOTE_CHARS]}", status_code)
    message: dict[str, Any] = {}
    for delta in _deltas(chunks):
        _merge(message, delta)
    reasons = [_finish_reason(choice) for choice in map(_first_choice, chunks) if choice]
    reason = next((one for one in reversed(reasons) if one), None)
    ended = reason is not None or _DONE in events or any(chunk.get("done") is True for chunk in chunks)
    body = {
        "model": next((chunk["model"] for chunk in chunks if chunk.get("model")), None),
        "usage": next((chunk["usage"] for chunk in reversed(chunks) if chunk.get("usage")), None),
        "choices": [{"message": message, "finish_reason": reason if ended else "length"}],
    }
    return read_completion(body, status_code)


def _deltas(chunks: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for chunk in chunks:
        choice = _first_choice(chunk)
        if as_count(choice.get("index")) in (None, 0):
            yield as_object(choice.get("delta") or choice.get("message")) or {"content": choice.get("text")}


def _merge(message: dict[str, Any], delta: Mapping[str, Any]) -> None:
    """Add a piece to what came before: texts are joined, calls of tools by their index."""
    for name, value in delta.items():
        if name == "tool_calls":
            calls: list[dict[str, Any]] = message.setdefault("tool_calls", [])
            for piece in map(as_object, as_list(value)):
                place = as_count(piece.get("index")) or 0
                while len(calls) <= min(place, 20):
                    calls.append({"function": {"arguments": ""}})
                arguments = as_object(piece.get("function")).get("arguments")
                calls[min(place, 20)]["function"]["arguments"] += arguments if isinstance(arguments, str) else ""
        elif name == "content" and isinstance(value, list):
            message[name] = (message.get(name) or "") + (_text(value) or "")
        elif name != "role" and isinstance(value, str):
            message[name] = (message.get(name) or "") + value
