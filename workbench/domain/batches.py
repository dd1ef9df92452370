"""Which samples share a request, and what to do after each reply. Pure: no clock, no socket, no storage.

open ──send──> keep: every sample is settled
      ├──────> repeat: the same samples again (after a wait, where something broke)
      ├──────> split: two halves, each a batch of its own
      ├──────> give up: what is left gets its last status
      └──────> stop: no request can pass now; the batch stays open
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.replies import Fault, Outcome


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often the same is asked again."""

    repeats: int = 1
    """Further tries of an unchanged batch that was refused, miscounted or unreadable, before it is halved."""
    fault_repeats: int = 8
    """Further tries after faults of software or network, before the batch is given up."""
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0


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


@dataclass(frozen=True, slots=True)
class Decision:
    """The next step, and how long to wait before it."""

    step: Step
    wait_s: float = 0.0


def plan_batches(sample_ids: Sequence[str], *, size: int, seed: int) -> list[tuple[str, ...]]:
    """Cut the samples into batches of `size` in a seeded order (the same for the same ids, whatever their order).

    Shuffling keeps samples of one class or subject from sharing a request: owners list them side by side.
    """
    order = sorted(sample_ids)
    random.Random(seed).shuffle(order)  # noqa: S311 (an order, not a secret)
    return [tuple(order[start : start + size]) for start in range(0, len(order), size)]


def split_batch(sample_ids: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two halves of a batch of two or more, the first one smaller by one where the size is odd."""
    middle = len(sample_ids) // 2
    return tuple(sample_ids[:middle]), tuple(sample_ids[middle:])


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
    if outcome is Outcome.TRUNCATED and history.left > 1:
        return Decision(Step.SPLIT)  # the same question would be cut off at the same place
    if history.settled or history.answers_tried <= policy.repeats:
        return Decision(Step.REPEAT)
    return Decision(Step.SPLIT if history.left > 1 else Step.GIVE_UP)


def _backoff_s(faults: int, policy: RetryPolicy) -> float:
    return min(policy.first_wait_s * 2.0 ** min(faults - 1, 16), policy.longest_wait_s)
