"""A workspace with a small set, and runs of it that are sent through the real client in a time that passes at once."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.pipeline.faces_set import Passing, draw_set, plan, run_parts, store_set
from tests.waiting import PATIENCE_S
from workbench.domain.endpoints import Endpoint
from workbench.domain.events import RunEvent, RunNotice
from workbench.domain.predictions import PredictionStatus
from workbench.domain.prompts import NAMED
from workbench.domain.runs import Run
from workbench.errors import WorkbenchError
from workbench.pipeline.sending.channels import Channel
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.pipeline.sending.sender import send_run
from workbench.provider.api_keys import NO_KEY, ApiKey
from workbench.provider.client import EndpointClient
from workbench.provider.limits.lane import Lane, Limits
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_records import load_run
from workbench.storage.workspace.database import Database, open_workspace


@dataclass(frozen=True)
class Way:
    """An endpoint and how it is asked."""

    endpoint: Endpoint
    key: ApiKey = NO_KEY
    limits: Limits = field(default_factory=lambda: Limits(concurrency=4))
    sent_last_day: tuple[tuple[float, int], ...] = ()
    timeout_s: float = PATIENCE_S


@dataclass(frozen=True)
class Sent:
    """What a session of a run told, and how it ended."""

    events: list[RunEvent]
    reason: str | None
    error: WorkbenchError | None

    @property
    def held(self) -> list[str]:
        """What it waited for."""
        return [event.reason for event in self.events if isinstance(event, RunNotice)]


@dataclass(frozen=True)
class Workplace:
    """A workspace and its set."""

    path: Path
    root: Path
    db: Database
    pictures: Mapping[bytes, str]

    def plan(self, *, batch_size: int = 4, name: str = "main", prompt: str = NAMED) -> Run:
        """A run of the whole set."""
        return plan(self.db, batch_size=batch_size, name=name, prompt=prompt)

    def parts(self, run: Run, *channels: Channel, time: Passing, **changes: object) -> RunParts:
        """Runner parts around channels."""
        values: dict[str, object] = {
            "open_db": lambda: open_workspace(self.path, lock_timeout_s=0.02, any_thread=True),
            "channels": channels,
            "clock": time.clock,
            "sleep": time.sleep,
        }
        return run_parts(self.path, self.root, self.now(run), cost_usd=0.01, **(values | changes))

    def send(
        self,
        run: Run,
        *ways: Way,
        stop: Stop | None = None,
        time: Passing | None = None,
        hears: Callable[[str], object] = len,
        **changes: object,
    ) -> Sent:
        """Send what is open of a run; `hears` hears what a person would be told meanwhile."""
        given = stop or Stop()
        return asyncio.run(self.sending(run, *ways, stop=given, time=time or Passing(), hears=hears, **changes))

    async def sending(
        self,
        run: Run,
        *ways: Way,
        stop: Stop,
        time: Passing,
        hears: Callable[[str], object] = len,
        **changes: object,
    ) -> Sent:
        """The same, in a loop that is there."""
        events: list[RunEvent] = []
        async with AsyncExitStack() as open_clients:
            channels = [
                Channel(
                    lane=Lane(way.endpoint.name, way.limits, time.clock(), sent_last_day=way.sent_last_day),
                    source=await open_clients.enter_async_context(
                        EndpointClient(way.endpoint, way.key, timeout_s=way.timeout_s)
                    ),
                    endpoint=way.endpoint.name,
                    key_name=way.key.name or None,
                    images_per_request=way.endpoint.images_per_request,
                )
                for way in ways
            ]
            try:
                async for event in send_run(self.parts(run, *channels, time=time, **changes), stop):
                    events.append(event)
                    if isinstance(event, RunNotice):
                        hears(event.reason)
            except WorkbenchError as error:
                return Sent(events, stop.reason, error)
        return Sent(events, stop.reason, None)

    def now(self, run: Run) -> Run:
        """A run as it stands in the workspace."""
        return load_run(self.db, run.dataset, run.name)

    def statuses(self, run: Run) -> dict[str, PredictionStatus | None]:
        """What has become of every sample."""
        return {
            one.sample.id: None if one.prediction is None else one.prediction.status
            for one in read_results(self.db, run.id)
        }


@contextmanager
def workplace(folder: Path, count: int) -> Iterator[Workplace]:
    """A workspace in a folder, with a set of so many pictures."""
    root, path = folder / "set", folder / "emowb.db"
    root.mkdir()
    samples = draw_set(root, count)
    pictures = {(root / str(sample.path)).read_bytes(): sample.id for sample in samples}
    with closing(open_workspace(path, create=True)) as db:
        store_set(db, root, samples)
        yield Workplace(path, root, db, pictures)


class Waiting(Passing):
    """A time that passes at once, remembers every sleep in it, and lets something happen after so many of them."""

    def __init__(self, after: int, then: Callable[[], object]) -> None:
        super().__init__()
        self.slept_s: list[float] = []
        self._after = after
        self._then = then

    async def sleep(self, wait_s: float) -> None:
        """It passes."""
        self.slept_s.append(wait_s)
        if len(self.slept_s) == self._after:
            self._then()
        await super().sleep(wait_s)


def in_five_minutes() -> str:
    """When the process that could not let go of its run is taken for dead."""
    return (datetime.now(UTC) + timedelta(minutes=5)).isoformat(timespec="milliseconds")


class OtherProgram:
    """Holds the workspace for as long as it likes."""

    def __init__(self, path: Path) -> None:
        self._conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def lock(self) -> None:
        """From now on nobody else can read or write."""
        self._conn.execute("BEGIN EXCLUSIVE")

    def finds_nothing_open(self) -> bool:
        """Whether every batch has come to its end."""
        return self._conn.execute("SELECT 1 FROM batch WHERE step IS NULL").fetchone() is None

    def take_over(self) -> None:
        """Hold every run as if it were sent from another machine."""
        self._conn.execute("UPDATE run SET holder = 'elsewhere:1:aa'")

    def unlock(self) -> None:
        """Let others in again."""
        self._conn.execute("ROLLBACK")

    def close(self) -> None:
        """Close its connection."""
        self._conn.close()
