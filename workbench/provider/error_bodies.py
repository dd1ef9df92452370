"""Reading an error as a server worded it: OpenAI's form, and those of other servers and of gateways.

FastAPI answers with `detail`, DashScope with a bare `code` and `message`, Gemini with a list, proxies with a page of
HTML, and OpenRouter keeps the words of the server behind it in `metadata.raw`.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workbench.provider.untrusted_json import as_list, as_object, parsed

_WRAPPERS: Final = ("error", "errors", "detail", "details", "message", "msg", "error_message", "error_msg", "reason")
_DEEPEST: Final = 8
_MOST_VALUES: Final = 400
_LONGEST_CHARS: Final = 20_000
_STATUSES: Final = range(400, 600)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error says. Every text is empty where there is none."""

    message: str = ""
    code: str = ""
    param: str = ""
    """The parameter that it names."""
    codes: frozenset[str] = frozenset()
    """Every code, type, status and reason in it, in small letters without punctuation."""
    status_code: int | None = None
    """The HTTP status that it names; gateways put it into a body whose own status is 200."""
    flagged: bool = False
    """Whether it says for which reasons an input was flagged, as OpenRouter does."""

    @property
    def words(self) -> str:
        """The message for people, with the code where the message does not say it."""
        shown = self.code if self.code and not self.code.isdigit() and self.code not in self.message else ""
        return ": ".join(filter(None, (shown, self.message)))


def read_error(body: object) -> ErrorBody:
    """The error in a parsed body, or in a text. Never raises."""
    if isinstance(body, bytes):
        body = body[: 4 * _LONGEST_CHARS].decode("utf-8", "replace")
    if isinstance(body, str):
        value = parsed(body) if body.lstrip()[:1] in ("{", "[") else None
        if value is None:
            return ErrorBody(message=_plain(body))
        body = value
    inner = _inner(body)
    pairs = list(_pairs(body))
    codes = [str(value) for name, value in pairs if name in ("code", "type", "status", "reason", "error_code")]
    statuses = [value for name, value in pairs if name in ("code", "status", "status_code") and _is_status(value)]
    return ErrorBody(
        message=_message(body)[:_LONGEST_CHARS],
        code=_text(inner.get("code")) or _text(as_object(body).get("code")),
        param=_text(inner.get("param")) or _location(body),
        codes=frozenset(map(plain_code, codes)),
        status_code=int(statuses[0]) if statuses else None,
        flagged=any(name == "flagged_input" or (name == "reasons" and value) for name, value in pairs),
    )


def plain_code(code: str) -> str:
    """A code in the form in which codes are compared: `datainspectionfailed` for `data_inspection_failed`."""
    return re.sub(r"[\W_]+", "", code[:100].casefold())


def _inner(body: object) -> Mapping[str, Any]:
    """The innermost object that stands where an error is told."""
    if isinstance(body, list):
        return _inner(body[0]) if body else {}
    error = as_object(as_object(body).get("error"))
    return error or as_object(body)


def _message(body: object, depth: int = 0) -> str:
    """The words of an error, whatever they are wrapped in; the JSON itself where no words are found."""
    if isinstance(body, str):
        value = parsed(body) if body.lstrip()[:1] in ("{", "[") else None
        return _plain(body) if value is None or depth > _DEEPEST else _message(value, depth + 1)
    if depth > _DEEPEST:
        return ""
    if isinstance(body, list):
        return "; ".join(filter(None, (_message(item, depth + 1) for item in body[:8])))
    if not isinstance(body, Mapping):
        return ""
    told = [_message(body[name], depth + 1) for name in _WRAPPERS if body.get(name)]
    raw = as_object(body.get("metadata")).get("raw")
    told.append(_message(raw, depth + 1) if raw else "")
    place = ".".join(str(step) for step in as_list(body.get("loc")))
    words = ": ".join(dict.fromkeys(filter(None, (place, *told))))
    if words or not body:
        return words
    return json.dumps(body, ensure_ascii=False, default=str)[:_LONGEST_CHARS]


def _plain(text: str) -> str:
    """A text without the tags, scripts and styles of a page."""
    text = text[:_LONGEST_CHARS]
    if re.search(r"<\s*(?:!doctype|html|head|body|title|h1|p)\b", text, re.IGNORECASE):
        text = re.sub(r"(?is)<(script|style)\b.*?(?:</\1>|$)|<!--.*?-->", " ", text)
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return " ".join(text.split())


def _location(body: object) -> str:
    """The field that FastAPI's `loc` names last."""
    for name, value in _pairs(body):
        if name == "loc" and isinstance(value, list) and value:
            return _text(value[-1])
    return ""


def _pairs(body: object) -> Iterator[tuple[str, Any]]:
    """The members of all objects in a value, down to a bound."""
    queue: list[tuple[object, int]] = [(body, 0)]
    seen = 0
    while queue and seen < _MOST_VALUES:
        value, depth = queue.pop(0)
        seen += 1
        if depth > _DEEPEST:
            continue
        if isinstance(value, Mapping):
            for name, member in value.items():
                yield str(name), member
                told = parsed(member) if name == "raw" and isinstance(member, str) else member
                queue.append((told, depth + 1))
        elif isinstance(value, list):
            queue += [(item, depth + 1) for item in value[:20]]


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _is_status(value: object) -> bool:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        return int(value) in _STATUSES
    return isinstance(value, int) and not isinstance(value, bool) and value in _STATUSES
