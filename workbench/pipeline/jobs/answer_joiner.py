"""Joins the lines of files of answers with their requests, by id, in any order, each only once.

Every line that answers a request of the run is read and stored as any reply is (`reply_reader`), some of them in one
transaction. Other lines are counted and left alone.
"""

from collections.abc import AsyncGenerator, Collection, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from workbench.domain.datasets.samples import Frame, Sample
from workbench.domain.events import AttemptSaved
from workbench.domain.jobs import Job, read_line_id
from workbench.domain.messages import Fault, Outcome, Reply, SampleMedia
from workbench.errors import DataError
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.prepared_batch import PreparedSample
from workbench.pipeline.sending.reply_reader import ReadReply, read_reply
from workbench.pipeline.sending.run_session import RunSession
from workbench.provider.api_keys import ApiKey
from workbench.provider.jobs.job_files import JobAnswer, read_answers
from workbench.storage.runs.attempts import save_received
from workbench.storage.runs.jobs import JobAttempt, find_unanswered, load_job_attempts
from workbench.storage.samples import load_samples_by_id
from workbench.storage.workspace.database import Database

_TOGETHER: Final = 50
"""Answers in one transaction: while they are stored, no other process can write."""
_REJECTED_TO_STOP: Final = 8
"""So many requests rejected and none answered mean that every request would be rejected."""


@dataclass(slots=True)
class AnswerLines:
    """What a file of answers held."""

    joined: int = 0
    answered: int = 0
    """Of those joined, the ones with a reply of any kind."""
    repeated: int = 0
    """Lines for requests that have their answer already."""
    unknown: int = 0
    """Lines that answer no request of this run."""
    broken: int = 0
    """Lines that could not be read."""
    error: str | None = None
    """Why the last request without a reply failed."""
    stopped: str | None = None
    """Why no request can be answered, where a line says so."""

    @property
    def total(self) -> int:
        """All lines."""
        return self.joined + self.repeated + self.unknown + self.broken


class AnswerJoiner:
    """Joins answers with the requests of some jobs of a run."""

    def __init__(self, session: RunSession, target: JobTarget, jobs: Collection[Job]) -> None:
        self._session = session
        self._key = target.key
        self._jobs = [job.id for job in jobs]
        self.lines = AnswerLines()

    async def join(self, paths: Sequence[Path]) -> AsyncGenerator[AttemptSaved]:
        """Store every answer in these files to a request without one. Raises DataError where a file cannot be read."""
        session = self._session
        waiting = await self._waiting()
        is_hopeless = self._is_hopeless(paths, waiting)
        with closing(_answers(paths, self._key)) as answers:
            while some := list(islice(answers, _TOGETHER)):
                replies: dict[int, Reply] = {}
                for answer in some:
                    named = None if answer is None else read_line_id(session.parts.run, answer.custom_id)
                    attempt_id = None if named is None else waiting.pop(named, None)
                    self._count(answer, named, attempt_id)
                    if answer is not None and attempt_id is not None:
                        fault = Fault.STOP if is_hopeless else answer.reply.fault
                        replies[attempt_id] = replace(answer.reply, fault=fault)
                async for event in self._save(replies):
                    yield event
                session.parts.reached("joining")

    async def give_back(self, reply: Reply) -> AsyncGenerator[AttemptSaved]:
        """Store this fault for all requests that still have no answer, so that they are sent again later."""
        left = iter((await self._waiting()).values())
        while some := list(islice(left, _TOGETHER)):
            async for event in self._save(dict.fromkeys(some, reply)):
                yield event

    async def _waiting(self) -> dict[tuple[int, int], int]:
        return await self._session.store(lambda db: find_unanswered(db, self._session.parts.run.id, self._jobs))

    def _is_hopeless(self, paths: Sequence[Path], waiting: Collection[tuple[int, int]]) -> bool:
        """Whether every answer says that the request is wrong, so that splitting batches would not help.

        Found out before anything is stored, so that no batch is split in vain.
        """
        rejected = 0
        with closing(_answers(paths, self._key)) as answers:
            for answer in answers:
                if answer is not None and read_line_id(self._session.parts.run, answer.custom_id) in waiting:
                    if answer.reply.fault is not Fault.BAD_REQUEST:
                        return False
                    rejected += 1
        return rejected >= _REJECTED_TO_STOP

    def _count(self, answer: JobAnswer | None, named: tuple[int, int] | None, attempt_id: int | None) -> None:
        lines = self.lines
        if answer is None:
            lines.broken += 1
        elif named is None:
            lines.unknown += 1
        elif attempt_id is None:
            lines.repeated += 1
        else:
            lines.joined += 1
            lines.answered += answer.reply.outcome is not Outcome.FAILED

    async def _save(self, replies: dict[int, Reply]) -> AsyncGenerator[AttemptSaved]:
        if not replies:
            return
        session, parts = self._session, self._session.parts

        def work(db: Database) -> list[ReadReply]:
            waiting = load_job_attempts(db, parts.run.id, replies)
            asked = {sample_id for one in waiting.values() for sample_id in one.asked}
            samples = {sample.id: sample for sample in load_samples_by_id(db, parts.card.key, list(asked))}
            reads = []
            for attempt_id, reply in replies.items():
                one = waiting[attempt_id]
                shown = [_shown(one, samples[sample_id]) for sample_id in one.asked]
                read = read_reply(session.rules, one.batch, shown, reply)
                save_received(db, session.lease, one.batch, attempt_id, read.received, parts.now())
                reads.append(read)
            return reads

        for read in await session.store(work):
            self._watch(read.received.reply)
            yield read.event

    def _watch(self, reply: Reply) -> None:
        if reply.outcome is Outcome.FAILED:
            self.lines.error = reply.error
        if reply.fault is Fault.STOP:
            self.lines.stopped = reply.error


def _answers(paths: Sequence[Path], key: ApiKey) -> Generator[JobAnswer | None]:
    for path in paths:
        try:
            file = path.open("rb")
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        with file:
            yield from read_answers(file, key)


def _shown(waiting: JobAttempt, sample: Sample) -> PreparedSample:
    """A sample as it was shown. Reading its answer needs no pictures, only the note on them."""
    note = waiting.notes.get(sample.id)
    return PreparedSample(sample, SampleMedia(() if note is None else (Frame(b"", "", 0, 0, 0, note),)))
