"""The cases in which the queue is measured: what the server enforces, what is sent, what the limit itself allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bench.limiter_shapes import WINDOW_S, Kind

SAMPLES: Final[Mapping[str, int]] = MappingProxyType({"mine": 10_000, "many": 15_000})
"""Drawn pictures by data set."""
_SECOND_OF_1200, _SECOND_OF_5000 = 20, 83


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One server and one amount of work."""

    key: str
    title: str
    kind: Kind = Kind.NONE
    per_minute: int = 0
    capacity: int = 0
    """Of a bucket."""
    charge_rejected: bool = False
    told: str = "now"
    """What headers say: see `limiting_server.Told`."""
    latency_s: float = 0.2
    samples: str = "mine"
    batch_size: int = 20
    in_flight: int = 100
    """Of the bare client, at most."""
    has_bare: bool = True
    usual: bool = True
    """Whether it is measured when no case is named."""

    @property
    def requests(self) -> int:
        """So many are to be answered."""
        return SAMPLES[self.samples] // self.batch_size

    @property
    def floor_s(self) -> float:
        """From the first request's arrival to the last answer, where the limit is used fully: less is impossible."""
        match self.kind:
            case Kind.BUCKET:
                sending_s = max(0, self.requests - self.capacity) * WINDOW_S / self.per_minute
            case Kind.SLIDING | Kind.FIXED:
                sending_s = (self.requests - 1) // self.per_minute * WINDOW_S
            case Kind.NONE:
                sending_s = 0.0
        return sending_s + self.latency_s

    @property
    def give_up_s(self) -> float:
        """A client that takes longer is killed."""
        return 120 + 4 * self.floor_s

    @property
    def server(self) -> tuple[str, ...]:
        """Flags of `limiting_server`; tokens are limited as well, so widely that they never bind."""
        flags = ["--kind", str(self.kind), "--latency-s", str(self.latency_s), "--told", self.told]
        if self.kind is not Kind.NONE:
            flags += ["--per-minute", str(self.per_minute), "--tokens-per-minute", "30000000"]
        if self.capacity:
            flags += ["--capacity", str(self.capacity)]
        flags += ["--charge-rejected"] if self.charge_rejected else []
        return tuple(flags)

    @property
    def bare(self) -> tuple[str, ...]:
        """Flags of `bare_client`, which knows the limit."""
        flags = ["--batch-size", str(self.batch_size), "--in-flight", str(self.in_flight)]
        if self.kind is Kind.BUCKET:
            flags += ["--per-minute", str(self.per_minute), "--burst", str(self.capacity)]
        return tuple(flags)


CASES: Final = (
    Case(key="a", title="no limit"),
    Case(key="b", title="1,200/min per second", kind=Kind.BUCKET, per_minute=1200, capacity=_SECOND_OF_1200),
    Case(key="c", title="300/min full bucket", kind=Kind.BUCKET, per_minute=300, capacity=300),
    Case(
        key="d",
        title="as b, rejected charged",
        kind=Kind.BUCKET,
        per_minute=1200,
        capacity=_SECOND_OF_1200,
        charge_rejected=True,
    ),
    Case(
        key="e",
        title="5,000/min at 20 s",
        kind=Kind.BUCKET,
        per_minute=5000,
        capacity=_SECOND_OF_5000,
        latency_s=20.0,
        samples="many",
        batch_size=1,
        in_flight=2500,
    ),
    Case(
        key="f",
        title="as b, no headers",
        kind=Kind.BUCKET,
        per_minute=1200,
        capacity=_SECOND_OF_1200,
        told="nothing",
        has_bare=False,
    ),
    Case(key="g", title="300 in any minute", kind=Kind.SLIDING, per_minute=300, has_bare=False, usual=False),
    Case(key="h", title="300 in each minute", kind=Kind.FIXED, per_minute=300, has_bare=False, usual=False),
    Case(
        key="i",
        title="as b, 5 s, headers as at arrival",
        kind=Kind.BUCKET,
        per_minute=1200,
        capacity=_SECOND_OF_1200,
        told="arrival",
        latency_s=5.0,
        has_bare=False,
        usual=False,
    ),
)
