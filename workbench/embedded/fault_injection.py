"""Faults on purpose: the ways in which real endpoints fail, so that users and tests see how they are handled.

Faults are chosen by hashes of a seed, never by a clock or a global random state: the same run gets the same faults.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from workbench.embedded.chat_requests import QuestionSample
from workbench.embedded.openai_replies import Completion
from workbench.errors import UsageError

REFUSAL: Final = "I'm sorry, but I can't assist with that request."

_CHANCES: Final = ("refuse", "miscount", "garble", "drop")


@dataclass(frozen=True, slots=True)
class FaultRates:
    """How often each fault is injected; never by default. Raises UsageError for values out of range."""

    refuse: float = 0.0
    """Chance (0..1) that a sample is refused. A request with such a sample is refused as a whole. Half of these samples
    are always refused, the other half only in their first request."""
    miscount: float = 0.0
    """Chance (0..1) that one answer in a reply is missing or doubled."""
    garble: float = 0.0
    """Chance (0..1) that a reply breaks off in the middle or is prose."""
    rate_limit: float = 0.0
    """Requests per minute; more are answered with 429. 0 is no limit."""
    latency_s: float = 0.0
    """Seconds before each reply."""
    drop: float = 0.0
    """Chance (0..1) that the connection closes in the middle of a reply."""
    seed: int = 0
    """Decides which samples and replies are affected."""

    def __post_init__(self) -> None:
        for name in _CHANCES:
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise UsageError(f"{name} is a chance and must be between 0 and 1, not {getattr(self, name)}")
        for field in fields(self):
            if field.name in ("rate_limit", "latency_s") and not 0.0 <= getattr(self, field.name) < float("inf"):
                raise UsageError(f"{field.name} must not be negative, but is {getattr(self, field.name)}")


class InjectedFault(StrEnum):
    """The fault of one request."""

    NONE = "none"
    REFUSE = "refuse"
    MISCOUNT = "miscount"
    GARBLE = "garble"
    RATE_LIMIT = "rate_limit"
    DROP = "drop"


def chance(seed: int, *about: object) -> float:
    """A pseudo-random number in [0, 1) that depends on the arguments only."""
    digest = hashlib.blake2b(repr((seed, *about)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def injected_fault(faults: FaultRates, number: int) -> InjectedFault:
    """The fault of the `number`-th request, other than a refusal or a limit."""
    rates = {
        InjectedFault.DROP: faults.drop,
        InjectedFault.GARBLE: faults.garble,
        InjectedFault.MISCOUNT: faults.miscount,
    }
    for fault, rate in rates.items():
        if chance(faults.seed, fault.value, number) < rate:
            return fault
    return InjectedFault.NONE


class Refusals:
    """Decides which samples are refused. Counts the requests of each sample: the only state of the endpoint."""

    def __init__(self, faults: FaultRates) -> None:
        self._faults = faults
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()

    def refuse(self, samples: Sequence[QuestionSample]) -> Completion | None:
        """The refusal of a request with these samples; None if it is answered."""
        if self._faults.refuse == 0.0:
            return None
        keys = {_fingerprint(sample) for sample in samples}
        with self._lock:
            self._requests.update(keys)
            refused = sorted(key for key in keys if self._is_refused(key))
        if not refused:
            return None
        if chance(self._faults.seed, "voice", refused[0]) < 0.5:
            return Completion(content=None, refusal=REFUSAL)
        return Completion(content=REFUSAL)

    def _is_refused(self, key: str) -> bool:
        if chance(self._faults.seed, "refuse", key) >= self._faults.refuse:
            return False
        is_hard = chance(self._faults.seed, "hard", key) < 0.5
        return is_hard or self._requests[key] == 1


def _fingerprint(sample: QuestionSample) -> str:
    """A hash of a sample's pictures and text, without its name."""
    digest = hashlib.blake2b(digest_size=16)
    for content in (*sample.images, sample.text.encode()):
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


class TokenBucket:
    """A limit of requests per minute with at most one minute's worth saved up."""

    def __init__(self, per_minute: float, clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._capacity = max(1.0, per_minute)
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = self._capacity
        self._filled_at_s = clock()

    def take(self) -> float:
        """Take one request's share: 0.0 if there was one, else the seconds until there is."""
        with self._lock:
            self._refill()
            if self._tokens >= 1.0:
                self._tokens -= 1.0
                return 0.0
            return (1.0 - self._tokens) * 60.0 / self._per_minute

    def headers(self) -> dict[str, str]:
        """The state as OpenAI's `x-ratelimit-*` headers."""
        with self._lock:
            self._refill()
            until_full_s = (self._capacity - self._tokens) * 60.0 / self._per_minute
            return {
                "x-ratelimit-limit-requests": f"{self._capacity:g}",
                "x-ratelimit-remaining-requests": str(int(self._tokens)),
                "x-ratelimit-reset-requests": f"{until_full_s:.3f}s",
            }

    def _refill(self) -> None:
        now_s = self._clock()
        gained = (now_s - self._filled_at_s) * self._per_minute / 60.0
        self._tokens = min(self._capacity, self._tokens + gained)
        self._filled_at_s = now_s
