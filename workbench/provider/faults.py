"""The meaning of an HTTP error for a run: from statuses and error codes to outcomes and faults.

Sources: the error tables of OpenAI's API guide; `azure` answers a filtered prompt with 400 `content_filter`.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from workbench.domain.messages import Fault, Outcome

_POLICY_CODES: Final = frozenset({"content_filter", "content_policy_violation", "image_content_policy_violation"})
_QUOTA_CODES: Final = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
    }
)
_LONGEST_WAIT_S: Final = 600.0
_OPTIONS: Final = frozenset(
    {
        *("model", "temperature", "seed", "max_tokens", "max_completion_tokens", "response_format"),
        *("top_p", "n", "stream", "service_tier", "store", "user"),
    }
)
"""Parameters that all requests of a run share: an endpoint that rejects one of them rejects every request."""
_TOO_MANY_PICTURES: Final = re.compile(
    r"at most \d+ (?:image|picture|multimodal)|too many (?:image|picture)|(?:image|picture)s? (?:limit|count) exceeded"
    r"|maximum number of (?:image|picture)s"
)


def classify_error(status_code: int, code: str, message: str, param: str = "") -> tuple[Outcome, Fault | None]:
    """The outcome and fault of a reply with an error status; `param` is the parameter that the error names."""
    if code in _POLICY_CODES:
        return Outcome.FILTERED, None
    return Outcome.FAILED, _fault(status_code, code, message.casefold(), param)


def error_code(body: object) -> str:
    """The error's code in a body of OpenAI's form; empty where there is none."""
    return _member(body, "code")


def error_param(body: object) -> str:
    """The parameter that the error names; empty where it names none."""
    return _member(body, "param")


def _member(body: object, name: str) -> str:
    error: Any = body.get("error", body) if isinstance(body, Mapping) else None
    value = error.get(name) if isinstance(error, Mapping) else None
    return str(value) if value is not None else ""


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait by `retry-after-ms` or `Retry-After` (seconds or an HTTP date); None for anything unreadable.

    Never negative and at most ten minutes: an error of the server must not stop a run for a day. A date is compared
    with the server's own clock (header `Date`) where there is one, since ours may be wrong.
    """
    now = now or _date(headers.get("date", "")) or datetime.now(UTC)
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        wait_s = _seconds(value, now) if value else None
        if wait_s is not None:
            return min(max(wait_s * factor, 0.0), _LONGEST_WAIT_S)
    return None


def _fault(status_code: int, code: str, message: str, param: str) -> Fault:
    if status_code in (401, 402, 403, 404) or code in _QUOTA_CODES or 300 <= status_code < 400:
        return Fault.STOP
    if status_code == 413 or code == "context_length_exceeded" or _TOO_MANY_PICTURES.search(message):
        return Fault.TOO_LARGE
    if status_code in (400, 422) and param in _OPTIONS:
        return Fault.STOP
    if status_code == 429:
        return Fault.TOO_LARGE if "request too large" in message else Fault.RATE_LIMITED
    if status_code in (408, 409) or status_code >= 500:
        return Fault.TRANSIENT
    return Fault.BAD_REQUEST


def _seconds(value: str, now: datetime) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return None if math.isnan(seconds) else seconds
    until = _date(value)
    return None if until is None else (until - now).total_seconds()


def _date(text: str) -> datetime | None:
    """A point in time from a header; None for one without a time zone."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return date if date.tzinfo is not None else None
