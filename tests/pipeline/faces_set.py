"""A small data set of drawn pictures in a real workspace, and reply sources that stand where a model would."""

import asyncio
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PIL import Image
from sqlite_utils import Database

from tests.building import spec_of
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.messages import ImagePart, Outcome, Reply, Request
from workbench.domain.prompts import NAMED
from workbench.domain.runs import Run
from workbench.media.sample_media import media_source
from workbench.pipeline.planning import open_run, utc_now
from workbench.pipeline.sending.channels import Channel
from workbench.pipeline.sending.prepared_batch import ExpectedCost
from workbench.pipeline.sending.run_parts import RunParts
from workbench.provider.limits.lane import Lane, Limits
from workbench.storage.samples import ImportedDataset, save_dataset
from workbench.storage.workspace.database import open_workspace

CARD = CARDS["rafdb"]


def draw_set(root: Path, count: int) -> list[Sample]:
    """`count` pictures, each of a colour of its own, so that a source can tell them apart by their bytes."""
    labels = CARD.labels.names
    samples = []
    for number in range(count):
        name = f"face_{number:03d}"
        Image.new("RGB", (8, 8), (number, 255 - number, 40)).save(root / f"{name}.png")
        samples.append(
            Sample(
                id=name,
                gold=labels[number % len(labels)],
                raw_label="x",
                media=MediaKind.IMAGE,
                path=f"{name}.png",
            )
        )
    return samples


def store_set(db: Database, root: Path, samples: list[Sample]) -> None:
    """Import the set."""
    save_dataset(db, ImportedDataset(CARD, root, utc_now(), ()), samples)


def plan(db: Database, *, batch_size: int = 20, prompt: str = NAMED, name: str = "main") -> Run:
    """A run of the set."""
    spec = spec_of(CARD, model="scripted", prompt=prompt, frames="all", batch_size=batch_size)
    return open_run(db, name, spec)[0]


class Scripted:
    """A model that says what a function of (sample names, labels) tells it to; remembers what it was asked."""

    def __init__(self, samples: Iterable[Sample], root: Path, say: Callable[[list[str]], Reply]) -> None:
        self._by_bytes = {(root / str(sample.path)).read_bytes(): sample.id for sample in samples if sample.path}
        self._say = say
        self.asked: list[list[str]] = []

    async def send(self, request: Request) -> Reply:
        """Recognise the pictures and answer."""
        names = [self._by_bytes[part.frame.data] for part in request.parts if isinstance(part, ImagePart)]
        self.asked.append(names)
        return self._say(names)


def answered(places: Iterable[int], label: str = "happy") -> Reply:
    """A whole reply to prompt `named` about the samples at these places (from 0)."""
    rest = [name for name in CARD.labels.names if name != label]
    answers = [{"id": f"s{place + 1:02d}", "ranking": [label, *rest]} for place in places]
    return Reply(outcome=Outcome.ANSWERED, text=json.dumps({"answers": answers}), model="scripted", status_code=200)


def refused() -> Reply:
    """A refusal in words."""
    return Reply(outcome=Outcome.ANSWERED, text="I'm sorry, but I can't assist with that request.", status_code=200)


class Passing:
    """A time that passes only while somebody sleeps in it, and then at once."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def clock(self) -> float:
        """Seconds."""
        return self.now_s

    async def sleep(self, wait_s: float) -> None:
        """They pass at once."""
        self.now_s += wait_s
        await asyncio.sleep(0)


def channel_for(source: Scripted, *, concurrency: int = 4, name: str = "scripted", **more: Any) -> Channel:
    """A lane to a source, without limits but the number in flight."""
    lane = Lane(name, Limits(concurrency=concurrency), 0.0)
    return Channel(lane=lane, source=source, endpoint=name, **more)


def run_parts(path: Path, root: Path, run: Run, *, cost_usd: float = 0.0, **changes: Any) -> RunParts:
    """What a run of the set is sent with, at so much for each request; `changes` are fields of `RunParts`."""
    values: dict[str, Any] = {
        "open_db": lambda: open_workspace(path, any_thread=True),
        "card": CARD,
        "run": run,
        "media": media_source(root, run.spec, path.parent / "cache" / "frames"),
        "price": lambda _model, _usage: cost_usd,
        "expect": lambda _request, _samples: ExpectedCost(1_000, cost_usd),
        "now": utc_now,
    }
    return RunParts(**(values | changes))


def parts_for(
    db: Database, run: Run, root: Path, source: Scripted, *, concurrency: int = 4, **changes: Any
) -> RunParts:
    """The parts around a source, in a time that passes at once."""
    path = Path(db.conn.execute("PRAGMA database_list").fetchone()[2])
    time = Passing()
    values: dict[str, Any] = {
        "channels": [channel_for(source, concurrency=concurrency)],
        "clock": time.clock,
        "sleep": time.sleep,
    }
    return run_parts(path, root, run, **(values | changes))
