"""Which samples share a request, and what to do after each reply. Pure: no clock, no socket, no storage.

open ──send──> keep: every sample is settled
      ├──────> repeat: the same samples again (after a wait, where something broke)
      ├──────> split: two halves (or as many parts as the policy says), each a batch of its own
      ├──────> give up: what is left gets its last status
      └──────> stop: no request can pass now; the batch stays open
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from workbench.domain.messages import Fault, Outcome
from workbench.errors import unknown_name


class Step(StrEnum):
    """What follows an attempt."""

    KEEP = "keep"
    REPEAT = "repeat"
    SPLIT = "split"
    GIVE_UP = "give up"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples that share a request, as often as it takes, and what has been tried with them."""

    id: int
    sample_ids: tuple[str, ...]
    attempts: int = 0
    answers_tried: int = 0
    """Attempts that brought a reply of any kind."""
    faults: int = 0
    """Attempts in which something broke that may be the batch's own doing: rate limits are not."""
    depth: int = 0
    """How often it was split: 0 as planned, 1 for the parts of a planned batch, and so on."""


@dataclass(frozen=True, slots=True)
class Rung:
    """What is done with a batch of one depth that is refused, miscounted or unreadable."""

    tries: int
    """So often it is asked in all, unchanged."""
    parts: int
    """Into so many it is split then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often the same is asked again."""

    repeats: int = 1
    """Further tries of an unchanged batch that was refused, miscounted or unreadable, before it is halved."""
    rungs: tuple[Rung, ...] = ()
    """By depth, the last one for all that are deeper; empty: `repeats`, then halves, at every depth."""
    fault_repeats: int = 8
    """Further tries after faults of software or network, before the batch is given up."""
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0

    def rung(self, depth: int) -> Rung:
        """What holds for batches of this depth."""
        return self.rungs[min(depth, len(self.rungs) - 1)] if self.rungs else Rung(self.repeats + 1, 2)


HALVING: Final = "halving"
PAPER_SCHEDULE: Final = "paper"
_PAPER_TRIES: Final = (3, 2, 1, 1)
_PAPER_PARTS: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType({20: (2, 2, 5), 8: (2, 2, 2), 6: (2, 3)})


def retry_policy(name: str, batch_size: int) -> RetryPolicy:
    """The policy of that name for batches planned at this size. Raises UsageError for an unknown one.

    `halving` isolates a refusing sample in the fewest requests. `paper` is the ancestor's schedule, for comparison:
    three whole passes, then parts by two (twice), by two again, then singles, from `main.py` of the authors'
    repository, whose factors are 20 = 2 x 2 x 5, 8 = 2 x 2 x 2 and 6 = 2 x 3. Unlike its authors, we keep what a
    miscounted reply answered, where it says of whom.
    """
    if name == HALVING:
        return RetryPolicy()
    if name != PAPER_SCHEDULE:
        raise unknown_name("retry policy", name, (HALVING, PAPER_SCHEDULE))
    parts = _PAPER_PARTS.get(batch_size, (2, 2, -(-batch_size // 4)))
    return RetryPolicy(rungs=tuple(Rung(*rung) for rung in zip(_PAPER_TRIES, (*parts, 2), strict=False)))


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Where a batch stands after an attempt."""

    left: int
    """Samples that are still without a final status."""
    settled: int
    """Samples that this attempt settled."""
    answers_tried: int
    """Attempts of the batch that brought a reply, this one included."""
    faults: int
    """Attempts of it in which something broke, this one included; rate limits do not count."""
    limited: int = 0
    """Requests in a row that the endpoint turned away for their rate, of this batch or any other."""
    depth: int = 0
    """How often the batch was split before."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The next step, and how long to wait before it."""

    step: Step
    wait_s: float = 0.0
    parts: int = 2
    """With step `split`: into how many."""


def plan_batches(sample_ids: Sequence[str], *, size: int, seed: int) -> list[tuple[str, ...]]:
    """Cut the samples into batches of `size` in a seeded order (the same for the same ids, whatever their order).

    Shuffling keeps samples of one class or subject from sharing a request: owners list them side by side.
    """
    order = sorted(sample_ids)
    random.Random(seed).shuffle(order)  # noqa: S311 (an order, not a secret)
    return [tuple(order[start : start + size]) for start in range(0, len(order), size)]


def split_batch(sample_ids: Sequence[str], parts: int = 2) -> tuple[tuple[str, ...], ...]:
    """The parts of a batch of two or more, in order and as equal as can be, smaller ones first; never an empty one."""
    parts = min(parts, len(sample_ids))
    ends = [len(sample_ids) * part // parts for part in range(parts + 1)]
    return tuple(tuple(sample_ids[start:end]) for start, end in pairwise(ends))


def next_step(
    outcome: Outcome,
    fault: Fault | None,
    history: History,
    policy: RetryPolicy,
    *,
    retry_after_s: float | None = None,
) -> Decision:
    """What to do with the samples that an attempt left without a final status.

    A partial answer costs no repeat: what is left is a smaller batch and starts afresh. An endpoint's own
    `Retry-After` is waited out even where it is longer than ours.
    """
    if history.left == 0:
        return Decision(Step.KEEP)
    if fault is Fault.STOP:
        return Decision(Step.STOP)
    if fault in (Fault.TOO_LARGE, Fault.BAD_REQUEST):
        return Decision(Step.SPLIT if history.left > 1 else Step.GIVE_UP)
    if fault is Fault.RATE_LIMITED:
        return Decision(Step.REPEAT, retry_after_s or _backoff_s(history.limited, policy))
    if outcome is Outcome.FAILED:
        if history.faults > policy.fault_repeats:
            return Decision(Step.GIVE_UP)
        return Decision(Step.REPEAT, max(_backoff_s(history.faults, policy), retry_after_s or 0.0))
    rung = policy.rung(history.depth)
    if outcome is Outcome.TRUNCATED and history.left > 1:
        return Decision(Step.SPLIT, parts=rung.parts)  # the same question would be cut off at the same place
    if history.settled or history.answers_tried < rung.tries:
        return Decision(Step.REPEAT)
    return Decision(Step.SPLIT, parts=rung.parts) if history.left > 1 else Decision(Step.GIVE_UP)


def _backoff_s(faults: int, policy: RetryPolicy) -> float:
    return min(policy.first_wait_s * 2.0 ** min(faults - 1, 16), policy.longest_wait_s)
