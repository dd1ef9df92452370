"""A workspace with a small set, a Batch API on loopback, and runs that are answered by its jobs."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from contextlib import aclosing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from tests.pipeline.faces_set import Passing, draw_set, plan, run_parts, store_set
from tests.provider.jobs.batch_server import Asked, BatchServer
from tests.waiting import PATIENCE_S
from workbench.domain.datasets.samples import Sample
from workbench.domain.events import RunEvent, RunNotice
from workbench.domain.jobs import JobState, run_mark
from workbench.domain.messages import Usage
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run
from workbench.pipeline.jobs.job_runner import run_jobs
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.prepared_batch import ExpectedCost
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.provider.api_keys import ApiKey
from workbench.provider.jobs.batch_api import BatchApi
from workbench.storage.runs.jobs import load_jobs
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_records import load_run
from workbench.storage.workspace.database import open_workspace

KEY = ApiKey("sk-nothing-to-hide-12345", "BATCHES_KEY")


class Killed(BaseException):
    """As if the process had ended here."""


@dataclass(frozen=True)
class JobPlace:
    """Everything that a run by jobs needs."""

    path: Path
    root: Path
    db: Database
    server: BatchServer
    samples: list[Sample]
    run: Run

    @property
    def folder(self) -> Path:
        """Where files are kept while they are needed."""
        return self.path.parent / "cache" / run_mark(self.run)

    def parts(self, **changes: Any) -> RunParts:
        """What the run is sent with, in a time that passes at once."""
        values: dict[str, Any] = {
            "price": _price,
            "expect": lambda _request, _samples: ExpectedCost(1_000, 0.01),
            "sleep": Passing().sleep,
        }
        return run_parts(self.path, self.root, self.run, **(values | changes))

    def target(self, **changes: Any) -> JobTarget:
        """The Batch API on loopback."""
        values: dict[str, Any] = {
            "endpoint": self.server.endpoint,
            "answered_by": "batches",
            "key_name": KEY.name,
            "key": KEY,
            "folder": self.folder,
        }
        return JobTarget(**(values | changes))

    def parts_and_target(self, **changes: Any) -> tuple[RunParts, JobTarget]:
        """Both; each change goes to the one that has a field of that name."""
        of_target = {field.name for field in fields(JobTarget)}
        parts = {name: value for name, value in changes.items() if name not in of_target}
        return self.parts(**parts), self.target(**{name: changes[name] for name in changes.keys() - parts.keys()})

    def send(
        self, stop: Stop | None = None, *, waits: bool = True, cancels: bool = False, **changes: Any
    ) -> list[RunEvent]:
        """One command: have what is open answered."""

        async def collected() -> list[RunEvent]:
            parts, target = self.parts_and_target(**changes)
            async with BatchApi(target.endpoint, KEY, timeout_s=PATIENCE_S, sleep=Passing().sleep) as api:
                events = run_jobs(parts, target, api, stop or Stop(), waits=waits, cancels=cancels)
                async with aclosing(events):
                    return [event async for event in events]

        return asyncio.run(collected())

    def named(self, asked: Asked) -> list[str]:
        """The samples whose pictures stand in a request."""
        by_bytes = {(self.root / str(sample.path)).read_bytes(): sample.id for sample in self.samples}
        return [by_bytes[data] for data in asked.pictures]

    def statuses(self) -> dict[str, PredictionStatus | None]:
        """What has become of every sample."""
        results = list(read_results(self.db, self.run.id))
        return {one.sample.id: one.prediction.status if one.prediction else None for one in results}

    def job_states(self) -> list[JobState]:
        """Of the run's jobs, in the order of making."""
        return [job.state for job in load_jobs(self.db, self.run.id)]

    def now(self) -> Run:
        """The run as it stands in the workspace."""
        return load_run(self.db, self.run.dataset, self.run.name)

    def count(self, sql: str) -> int:
        """One number."""
        return int(self.db.conn.execute(sql).fetchone()[0])

    def assert_each_sample_has_one_answer(self) -> None:
        """Each sample is ranked, and each answer that was bought is in one attempt."""
        assert set(self.statuses().values()) == {PredictionStatus.RANKED}
        assert len(self.statuses()) == len(self.samples)
        assert max(self.server.bought.values()) == 1
        answered = self.count("SELECT COUNT(*) FROM attempt WHERE outcome = 'answered'")
        assert answered == sum(self.server.bought.values())
        assert self.count("SELECT COUNT(*) FROM attempt WHERE received_at IS NULL") == 0
        assert set(self.job_states()) == {JobState.DONE}


def place_for(path: Path, server: BatchServer, *, count: int = 12, batch_size: int = 3, **planned: str) -> JobPlace:
    """A place with a set of so many pictures, and a run of it."""
    root = path.parent / "set"
    root.mkdir()
    db = open_workspace(path, create=True)
    samples = draw_set(root, count)
    store_set(db, root, samples)
    return JobPlace(path, root, db, server, samples, plan(db, batch_size=batch_size, **planned))


def killing(at: str, *, nth: int = 1) -> Callable[[str], None]:
    """Ends the process, as it were, when a named point is reached for the n-th time."""
    reached = 0

    def reach(point: str) -> None:
        nonlocal reached
        reached += point == at
        if point == at and reached == nth:
            raise Killed(point)

    return reach


def held(events: Iterable[RunEvent]) -> list[str]:
    """What a person was told."""
    return [event.reason for event in events if isinstance(event, RunNotice)]


def told(events: Iterable[RunEvent], *words: str) -> Collection[str]:
    """The lines that hold all of these words."""
    return [line for line in held(events) if all(word in line for word in words)]


def _price(_model: str | None, usage: Usage | None) -> float | None:
    return None if usage is None else 0.005
