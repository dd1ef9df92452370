"""Finds the errors that follow certain samples, so that one bad picture never blocks a set.

An error that a batch meets again in the same way, while other batches are answered, is about the batch: it is halved
down to the samples that cause it, as if the endpoint had rejected them.
"""

from dataclasses import replace
from typing import Final

from workbench.domain.messages import Fault, Outcome, Reply
from workbench.pipeline.sending.prepared_batch import FailedBefore, PreparedBatch

_TIMES: Final = 2
_BUSY_TIMES: Final = 3
"""A busy server answers so by chance, too."""
_PATIENT_TIMES: Final = 9
"""A single sample is not given up sooner than after other faults; nor is a busy server that answers nobody."""
_BATCHES_TO_STOP: Final = 4
"""So many batches that are turned away without an answer between them: it is not about the samples."""
_PERHAPS_OF_SAMPLES: Final = (400, 403, 404, 422)


class SampleTrouble:
    """Judges failed replies by what happened to their batch before. One for a session."""

    def __init__(self, *, has_answer: bool) -> None:
        self._has_answer = has_answer
        self._n_answers = 0
        self._failing: set[int] = set()
        """Ids of batches that failed since the last answer."""

    def judged(self, prepared: PreparedBatch, reply: Reply, n_in_flight: int) -> Reply:
        """The reply; with the fault `bad request` where the error follows the batch, which notes how it failed."""
        if reply.outcome is not Outcome.FAILED:
            self._n_answers += 1
            self._has_answer = True
            self._failing.clear()
            prepared.failed = None
            return reply
        before = prepared.failed
        is_same = before is not None and before.status_code == reply.status_code
        is_part = before is not None and before.is_part
        has_passed = before is not None and self._n_answers > before.n_answers
        is_turned_away = reply.fault is Fault.STOP and reply.status_code in _PERHAPS_OF_SAMPLES and not reply.option
        if not (is_turned_away and self._has_answer) and not (reply.fault is Fault.TRANSIENT and reply.status_code):
            return reply
        if not is_part:  # parts are under suspicion already, and say nothing about the server
            self._failing.add(prepared.batch.id)
        others_pass = is_part or has_passed or (self._has_answer and len(self._failing) < _BATCHES_TO_STOP)
        times = before.times + others_pass if before is not None and is_same else 1
        prepared.failed = FailedBefore(reply.status_code, self._n_answers, times, is_part)
        if is_turned_away:
            if times >= _TIMES:
                return replace(reply, fault=Fault.BAD_REQUEST)
            many = len(self._failing) > max(_BATCHES_TO_STOP, n_in_flight)
            return reply if many or (is_same and not others_pass) else replace(reply, fault=Fault.TRANSIENT)
        if len(prepared.shown) == 1 or (reply.is_busy and not has_passed):
            enough = _PATIENT_TIMES
        else:
            enough = _BUSY_TIMES if reply.is_busy else _TIMES
        return replace(reply, fault=Fault.BAD_REQUEST) if times >= enough else reply
