"""A real workspace with a run worth reviewing: thirty samples, right, wrong and without an answer in every way."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw
from sqlite_utils import Database

from tests.building import received, spec_of
from workbench.application.context import Context
from workbench.application.reviews import ClipFrames, ReviewSession, RunReview
from workbench.domain.batches import Batch, Step
from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.samples import ClipSpan, Frame, MediaKind, Sample
from workbench.domain.events import AttemptSaved, RunEvent
from workbench.domain.messages import Outcome
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.runs import Run
from workbench.errors import DataError
from workbench.settings import load_settings
from workbench.storage.runs.attempts import save_received, save_sent
from workbench.storage.runs.plans import add_batches, open_batches
from workbench.storage.runs.run_control import claim_run, release_run
from workbench.storage.runs.run_records import create_run, load_run
from workbench.storage.samples import ImportedDataset, save_dataset
from workbench.storage.workspace.database import open_workspace, transaction

MODEL: Final = "schematic-baseline"
CLIP_FRAMES: Final = 9
FIRST_NUMBER: Final = 60
"""The owner's number of a clip's first frame."""

_BACKGROUNDS: Final = {"happy": "#d8c39a", "sad": "#8fa3bf", "surprised": "#c9a7b8", "disgusted": "#9fb38a"}


@dataclass(frozen=True)
class Planned:
    """A sample and what becomes of it."""

    sample: Sample
    status: PredictionStatus | None
    ranking: tuple[str, ...] = ()
    reply: str | None = None
    note: str | None = None


def casme2_plan() -> list[Planned]:
    """Thirty clips of CASME II: 18 right, the others in every other way."""
    card = CARDS["casme2"]
    golds = card.gold_labels
    plan = []
    for number in range(30):
        gold = golds[number % len(golds)]
        name = f"sub{number // 3 + 1:02}/EP{number % 3 + 1:02}_{number:02}f"
        span = ClipSpan(FIRST_NUMBER, FIRST_NUMBER + 4, FIRST_NUMBER + 8)
        sample = Sample(name, gold, gold, MediaKind.FRAMES, path=name, span=span, cluster=name[:5])
        others = tuple(label for label in card.labels.names if label != gold)
        plan.append(_planned(number, sample, others))
    return plan


def _planned(number: int, sample: Sample, others: tuple[str, ...]) -> Planned:
    status = PredictionStatus
    match number:
        case 3 | 11 | 19:
            return Planned(sample, status.RANKED, (others[0], others[1], sample.gold, others[2]))
        case 5 | 6:
            return Planned(sample, status.REFUSED, reply="I'm sorry, but I can't help with identifying emotions.")
        case 8:
            return Planned(sample, status.UNPARSED, reply="Sure! Here is a poem about faces.")
        case 13:
            return Planned(sample, status.MISSING, reply='{"answers": []}')
        case 16:
            return Planned(sample, status.BAD_MEDIA, note="frame 62 cannot be decoded: truncated file")
        case 21:
            return Planned(sample, status.OUT_OF_VOCABULARY, ("bewildered", sample.gold))
        case 24:
            return Planned(sample, status.FAILED, note="the endpoint closed the connection")
        case 28 | 29:
            return Planned(sample, None)
        case _:
            return Planned(sample, status.RANKED, (sample.gold, *others[:3]), reply=f'{{"1": ["{sample.gold}"]}}')


class Clock:
    """A second later at every look."""

    def __init__(self, hour: int = 9) -> None:
        self._seconds = count(hour * 3600)

    def __call__(self) -> str:
        minutes, seconds = divmod(next(self._seconds), 60)
        return f"2026-10-05T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}+00:00"


@dataclass(frozen=True, slots=True)
class DrawnFrames(ClipFrames):
    """Faces that are drawn here instead of decoded."""

    length: int = 1
    draw: Callable[[Sample, int, int], Frame] = field(default_factory=lambda: drawn_frame)

    def numbers(self, sample: Sample) -> tuple[int, ...]:
        return tuple(range(FIRST_NUMBER, FIRST_NUMBER + self.length))

    def sent_indices(self, sample: Sample) -> tuple[int, ...] | None:
        return None if self.spec is None else (self.length // 2,)

    def rate(self, sample: Sample) -> float:
        return 25.0

    def frame(self, sample: Sample, index: int, longest_side_px: int) -> Frame:
        return self.draw(sample, index, longest_side_px)

    def frames(self, sample: Sample, indices: Sequence[int], longest_side_px: int) -> Iterator[Frame]:
        return (self.frame(sample, at, longest_side_px) for at in indices)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedReview(RunReview):
    """A review whose model answers as a test says."""

    frames: DrawnFrames
    answer: Callable[[Sequence[str]], Generator[RunEvent]]
    session: Callable[[RunReview], ReviewSession] = RunReview.open_session

    def ask_again(self, sample_ids: Sequence[str]) -> Generator[RunEvent]:
        return self.answer(sample_ids)

    def open_session(self) -> ReviewSession:
        return self.session(self)

    def drawn_by(self, draw: Callable[[Sample, int, int], Frame]) -> "StagedReview":
        """The same with other pictures."""
        return replace(self, frames=replace(self.frames, draw=draw))


@dataclass
class ReviewRun:
    """The workspace, and the parts that the workbench gets of it."""

    path: Path
    card: DatasetCard
    run: Run
    parts: StagedReview

    def session(self) -> ReviewSession:
        """Another look at the same workspace, for a test's own thread. Close its `db`."""
        return ReviewSession(open_workspace(self.path), self.run, self.card, self.parts.reviewer, Clock())


