"""From lines of answers to predictions: joined by their ids, in any order, and only once however often they come.

Every line that answers an attempt that travels goes the way of all replies (`reading`), some of them in one
transaction. What answers nothing of ours is counted and left alone.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Generator, Sequence
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
from workbench.provider.jobs.job_files import JobAnswer, read_answers
from workbench.storage.runs.attempts import save_received
from workbench.storage.runs.jobs import JobAttempt, find_unanswered, load_job_attempts
from workbench.storage.samples import load_samples_by_id
from workbench.storage.workspace.database import Database

_TOGETHER: Final = 50
"""Answers in one transaction: for longer than they take, nobody else can write, and no key is answered."""
_REJECTED_TO_STOP: Final = 8
"""So many requests rejected and none answered mean that every request would be, whatever is in it."""


@dataclass(slots=True)
class AnswerLines:
    """What a file of answers held."""

    joined: int = 0
    answered: int = 0
    """Of those joined, with a reply of whatever kind."""
    repeated: int = 0
    """AnswerLines for attempts that have their answer."""
    unknown: int = 0
    """AnswerLines of other runs, or of nobody."""
    broken: int = 0
    """AnswerLines that could not be read."""
    error: str | None = None
    """What the last request without a reply failed of."""
    stopped: str | None = None
    """Why no request can pass, where one said so."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.joined + self.repeated + self.unknown + self.broken


class AnswerJoiner:
    """Joins answers with the attempts that travel in some jobs of a run."""

    def __init__(self, session: RunSession, target: JobTarget, jobs: Collection[Job]) -> None:
        self._session = session
        self._masked = target.masked
        self._jobs = [job.id for job in jobs]
        self.lines = AnswerLines()

    async def join(self, paths: Sequence[Path]) -> AsyncGenerator[AttemptSaved]:
        """Store every answer of these files to a request that travels. Raises DataError for one that cannot be read."""
        session = self._session
        away = await self._away()
        is_hopeless = self._is_hopeless(paths, away)
        with closing(_answers(paths, self._masked)) as answers:
            while some := list(islice(answers, _TOGETHER)):
                replies: dict[int, Reply] = {}
                for answer in some:
                    named = None if answer is None else read_line_id(session.parts.run, answer.custom_id)
                    attempt_id = None if named is None else away.pop(named, None)
                    self._count(answer, named, attempt_id)
                    if answer is not None and attempt_id is not None:
                        fault = Fault.STOP if is_hopeless else answer.reply.fault
                        replies[attempt_id] = replace(answer.reply, fault=fault)
                async for event in self._save(replies):
                    yield event
                session.parts.reached("joining")

    async def give_back(self, reply: Reply) -> AsyncGenerator[AttemptSaved]:
        """Store the same reply, which is a fault, for everything that still travels: it is asked again later."""
        left = iter((await self._away()).values())
        while some := list(islice(left, _TOGETHER)):
            async for event in self._save(dict.fromkeys(some, reply)):
                yield event

    async def _away(self) -> dict[tuple[int, int], int]:
        return await self._session.store(lambda db: find_unanswered(db, self._session.parts.run.id, self._jobs))

    def _is_hopeless(self, paths: Sequence[Path], away: Collection[tuple[int, int]]) -> bool:
        """Whether every answer is that the request is wrong: then that is not the fault of what is in a batch.

        Seen before anything is stored, so that no batch is split for what splitting cannot mend.
        """
        rejected = 0
        with closing(_answers(paths, self._masked)) as answers:
            for answer in answers:
                if answer is not None and read_line_id(self._session.parts.run, answer.custom_id) in away:
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
            away = load_job_attempts(db, parts.run.id, replies)
            names = {name for one in away.values() for name in one.asked}
            samples = {sample.id: sample for sample in load_samples_by_id(db, parts.card.key, list(names))}
            reads = []
            for attempt_id, reply in replies.items():
                one = away[attempt_id]
                shown = [_shown(one, samples[name]) for name in one.asked]
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


def _answers(paths: Sequence[Path], masked: Callable[[str], str]) -> Generator[JobAnswer | None]:
    for path in paths:
        try:
            file = path.open("rb")
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        with file:
            yield from read_answers(file, masked)


def _shown(away: JobAttempt, sample: Sample) -> PreparedSample:
    """A sample as it was shown. Its pictures are not needed to read what was said of them, but for the note on them."""
    note = away.notes.get(sample.id)
    return PreparedSample(sample, SampleMedia(() if note is None else (Frame(b"", "", 0, 0, 0, note),)))
