"""FaultRates on purpose: the ways in which real endpoints fail, so that users and tests can see them dealt with.

Everything is decided by hashes of a seed, never by a clock or a global random state, so the same run meets the same
faults.
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
    """How much of which trouble; none by default."""

    refuse: float = 0.0
    """Chance (0..1) that a sample is of the kind the model refuses. The whole request is refused while such a sample
    is in it. Half of them are refused always, the other half only the first time they are asked."""
    miscount: float = 0.0
    """Chance (0..1) that one answer of a reply is missing or doubled."""
    garble: float = 0.0
    """Chance (0..1) that a reply breaks off in the middle or is prose."""
    rate_limit: float = 0.0
    """Requests per minute above which 429 is answered; 0 is no limit."""
    latency_s: float = 0.0
    """Seconds before each reply."""
    drop: float = 0.0
    """Chance (0..1) that the connection closes in the middle of a reply."""
    seed: int = 0
    """Another seed refuses other samples and spoils other replies."""

    def __post_init__(self) -> None:
        """Refuse chances outside 0..1 and negative amounts."""
        for name in _CHANCES:
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise UsageError(f"{name} is a chance and must be between 0 and 1, not {getattr(self, name)}")
        for field in fields(self):
            if field.name in ("rate_limit", "latency_s") and not 0.0 <= getattr(self, field.name) < float("inf"):
                raise UsageError(f"{field.name} must not be negative, but is {getattr(self, field.name)}")


class InjectedFault(StrEnum):
    """What befell one request."""

    NONE = "none"
    REFUSE = "refuse"
    MISCOUNT = "miscount"
    GARBLE = "garble"
    RATE_LIMIT = "rate_limit"
    DROP = "drop"


def chance(seed: int, *about: object) -> float:
    """A number in [0, 1) that depends on nothing but the arguments."""
    digest = hashlib.blake2b(repr((seed, *about)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def injected_fault(faults: FaultRates, number: int) -> InjectedFault:
    """What is to befall the `number`-th answered request, besides refusals."""
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
    """Which samples are refused, and how often each of them was asked: the one memory of the endpoint."""

    def __init__(self, faults: FaultRates) -> None:
        self._faults = faults
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def refuse(self, samples: Sequence[QuestionSample]) -> Completion | None:
        """The refusal of a request with these samples, or None if all of them are answered this time."""
        if self._faults.refuse == 0.0:
            return None
        keys = {_fingerprint(sample) for sample in samples}
        with self._lock:
            self._asked.update(keys)
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
        return is_hard or self._asked[key] == 1


def _fingerprint(sample: QuestionSample) -> str:
    """The same for the same pictures and text, whatever the sample is called."""
    digest = hashlib.blake2b(digest_size=16)
    for content in (*sample.images, sample.text.encode()):
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


class TokenBucket:
    """At most so many requests per minute, saved up to one minute's worth."""

    def __init__(self, per_minute: float, clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._capacity = max(1.0, per_minute)
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = self._capacity
        self._filled_at_s = clock()

    def take(self) -> float:
        """Take one: 0.0 if there was one, else the seconds until there will be one."""
        with self._lock:
            self._refill()
            if self._tokens >= 1.0:
                self._tokens -= 1.0
                return 0.0
            return (1.0 - self._tokens) * 60.0 / self._per_minute

    def headers(self) -> dict[str, str]:
        """The state as OpenAI's `x-ratelimit-*` headers tell it."""
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
