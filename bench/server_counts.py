"""What a server saw of a client: how much, how fast, how much at once, and what was bought twice. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

_WINDOWS_S: Final = (1, 60)


class Counts:
    """Counts that are cheap to keep; what is costly is worked out when it is asked for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._arrivals_s: list[float] = []
        self._admitted_s: list[float] = []
        self._last_answer_s = 0.0
        self._body_bytes = 0
        self._n_answered = 0
        self._n_unheard = 0
        self._n_rejected = 0
        self._most_in_flight = 0
        self._bought = Counter[bytes]()

    def arrived(self, body_bytes: int) -> None:
        """A complete request is here."""
        self._arrivals_s.append(self._clock())
        self._body_bytes += body_bytes

    def rejected(self) -> None:
        """It was turned away."""
        self._n_rejected += 1

    def admitted(self, fingerprint: bytes) -> None:
        """It will be answered, and is paid for whoever hears it."""
        self._admitted_s.append(self._arrivals_s[-1])
        self._bought[fingerprint] += 1
        in_flight = len(self._admitted_s) - self._n_answered - self._n_unheard
        self._most_in_flight = max(self._most_in_flight, in_flight)

    def answered(self, *, heard: bool) -> None:
        """Its answer left; not `heard` where the client had gone."""
        self._n_answered += heard
        self._n_unheard += not heard
        self._last_answer_s = self._clock()

    def as_json(self) -> dict[str, Any]:
        """All counts."""
        first_s = self._arrivals_s[0] if self._arrivals_s else 0.0
        requests = len(self._arrivals_s)
        return {
            "requests": requests,
            "answered": self._n_answered,
            "unheard": self._n_unheard,
            "rejected": self._n_rejected,
            "most_in_flight": self._most_in_flight,
            "span_s": max(0.0, self._last_answer_s - first_s),
            "most_arrivals": {f"{window}s": most_within(self._arrivals_s, window) for window in _WINDOWS_S},
            "most_admitted": {f"{window}s": most_within(self._admitted_s, window) for window in _WINDOWS_S},
            "admitted_by_second": by_second(self._admitted_s, first_s),
            "distinct": len(self._bought),
            "bought_twice": self._bought.total() - len(self._bought),
            "mean_body_bytes": self._body_bytes // requests if requests else 0,
        }


def most_within(times_s: Sequence[float], window_s: float) -> int:
    """The most of ascending times in any window of that length, its end not included."""
    most, start = 0, 0
    for end, at_s in enumerate(times_s):
        while at_s - times_s[start] >= window_s:
            start += 1
        most = max(most, end - start + 1)
    return most


def by_second(times_s: Sequence[float], first_s: float) -> list[int]:
    """How many in each second from the first on."""
    counts = Counter(int(at_s - first_s) for at_s in times_s)
    return [counts[second] for second in range(max(counts, default=-1) + 1)]