def review_run(
    folder: Path, card: DatasetCard, plan: Sequence[Planned], *, run_name: str = "main", model: str = MODEL
) -> ReviewRun:
    """Store a plan and its results the way a runner does, and open the review of it."""
    return opened_run(stored_run(folder, card, plan, run_name, model), card, run_name)


def stored_run(
    folder: Path, card: DatasetCard, plan: Sequence[Planned], run_name: str = "main", model: str = MODEL
) -> Path:
    """The workspace that holds the run."""
    path, now = folder / "emowb.db", Clock()
    with closing(open_workspace(path, create=True)) as db:
        save_dataset(db, ImportedDataset(card, folder, now(), ()), [one.sample for one in plan])
        spec = spec_of(card, endpoint="embedded", model=model, batch_size=1)
        run = create_run(db, run_name, spec, [[one.sample.id] for one in plan], now())
        lease = claim_run(db, run, now())
        for batch, one in zip(open_batches(db, run.id), plan, strict=True):
            if one.status is not None:
                answer(db, lease, card, batch, one, now)
        release_run(db, lease, reason="stopped", elapsed_s=60, at=now())
    return path


def opened_run(path: Path, card: DatasetCard, run_name: str = "main") -> ReviewRun:
    """What the workbench gets of a run that is stored."""
    with closing(open_workspace(path)) as db:
        run = load_run(db, card.key, run_name)
    return ReviewRun(path, card, run, _parts(path, card, run))


def answer(db: Database, lease: object, card: DatasetCard, batch: Batch, one: Planned, now: Callable[[], str]) -> None:
    """Store the one attempt of a batch of one sample."""
    assert one.status is not None
    attempt = save_sent(db, lease, batch, asked=batch.sample_ids, prompt="Which emotion?\n[picture 1]", at=now())  # type: ignore[arg-type]
    outcome = {PredictionStatus.REFUSED: Outcome.REFUSED, PredictionStatus.FAILED: Outcome.FAILED}.get(
        one.status, Outcome.ANSWERED
    )
    reply = received(
        {one.sample.id: RankedPrediction(one.status, one.ranking)},
        gold={one.sample.id: one.sample.gold},
        card=card,
        note=one.note,
        outcome=outcome,
        cost_usd=0.0031,
        text=one.reply,
        model=MODEL,
        latency_s=1.25,
        error=one.note if outcome is Outcome.FAILED else None,
    )
    save_received(db, lease, batch, attempt, reply, now())  # type: ignore[arg-type]


def _parts(path: Path, card: DatasetCard, run: Run) -> StagedReview:
    now = Clock(hour=12)

    def ask_again(sample_ids: Sequence[str]) -> Generator[RunEvent]:
        with closing(open_workspace(path)) as db:
            lease = claim_run(db, run, now())
            with transaction(db):
                add_batches(db, run.id, [[name] for name in sample_ids])
            session = ReviewSession(db, run, card, "", now)
            for batch in open_batches(db, run.id):
                if batch.sample_ids[0] in sample_ids:
                    sample = session.case(batch.sample_ids[0]).result.sample
                    told = Planned(sample, PredictionStatus.RANKED, (sample.gold,), reply=sample.gold)
                    answer(db, lease, card, batch, told, now)
                    yield _event(batch, PredictionStatus.RANKED)
            release_run(db, lease, reason=None, elapsed_s=1, at=now())

    length = CLIP_FRAMES if card.frames.rule == "apex" or card.modality == "video" else 1
    settings = replace(load_settings({}, path.parent), db=path, exports=path.parent / "exports", reviewer="ana")
    return StagedReview(
        context=Context(settings=settings, environment={}, now=now),
        card=card,
        run=run,
        reviewer="ana",
        frames=DrawnFrames(path.parent, run.spec, length),
        answer=ask_again,
    )


def _event(batch: Batch, status: PredictionStatus) -> AttemptSaved:
    return AttemptSaved(
        batch_id=batch.id,
        number=1,
        samples=1,
        outcome=Outcome.ANSWERED,
        step=Step.KEEP,
        settled=((batch.sample_ids[0], status),),
    )


def drawn_frame(sample: Sample, index: int, longest_px: int) -> Frame:
    """A small face whose mouth moves with the frames; the sample with bad media has none."""
    if sample.id == "sub06/EP02_16f":
        raise DataError("frame 62 cannot be decoded: truncated file")
    picture = Image.new("RGB", (96, 96), _BACKGROUNDS.get(sample.gold, "#b8b8b8"))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((16, 8, 80, 90), fill="#e3b690", outline="#7a5a44", width=2)
    for eye in (34, 62):
        draw.ellipse((eye - 6, 34, eye + 6, 44), fill="white", outline="#553a2c")
        draw.ellipse((eye - 2, 36, eye + 3, 42), fill="#30241c")
    opening = 2 + index
    draw.ellipse((36, 66 - opening // 2, 60, 68 + opening), fill="#8e3b3b")
    picture.thumbnail((longest_px, longest_px))
    data = BytesIO()
    picture.save(data, "PNG")
    return Frame(data.getvalue(), "image/png", picture.width, picture.height, index)
