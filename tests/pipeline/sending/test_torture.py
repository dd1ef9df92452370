"""A run is killed with SIGKILL again and again, at every named point and at random moments, and started again until it
is done. What must hold after every kill is in `watching`. `make torture` kills two hundred times, the tests twenty.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest

from tests.pipeline.counting_endpoint import Asked, CountingEndpoint, Said, answer, completion, error
from tests.pipeline.faces_set import draw_set, plan, store_set
from tests.pipeline.torture import POINTS, Session
from tests.pipeline.watching import Waste, Watch, outcome
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run, RunState
from workbench.embedded.fault_injection import REFUSAL, chance
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_records import load_run
from workbench.storage.workspace.database import Database, open_workspace

KILLS: Final = int(os.environ.get("EMOWB_TORTURE_KILLS", "20"))
HOUSE: Final = Path(__file__).parents[3]
N_SAMPLES: Final = 80
IN_FLIGHT: Final = 5
LATENCY_S: Final = 0.006
REFUSED: Final = frozenset({"face_017", "face_052"})
"""The endpoint never answers about these."""

pytestmark = pytest.mark.slow


def troubled(asked: Asked) -> Said:
    """Trouble when it is first asked about these samples, and then no more."""
    if REFUSED & set(asked.names):
        return completion(REFUSAL) if asked.nth % 2 else completion(None, refusal=REFUSAL)
    luck = chance(0, asked.names) if asked.nth == 1 else 1.0
    if luck < 0.08:
        return replace(answer(asked), cut_after=40)
    if luck < 0.14:
        return error(502)
    if luck < 0.18:
        return error(429, code="rate_limit_exceeded", retry_after_ms="5")
    if luck < 0.28:
        return answer(asked, leave_out=len(asked.names) // 2)
    return completion("They all look happy to me.") if luck < 0.32 else answer(asked)


@dataclass(frozen=True)
class Place:
    """A workspace with the set, an endpoint, and the process that starts runners."""

    path: Path
    root: Path
    db: Database
    endpoint: CountingEndpoint
    driver: "subprocess.Popen[str]"

    def plan(self, name: str) -> Run:
        return plan(self.db, batch_size=4, name=name)

    def send(self, run: Run, **how: Any) -> int:
        """Send a run in a process of its own; returns how that ended."""
        session = Session(
            db=str(self.path),
            root=str(self.root),
            run=run.name,
            base_url=self.endpoint.base_url,
            heard=str(self.heard(run)),
            concurrency=IN_FLIGHT,
            **how,
        )
        assert self.driver.stdin is not None
        assert self.driver.stdout is not None
        self.driver.stdin.write(json.dumps(asdict(session)) + "\n")
        self.driver.stdin.flush()
        return int(self.driver.stdout.readline())

    def heard(self, run: Run) -> Path:
        return self.path.with_name(f"{run.name}.jsonl")

    def events(self, run: Run) -> list[dict[str, Any]]:
        """All that was told of a run so far; the last line may have been cut off by a kill."""
        lines = self.heard(run).read_text().split("\n")[:-1] if self.heard(run).exists() else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    root, path = tmp_path / "set", tmp_path / "emowb.db"
    root.mkdir()
    samples = draw_set(root, N_SAMPLES)
    pictures = {(root / str(sample.path)).read_bytes(): sample.id for sample in samples}
    driver = subprocess.Popen(
        [sys.executable, "-m", "tests.pipeline.torture"],
        cwd=HOUSE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with (
        closing(open_workspace(path, create=True)) as db,
        CountingEndpoint(pictures, troubled, latency_s=LATENCY_S) as endpoint,
        driver,
    ):
        store_set(db, root, samples)
        yield Place(path, root, db, endpoint, driver)
        assert driver.stdin is not None
        driver.stdin.close()


def next_deaths(luck: random.Random) -> Iterator[dict[str, Any]]:
    """How the next process is to die: at every named point in turn, and in between at any moment."""
    for point in cycle(POINTS):
        yield {"point": point, "nth": luck.randint(1, 9)}
        yield {"after_s": luck.uniform(0.0, 0.3)}


def test_a_run_that_is_killed_again_and_again_loses_nothing_and_buys_little_twice(place: Place) -> None:
    calm = place.plan("calm")
    assert place.send(calm) == 0
    assert Watch(place.path, calm, place.endpoint, in_flight=0).look(place.events(calm)) == Waste(0, 0)
    expected = outcome(place.db, calm)
    deaths = next_deaths(random.Random(KILLS))
    waste: list[Waste] = []
    runs = 0
    while len(waste) < KILLS:
        runs += 1
        run = place.plan(f"killed {runs}")
        waste += killed_until_done(place, run, deaths, KILLS - len(waste))
        assert outcome(place.db, run) == expected
    tell(waste, runs)


def killed_until_done(place: Place, run: Run, deaths: Iterator[dict[str, Any]], most: int) -> list[Waste]:
    """Kill a run up to so many times, until it is done; returns what each kill has cost."""
    place.endpoint.begin(troubled)
    watch = Watch(place.path, run, place.endpoint, in_flight=IN_FLIGHT)
    waste: list[Waste] = []
    while load_run(place.db, run.dataset, run.name).state is not RunState.DONE:
        how = next(deaths) if len(waste) < most else {}
        code = place.send(run, **how)
        assert code in (0, -signal.SIGKILL)
        found = watch.look(place.events(run))
        if code == 0:
            assert found == Waste(0, 0)
        else:
            waste.append(found)
    statuses = {one.sample.id: one.prediction and one.prediction.status for one in read_results(place.db, run.id)}
    assert {name for name, status in statuses.items() if status is not PredictionStatus.RANKED} == REFUSED
    assert {statuses[name] for name in REFUSED} == {PredictionStatus.REFUSED}
    return waste


def tell(waste: list[Waste], runs: int) -> None:
    """For whoever watches: pytest shows it with `-s`."""
    sys.stdout.write(
        f"\n{len(waste)} kills of {runs} runs, up to {IN_FLIGHT} requests in flight: at the kills "
        f"{sum(one.in_flight for one in waste)} were on their way or about to be, and "
        f"{sum(one.bought for one in waste)} of their answers were bought twice, "
        f"at most {max(one.bought for one in waste)} at one kill\n"
    )
