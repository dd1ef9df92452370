"""What an endpoint reports about its limits in headers, in all the forms that endpoints use.

OpenAI: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the reset as a Go duration (`6m0s`, `2s81ms`, `12ms`).
Azure: the same with whole seconds, sometimes -1. Proxies add a period (`-requests-minute`, `-tokens-day`), leave out
the resource (`x-ratelimit-remaining`), or give the reset as a point in time (seconds or milliseconds since 1970, or
ISO 8601). Headers that cannot be read are ignored; nothing here raises.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final


class Resource(StrEnum):
    """What is limited."""

    REQUESTS = "requests"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLimit:
    """One limit in the headers of one reply; None for what they leave out."""

    resource: Resource
    period_s: float | None
    """The period of the limit, where the header's name says it."""
    limit: float | None
    remaining: float | None
    """How much may be sent at once now."""
    reset_s: float | None
    """Seconds until `remaining` is at its most again, or until a fixed window ends."""


_NAME: Final = re.compile(
    r"(?:x-)?ratelimit-(?P<what>limit|remaining|reset)"
    r"(?:-(?P<resource>requests|tokens))?(?:-(?P<period>second|minute|hour|day))?"
)
_PERIODS: Final = {"second": 1.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
_DURATION: Final = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|us|µs|ns|h|m|s))+")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)")  # `ms` before `m`: 41ms is no 41 minutes
_UNITS_S: Final = {"h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_EPOCH_S: Final = 1e9
"""Numbers from here on are points in time: no limit takes thirty years to fill."""
_EPOCH_MS: Final = 1e12
_LONGEST_RESET_S: Final = 7 * 86_400.0


def reported_limits(headers: Mapping[str, str], now_s: float) -> tuple[ReportedLimit, ...]:
    """Every limit in the headers (names in lower case); `now_s` is the time in seconds since 1970."""
    values_by_limit: defaultdict[tuple[Resource, float | None], dict[str, str]] = defaultdict(dict)
    for name, value in headers.items():
        if found := _NAME.fullmatch(name):
            resource = Resource(found["resource"] or Resource.REQUESTS)
            values_by_limit[resource, _PERIODS.get(found["period"] or "")][found["what"]] = value
    reported = (
        ReportedLimit(
            resource=resource,
            period_s=period_s,
            limit=_limit(values.get("limit")),
            remaining=_amount(values.get("remaining")),
            reset_s=reset_after_s(values.get("reset", ""), now_s),
        )
        for (resource, period_s), values in values_by_limit.items()
    )
    return tuple(one for one in reported if one.remaining is not None or one.limit is not None)


def reset_after_s(text: str, now_s: float) -> float | None:
    """Seconds until a reset: a duration, a number of seconds, or a point in time; None for anything else."""
    text = text.strip()
    if _DURATION.fullmatch(text):
        seconds = sum(float(number) * _UNITS_S[unit] for number, unit in _PART.findall(text))
    elif (number := _amount(text)) is not None:
        seconds = number
        if number >= _EPOCH_S:
            seconds = (number / 1_000 if number >= _EPOCH_MS else number) - now_s
    else:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now_s
    return min(seconds, _LONGEST_RESET_S) if seconds >= 0 else None


def _limit(text: str | None) -> float | None:
    """A limit of at least one; some endpoints use 0 for "unlimited"."""
    limit = _amount(text)
    return None if limit is None or limit < 1 else limit


def _amount(text: str | None) -> float | None:
    """A number of at least 0; None for anything else. A policy after a semicolon (`10;w=1`) is ignored."""
    try:
        number = float((text or "").partition(";")[0])
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
