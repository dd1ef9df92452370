"""How a run stands while it is sent, and what others want of it.

The process that sends a run and those that watch and steer it exchange these values through the workspace.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run


class RunCommand(StrEnum):
    """What is wanted of the process that sends a run."""

    GO_ON = "go on"
    PAUSE = "pause"
    """Send nothing more, and wait for the requests in flight."""
    CANCEL = "cancel"
    """Stop at once, without waiting for the requests in flight."""


class BatchState(StrEnum):
    """What has become of a batch."""

    WAITING = "waiting"
    IN_FLIGHT = "in flight"
    IN_JOB = "in a job"
    DONE = "done"
    """Answered, as a whole or in part; the rest is a batch of its own."""
    GIVEN_UP = "given up"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLimits:
    """Limits that were given for one run; None: not given, 0: no limit is wanted."""

    rpm: int | None = None
    """Requests per minute; this and the next three are for each key."""
    tpm: int | None = None
    rpd: int | None = None
    concurrency: int | None = None
    budget_usd: float | None = None
    """For all sessions of the run together."""

    def over(self, others: "GivenLimits") -> "GivenLimits":
        """These limits, and the others where none is given here."""
        mine = self.as_dict()
        return GivenLimits(**(others.as_dict() | mine))

    def without(self, others: "GivenLimits") -> "GivenLimits":
        """These limits, without those that the others give."""
        known = others.as_dict()
        return GivenLimits(**{name: value for name, value in self.as_dict().items() if name not in known})

    def as_dict(self) -> dict[str, Any]:
        """The limits that are given, by name."""
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
    """What is wanted of a run, and who said so."""

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
    """Requests that were sent in the last minute."""
    rpm: float | None
    """The limit that holds, the user's or the endpoint's; None: none is known."""
    tokens_last_minute: float
    tpm: float | None
    today: int | None
    """Requests of the last 24 hours; None where no limit counts them."""
    rpd: int | None
    waits_until: str | None
    """The endpoint takes no request before this time."""
    limited: int
    """Requests that the endpoint turned away for their rate."""
    closed: str | None
    """Why nothing is sent by this lane any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMeter:
    """What the process that sends a run reports about once a second."""

    lanes: tuple[LaneMeter, ...] = ()
    given: GivenLimits = GivenLimits()
    """By the command line, or since then."""
    budget_usd: float | None = None
    spent_usd: float = 0.0
    """What counts against the budget, without the requests in flight."""
    samples_per_s: float | None = None
    """Samples settled lately; None while too little has happened."""
    requests_per_minute: float | None = None
    """Replies lately."""
    open_samples: int | None = None
    """Samples that are still to be asked about; None: not counted."""
    asked_again: int = 0
    """Requests of this session whose samples had to be asked about again, in part or in whole."""
    last_error: str | None = None
    """What went wrong last in this session, in the endpoint's words."""
    is_by_jobs: bool = False

    @property
    def in_flight(self) -> int:
        """Requests in flight, over all lanes."""
        return sum(lane.in_flight for lane in self.lanes)

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote; fields of another version are left out."""
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
        """Batches of all states."""
        return sum(self.by_state.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One line of the list of batches."""

    id: int
    parent_id: int | None
    state: BatchState
    activity: int
    """Decides the order of the list, the highest first; different for every batch."""
    depth: int
    samples: int
    first_sample: str
    attempts: int
    sent_at: str | None
    """This and all that follows is of the last attempt."""
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
    """The process that sends it now, in words; None: nobody does."""
    control: RunControl
    meter: RunMeter | None
    """None: it was never sent, or by an older emowb."""
    meter_at: str | None
    """When its sender reported that."""
    totals: RunTotals
    ahead: tuple[str, ...] = ()
    """What comes before it in the line at its endpoint, where a process waits to send it."""

    @property
    def open_samples(self) -> int:
        """Samples that are still to be asked about. Those that are asked again have a status already."""
        if self.sender is not None and self.meter is not None and self.meter.open_samples is not None:
            return self.meter.open_samples
        return max(self.totals.planned - self.totals.settled, 0)

    @property
    def left_s(self) -> float | None:
        """About how many seconds the rest takes; None while that is not known."""
        if self.sender is None or self.meter is None or not self.meter.samples_per_s:
            return None
        return self.open_samples / self.meter.samples_per_s

    @property
    def budget_usd(self) -> float | None:
        """What the run may cost, by what was said last; None or 0: no budget."""
        changed = self.control.limits.budget_usd
        if changed is not None:
            return changed
        return None if self.meter is None else self.meter.budget_usd
