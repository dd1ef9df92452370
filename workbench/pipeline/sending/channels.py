"""Channels to a model: which of them a request takes, and when one is closed because no request is answered there."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.messages import Fault, Outcome, Reply, ReplySource
from workbench.provider.limits.lane import Lane

_FEWEST_FAULTS_TO_CLOSE: Final = 12
"""So many faults in a row, over all batches, mean that the endpoint is down, not that a batch is bad."""
_REJECTED_TO_STOP: Final = 8
"""So many requests rejected and none answered mean that every request would be rejected."""


@dataclass(slots=True)
class Channel:
    """A lane and the endpoint that answers its requests."""

    lane: Lane
    source: ReplySource
    endpoint: str
    """The endpoint's name."""
    key_name: str | None = None
    images_per_request: int | None = None
    faults_in_row: int = 0


def best_channel(channels: Sequence[Channel], tokens: int, now: float) -> tuple[Channel | None, float]:
    """The channel by which a request may be sent first, and in how many seconds; inf: not before a reply comes.

    Among equals, one without recent faults, then the one with the fewest requests in flight.
    """
    best, first = None, (math.inf, 0, 0)
    for channel in channels:
        at = (channel.lane.delay_s(tokens, now), channel.faults_in_row, channel.lane.n_in_flight)
        if at < first and at[0] < math.inf:
            best, first = channel, at
    return best, first[0]


class ChannelWatch:
    """Closes a channel by which no request is answered; when the last one is closed, the run pauses."""

    def __init__(self, channels: Sequence[Channel], stop: Callable[[str], None], tell: Callable[[str], None]) -> None:
        """`stop` is called with why the run pauses, `tell` with why one channel of several is closed."""
        self._channels = channels
        self._stop = stop
        self._tell = tell
        self._rejected = 0
        self._has_answer = False

    def see(self, channel: Channel, reply: Reply, now: float) -> None:
        """Judge a channel by a reply, after its lane has settled it."""
        channel.faults_in_row = channel.faults_in_row + 1 if reply.fault is Fault.TRANSIENT else 0
        self._has_answer = self._has_answer or reply.outcome is not Outcome.FAILED
        self._rejected += reply.fault is Fault.BAD_REQUEST
        if reply.fault is Fault.STOP:
            self._close(channel, reply.error or "the endpoint turns every request away")
        elif channel.faults_in_row >= max(_FEWEST_FAULTS_TO_CLOSE, 2 * channel.lane.n_in_flight):
            self._close(channel, f"the endpoint does not answer: {reply.error}")
        elif self._rejected >= _REJECTED_TO_STOP and not self._has_answer:
            self._stop(f"the endpoint rejects every request: {reply.error}; `emowb probe` finds out what it takes")
        elif channel.lane.is_shut_out(now):
            self._close(channel, f"the endpoint lets nothing through: {reply.error}")

    def _close(self, channel: Channel, reason: str) -> None:
        if channel.lane.closed is not None:
            return
        channel.lane.closed = reason
        if all(one.lane.closed is not None for one in self._channels):
            self._stop(reason)
        else:
            self._tell(f"{channel.lane.name} is left out from now on: {reason}")
