"""A run under way in a real workspace, and the queue of it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, at, broken, exchange, plan, ranked, received, sample, store
from workbench.application.context import Context
from workbench.application.run_actions import RunActions, SendPreview
from workbench.domain.batches import Step
from workbench.domain.messages import Outcome, Usage
from workbench.domain.run_status import GivenLimits, LaneMeter, RunMeter
from workbench.domain.runs import Run
from workbench.errors import UsageError
from workbench.pipeline.planning import utc_now
from workbench.settings import load_settings
from workbench.storage.runs.attempts import save_sent
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import Lease, claim_run, save_meter
from workbench.storage.workspace.database import open_workspace

N_BATCHES = 300
LANE = LaneMeter(
    name="openai",
    in_flight=1,
    most_in_flight=20,
    last_minute=57,
    rpm=60.0,
    tokens_last_minute=12_000,
    tpm=100_000,
    today=None,
    rpd=None,
    waits_until=None,
    limited=0,
    closed=None,
)


@dataclass
class QueueRun:
    """The workspace, what the screen gets of it, and what it was asked to do."""

    path: Path
    db: Database
    run: Run
    parts: RunActions
    lease: Lease | None = None
    asked: list[str] = field(default_factory=list)
    limits: list[GivenLimits] = field(default_factory=list)
    limit_error: UsageError | None = None
    """What is wrong with the limits that are given next."""

    def sends(self, **meter: Any) -> Lease:
        """From now on this process sends the run, as far as anybody can tell."""
        self.lease = self.lease or claim_run(self.db, self.run, utc_now())
        save_meter(self.db, self.lease, RunMeter(**({"lanes": (LANE,)} | meter)), utc_now())
        return self.lease

    def answers(self, names: str = "", **more: Any) -> int:
        """The next open batch is answered; returns its number."""
        lease = self.sends()
        batch = next(one for one in open_batches(self.db, self.run.id) if not one.attempts)
        predictions = dict.fromkeys(batch.sample_ids, ranked("happy"))
        exchange(self.db, lease, batch, received(predictions, text="they are happy", usage=Usage(900, 50), **more))
        self.sends()
        return batch.id

    def refuses(self) -> int:
        """The next open batch is refused and split, and its first half is given up."""
        lease = self.sends()
        batch = next(one for one in open_batches(self.db, self.run.id) if not one.attempts)
        first, second = batch.sample_ids
        no: dict[str, Any] = {"cost_usd": 0.0, "outcome": Outcome.REFUSED, "text": "I can't help with that."}
        added = exchange(self.db, lease, batch, received(step=Step.SPLIT, follow=[[first], [second]], **no))
        exchange(self.db, lease, added[0], received({first: REFUSED}, step=Step.GIVE_UP, **no))
        self.sends()
        return batch.id

    def faults(self, error: str) -> int:
        """The next open batch meets a fault."""
        lease = self.sends()
        batch = next(one for one in open_batches(self.db, self.run.id) if not one.attempts)
        exchange(self.db, lease, batch, broken(error=error))
        self.sends()
        return batch.id

    def is_asked(self) -> int:
        """The next open batch is in flight."""
        lease = self.sends()
        batch = next(one for one in open_batches(self.db, self.run.id) if not one.attempts)
        save_sent(self.db, lease, batch, asked=batch.sample_ids, prompt="What do they feel?", at=at())
        self.sends()
        return batch.id


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[QueueRun]:
    """A run of 300 batches of two samples, of which nothing was sent."""
    path = tmp_path / "emowb.db"
    with closing(open_workspace(path, create=True)) as db:
        names = [f"face_{number:04}" for number in range(2 * N_BATCHES)]
        store(db, [sample(name) for name in names])
        run = plan(db, *(names[place : place + 2] for place in range(0, len(names), 2)))
        made = QueueRun(path, db, run, None)  # type: ignore[arg-type]  # in a moment
        made.parts = RecordedActions(_context(path), run, "RAF-DB [basic]", made)
        yield made


@dataclass(frozen=True)
class RecordedActions(RunActions):
    """Remembers what it was asked to do, and does nothing."""

    queue: QueueRun

    def pause(self) -> str | None:
        self.queue.asked.append("pause")
        return "process 1 on here" if self.queue.lease else None

    def cancel(self) -> str | None:
        self.queue.asked.append("cancel")
        return "process 1 on here"

    def limit(self, limits: GivenLimits) -> str | None:
        if self.queue.limit_error is not None:
            raise self.queue.limit_error
        self.queue.limits.append(limits)
        return "process 1 on here" if self.queue.lease else None

    def preview_open(self) -> SendPreview:
        return SendPreview(samples=600, requests=300, cost_usd=0.0)

    def preview_refused(self) -> SendPreview:
        return SendPreview(samples=1, requests=1, cost_usd=0.02, hosts=("api.example.com",), licence="ask [first]")

    def resume(self, agreed: SendPreview) -> Any:
        self.queue.asked.append(f"resume {agreed.samples}")

    def retry_refused(self, agreed: SendPreview) -> None:
        self.queue.asked.append(f"retry {agreed.samples}")


def _context(path: Path) -> Context:
    settings = load_settings({}, path.parent, path.parent / "nowhere")
    return Context(settings=replace(settings, db=path), environment={})
