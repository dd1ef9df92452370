"""Which samples share a request, and what to do after each reply. Pure: no clock, no socket, no storage.

open ──send──> keep: every sample has its final status
      ├──────> repeat: the same samples are sent again (after a wait, where something broke)
      ├──────> split: two halves (or as many parts as the policy says), each a batch of its own
      ├──────> give up: the samples that are left get their last status as the final one
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
    """Samples that share a request, and how often that was sent."""

    id: int
    sample_ids: tuple[str, ...]
    attempts: int = 0
    answers_tried: int = 0
    """Attempts that brought a reply of any kind."""
    faults: int = 0
    """Attempts in which something broke, rate limits not counted."""
    depth: int = 0
    """How often it was split: 0 as planned, 1 for the parts of a planned batch, and so on."""


@dataclass(frozen=True, slots=True)
class DepthRule:
    """What is done with a batch of one depth that is refused, miscounted or unreadable."""

    tries: int
    """How often it is sent unchanged, the first time included."""
    parts: int
    """Into how many parts it is split after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often samples are asked about again."""

    repeats: int = 1
    """Further tries of an unchanged batch that was refused, miscounted or unreadable, before it is halved."""
    by_depth: tuple[DepthRule, ...] = ()
    """One rule for each depth, the last one for all that are deeper; empty: `repeats`, then halves, at every depth."""
    fault_repeats: int = 8
    """Further tries after faults of software or network, before the batch is given up."""
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0

    def rule(self, depth: int) -> DepthRule:
        """The rule for batches of this depth."""
        if not self.by_depth:
            return DepthRule(self.repeats + 1, 2)
        return self.by_depth[min(depth, len(self.by_depth) - 1)]


HALVING: Final = "halving"
PAPER_SCHEDULE: Final = "paper"
_PAPER_TRIES: Final = (3, 2, 1, 1)
_PAPER_PARTS: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType({20: (2, 2, 5), 8: (2, 2, 2), 6: (2, 3)})


def retry_policy(name: str, batch_size: int) -> RetryPolicy:
    """The policy of that name for batches planned at this size. Raises UsageError for an unknown one.

    `halving` isolates a refused sample in the fewest requests. `paper` is the schedule of the paper's authors, for
    comparison: three passes with whole batches, then parts by two (twice), by two again, then single samples, from
    `main.py` of their repository, whose factors are 20 = 2 x 2 x 5, 8 = 2 x 2 x 2 and 6 = 2 x 3. Unlike them, emowb
    keeps the answers of a reply that left some samples out, where it says which samples they are for.
    """
    if name == HALVING:
        return RetryPolicy()
    if name != PAPER_SCHEDULE:
        raise unknown_name("retry policy", name, (HALVING, PAPER_SCHEDULE))
    parts = _PAPER_PARTS.get(batch_size, (2, 2, -(-batch_size // 4)))
    return RetryPolicy(by_depth=tuple(DepthRule(*rule) for rule in zip(_PAPER_TRIES, (*parts, 2), strict=False)))


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What has happened to a batch up to an attempt and with it."""

    left: int
    """Samples without a final status."""
    settled: int
    """Samples that this attempt settled."""
    answers_tried: int
    """Attempts of the batch that brought a reply, this one included."""
    faults: int
    """Attempts in which something broke, this one included; rate limits do not count."""
    depth: int = 0
    """How often the batch was split before."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The next step with a batch."""

    step: Step
    wait_s: float = 0.0
    """With step `repeat`: the time to wait before it."""
    parts: int = 2
    """With step `split`: the number of parts."""


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

    A partial answer costs no repeat: the samples that are left are a smaller batch with a history of its own. The
    wait is never shorter than the endpoint's own `Retry-After`. A rate limit is no concern of a single batch: its lane
    waits (`provider.limits.lane`).
    """
    if history.left == 0:
        return Decision(Step.KEEP)
    if fault is Fault.STOP:
        return Decision(Step.STOP)
    if fault in (Fault.TOO_LARGE, Fault.BAD_REQUEST):
        return Decision(Step.SPLIT if history.left > 1 else Step.GIVE_UP)
    if fault in (Fault.RATE_LIMITED, Fault.DIALECT):
        return Decision(Step.REPEAT)
    if outcome is Outcome.FAILED:
        if history.faults > policy.fault_repeats:
            return Decision(Step.GIVE_UP)
        return Decision(Step.REPEAT, max(_backoff_s(history.faults, policy), retry_after_s or 0.0))
    rule = policy.rule(history.depth)
    if outcome is Outcome.TRUNCATED and history.left > 1:
        return Decision(Step.SPLIT, parts=rule.parts)  # the same request would be cut off at the same place
    if history.settled or history.answers_tried < rule.tries:
        return Decision(Step.REPEAT)
    return Decision(Step.SPLIT, parts=rule.parts) if history.left > 1 else Decision(Step.GIVE_UP)


def _backoff_s(faults: int, policy: RetryPolicy) -> float:
    return min(policy.first_wait_s * 2.0 ** min(faults - 1, 16), policy.longest_wait_s)
