"""How long a run takes at least, by its limits and by the time that replies take. Pure."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ASSUMED_LATENCY_S: Final = 10.0
"""Of a reply, where the workspace remembers none of that model."""
ASSUMED_IN_FLIGHT: Final = 20
"""Where the number of requests in flight is found out while running."""
_DAY_MINUTES: Final = 24 * 60.0


class Bound(StrEnum):
    """What decides how long a run takes."""

    LATENCY = "latency"
    RPM = "requests per minute"
    TPM = "tokens per minute"
    RPD = "requests per day"
    WINDOW = "the Batch API's window"
    NOTHING = "nothing to ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPace:
    """How fast requests may leave, over all keys together, and how long a reply takes."""

    rpm: int | None = None
    tpm: int | None = None
    rpd: int | None = None
    in_flight: int | None = None
    """None: found out while running."""
    latency_s: float | None = None
    """As it was lately; None: nobody has asked yet."""
    batch_api: bool = False
    """By the offline Batch API, which has a day's time and limits of its own."""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a run takes, and why not less."""

    minutes: float
    bound_by: Bound


def run_duration(requests: int, tokens: int, pace: RunPace) -> Duration:
    """The longest of what each limit by itself would take.

    A limit per day lets its requests through at once and the next ones after 24 hours.
    """
    if not requests:
        return Duration(0.0, Bound.NOTHING)
    if pace.batch_api:
        return Duration(_DAY_MINUTES, Bound.WINDOW)
    latency_s = ASSUMED_LATENCY_S if pace.latency_s is None else pace.latency_s
    each = [
        Duration(math.ceil(requests / _in_flight(pace, requests)) * latency_s / 60, Bound.LATENCY),
        Duration(requests / pace.rpm if pace.rpm else 0.0, Bound.RPM),
        Duration(tokens / pace.tpm if pace.tpm else 0.0, Bound.TPM),
        Duration((requests - 1) // pace.rpd * _DAY_MINUTES if pace.rpd else 0.0, Bound.RPD),
    ]
    return max(each, key=lambda duration: duration.minutes)


def _in_flight(pace: RunPace, requests: int) -> int:
    """Where a rate is known, as many as it takes."""
    if pace.in_flight is None:
        return requests if pace.rpm or pace.tpm else ASSUMED_IN_FLIGHT
    return pace.in_flight


def pace_notes(requests: int, bound: Bound, pace: RunPace) -> list[str]:
    """What a duration rests on that is not known, in words; only where it matters."""
    if bound is not Bound.LATENCY:
        return []
    known = pace.latency_s is not None
    latency_s = pace.latency_s if pace.latency_s is not None else ASSUMED_LATENCY_S
    notes = [f"a reply takes {latency_s:.3g} s, {'as the last ones here did' if known else 'which is a guess'}"]
    if pace.in_flight is None and _in_flight(pace, requests) < requests:
        notes.append(f"{ASSUMED_IN_FLIGHT} requests are in flight; how many the endpoint bears is found out on the way")
    return notes
