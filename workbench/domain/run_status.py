"""A run on its way, as others see and steer it: what is wanted of it, how its lanes stand, where its batches are.

Whoever sends a run and whoever looks on may be two processes; what they tell each other are these values.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run


class RunCommand(StrEnum):
    """What somebody wants of whoever sends a run."""

    GO_ON = "go on"
    PAUSE = "pause"
    """Nothing new leaves; what is in flight comes in."""
    CANCEL = "cancel"
    """What is in flight is not waited for either."""


class BatchState(StrEnum):
    """Where a batch is."""

    WAITING = "waiting"
    IN_FLIGHT = "in flight"
    IN_JOB = "in a job"
    DONE = "done"
    """Answered, as a whole or in part; its rest is a batch of its own."""
    GIVEN_UP = "given up"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLimits:
    """Limits that were given for one run; None: nothing was said of it, 0: none is wanted."""

    rpm: int | None = None
    """Requests per minute, for each key; so are the next three."""
    tpm: int | None = None
    rpd: int | None = None
    concurrency: int | None = None
    budget_usd: float | None = None
    """Of the run, all its sessions together."""

    def over(self, others: "GivenLimits") -> "GivenLimits":
        """These, and the others where nothing was said here."""
        mine = self.as_dict()
        return GivenLimits(**(others.as_dict() | mine))

    def without(self, others: "GivenLimits") -> "GivenLimits":
        """These, but for those of which the others say anything."""
        known = others.as_dict()
        return GivenLimits(**{name: value for name, value in self.as_dict().items() if name not in known})

    def as_dict(self) -> dict[str, Any]:
        """Those of which something was said, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def words(self) -> str:
        """For people: `60 requests a minute, no budget`."""
        return ", ".join(_limit_words(name, value) for name, value in self.as_dict().items())


_UNITS = {
    "rpm": "requests a minute",
    "tpm": "tokens a minute",
    "rpd": "requests a day",
    "concurrency": "requests in flight",
}


def _limit_words(name: str, value: float) -> str:
    if name == "budget_usd":
        return f"a budget of ${value:,.2f}" if value else "no budget"
    return f"{value:,} {_UNITS[name]}" if value else f"no limit of {_UNITS[name]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunControl:
    """What is wanted of a run, and by whom."""

    wanted: RunCommand = RunCommand.GO_ON
    limits: GivenLimits = GivenLimits()
    changed_at: str = ""
    changed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMeter:
    """How one lane stands: its limits, and what has been used of them."""

    name: str
    in_flight: int
    most_in_flight: int
    last_minute: int
    """Requests that left in it."""
    rpm: float | None
    """The limit that holds, ours or the endpoint's; None: none is known."""
    tokens_last_minute: float
    tpm: float | None
    today: int | None
    """Requests of the last 24 hours; None where no limit counts them."""
    rpd: int | None
    waits_until: str | None
    """The endpoint wants nothing before."""
    limited: int
    """Requests that it turned away for their rate."""
    closed: str | None
    """Why nothing goes by this lane any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMeter:
    """How a run stands by the word of whoever sends it."""

    lanes: tuple[LaneMeter, ...] = ()
    given: GivenLimits = GivenLimits()
    """By its command line, or while it went on."""
    budget_usd: float | None = None
    spent_usd: float = 0.0
    """What counts against the budget, without what is on its way."""
    samples_per_s: float | None = None
    """Settled lately; None while nobody can tell."""
    requests_per_minute: float | None = None
    """Answered lately."""
    open_samples: int | None = None
    """Samples that are still to be asked about; None: not counted."""
    asked_again: int = 0
    """Requests of this session whose samples had to be asked about again, in part or in whole."""
    last_error: str | None = None
    """What went wrong last in this session, in the endpoint's words."""
    is_by_jobs: bool = False

    @property
    def in_flight(self) -> int:
        """Requests on their way, over all lanes."""
        return sum(lane.in_flight for lane in self.lanes)

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote; what another version says besides is left out."""
        known = _known(cls, values)
        lanes = tuple(LaneMeter(**_known(LaneMeter, lane)) for lane in known.pop("lanes", ()))
        given = GivenLimits(**_known(GivenLimits, known.pop("given", {})))
        return cls(lanes=lanes, given=given, **known)


def _known(cls: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(cls)}
    return {name: value for name, value in values.items() if name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotals:
    """How far a run has come: counts of its samples, batches, requests and tokens."""

    planned: int
    """Samples."""
    by_status: Mapping[str, int]
    """Samples with a final status, by that status."""
    by_state: Mapping[BatchState, int]
    """Batches."""
    requests: int
    unseen: int
    """Requests whose reply was not seen, perhaps paid for twice; those in flight are among them."""
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    """None where the price of any reply is unknown, or where no reply was asked for (loaded predictions)."""

    @property
    def settled(self) -> int:
        """Samples that have a final status."""
        return sum(self.by_status.values())

    @property
    def unanswered(self) -> int:
        """Samples without an answer: refused, unreadable, failed, or not settled yet."""
        return self.planned - sum(n for status, n in self.by_status.items() if PredictionStatus(status).is_answer)

    @property
    def batches(self) -> int:
        """Of all states."""
        return sum(self.by_state.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One line of the list of batches."""

    id: int
    parent_id: int | None
    state: BatchState
    activity: int
    """By which the list is ordered, the highest first; of every batch another."""
    depth: int
    samples: int
    first_sample: str
    attempts: int
    sent_at: str | None
    """All from here on is of the last attempt."""
    outcome: str | None
    fault: str | None
    error: str | None
    """The beginning of it."""
    latency_s: float | None
    step: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSnapshot:
    """A run at one moment: what every display of a run shows."""

    run: Run
    sender: str | None
    """Who sends it now, in words; None: nobody."""
    control: RunControl
    meter: RunMeter | None
    """None: it was never sent, or by an older emowb."""
    meter_at: str | None
    """When its sender reported that."""
    totals: RunTotals

    @property
    def open_samples(self) -> int:
        """Samples that are still to be asked about; those that are asked again have a status meanwhile."""
        if self.sender is not None and self.meter is not None and self.meter.open_samples is not None:
            return self.meter.open_samples
        return max(self.totals.planned - self.totals.settled, 0)

    @property
    def left_s(self) -> float | None:
        """About how many seconds the rest takes; None while nobody can tell."""
        if self.sender is None or self.meter is None or not self.meter.samples_per_s:
            return None
        return self.open_samples / self.meter.samples_per_s

    @property
    def budget_usd(self) -> float | None:
        """What the run may cost by the last word on it; None or 0: no budget."""
        changed = self.control.limits.budget_usd
        if changed is not None:
            return changed
        return None if self.meter is None else self.meter.budget_usd
