"""Channels to a model: which of them a request takes, and when one is closed because no request is answered there."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.batches import Step
from workbench.domain.messages import Fault, Outcome, Reply, ReplySource
from workbench.pipeline.sending.prepared_batch import PreparedBatch
from workbench.pipeline.sending.reply_reader import ReadReply
from workbench.provider.limits.lane import Lane

_FEWEST_FAULTS_TO_CLOSE: Final = 12
"""So many faults in a row, over all batches, mean that the endpoint is down, not that a batch is bad."""
_UNREAD_TO_STOP: Final = 12
"""So many answers in which nothing could be read, and none in which something could."""
_TOLD_WAIT_S: Final = 4.0
"""Shorter waits are not told."""
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
    faults_since: float = 0.0
    """When the first of these came."""


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

    def __init__(
        self,
        channels: Sequence[Channel],
        stop: Callable[[str], None],
        tell: Callable[[str], None],
        *,
        has_answer: bool = False,
    ) -> None:
        """`stop` is called with why the run pauses, `tell` with why one channel of several is closed or waits.

        `has_answer`: whether a reply could be read in an earlier session.
        """
        self._channels = channels
        self._stop = stop
        self._tell = tell
        self._rejected = 0
        self._rejected_alone = 0
        self._unread = 0
        self._has_answer = self._has_read = has_answer

    def see(self, channel: Channel, reply: Reply, read: ReadReply, prepared: PreparedBatch, now: float) -> None:
        """Judge a channel by a reply to a batch, after its lane has settled it."""
        n_samples = len(prepared.shown)
        is_suspected = prepared.failed is not None and prepared.failed.is_part  # its samples, not the endpoint
        if reply.fault is not Fault.TRANSIENT:
            channel.faults_in_row = 0
        elif not is_suspected:
            channel.faults_in_row += 1
            if channel.faults_in_row == 1:
                channel.faults_since = now
        self._has_answer = self._has_answer or reply.outcome is not Outcome.FAILED
        self._rejected += reply.fault is Fault.BAD_REQUEST or (reply.fault is Fault.TOO_LARGE and n_samples == 1)
        self._rejected_alone += reply.fault in (Fault.BAD_REQUEST, Fault.TOO_LARGE) and n_samples == 1
        self._count_unread(reply, read, n_samples)
        if reply.fault is Fault.STOP:
            self._close(channel, reply.error or "the endpoint turns every request away")
        elif not is_suspected and channel.faults_in_row and self._is_given_up(channel, reply, now):
            self._close(channel, f"the endpoint does not answer: {reply.error}")
        elif reply.is_busy:
            self._tell_wait(channel, reply, now)
        elif self._rejected >= _REJECTED_TO_STOP and self._rejected_alone and not self._has_answer:
            self._stop(f"the endpoint rejects every request: {reply.error}; `emowb probe` finds out what it takes")
        elif channel.lane.is_shut_out(now):
            self._close(channel, f"the endpoint lets nothing through: {reply.error}")

    def _is_given_up(self, channel: Channel, reply: Reply, now: float) -> bool:
        """Whether there were many faults in a row, and a server that is only busy was waited for long enough."""
        if reply.is_busy:
            return now - channel.faults_since >= channel.lane.patience_s
        return channel.faults_in_row >= max(_FEWEST_FAULTS_TO_CLOSE, 2 * channel.lane.n_in_flight)

    def _tell_wait(self, channel: Channel, reply: Reply, now: float) -> None:
        if channel.lane.paused_s(now) >= _TOLD_WAIT_S:
            left_s = max(channel.faults_since + channel.lane.patience_s - now, 0.0)
            self._tell(
                f"{channel.lane.name} is busy, asked again in {channel.lane.paused_s(now):.0f} s "
                f"and waited for {left_s / 60:.0f} min more (--patience): {reply.error}"
            )

    def _count_unread(self, reply: Reply, read: ReadReply, n_samples: int) -> None:
        """Stop where no answer can be read at all: what is paid for then brings nothing."""
        if read.event.settled and read.received.step is not Step.GIVE_UP:
            self._has_read = True
        outcome = read.received.outcome
        cut = outcome is Outcome.TRUNCATED and n_samples == 1
        self._unread += outcome in (Outcome.EMPTY, Outcome.ANSWERED) or cut
        if self._has_read or self._unread < _UNREAD_TO_STOP:
            return
        if reply.reasoning and not (reply.text or "").strip():
            why = (
                "the answers are empty and all text is in the field for reasoning; give it more room with "
                "--max-tokens, or start the server without its parser of thoughts"
            )
        elif outcome is Outcome.EMPTY:
            why = "they are empty"
        else:
            why = "`emowb show` and `emowb open` show what came"
        self._stop(f"none of the first {self._unread} answers can be read: {why}")

    def _close(self, channel: Channel, reason: str) -> None:
        if channel.lane.closed is not None:
            return
        channel.lane.closed = reason
        if all(one.lane.closed is not None for one in self._channels):
            self._stop(reason)
        else:
            self._tell(f"{channel.lane.name} is left out from now on: {reason}")
