"""A batch on its way to a model: its samples with their frames, read once however often they are asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench.domain.batches import Batch
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import Frame, Sample
from workbench.domain.datasets.tasks import Modality
from workbench.domain.messages import Request
from workbench.domain.prompts import AskedSample, build_request, refs
from workbench.domain.runs import RunSpec
from workbench.media.frames import BadMedia


@dataclass(frozen=True, slots=True)
class PreparedSample:
    """A sample as it is shown to a model."""

    sample: Sample
    frames: tuple[Frame, ...]

    @property
    def note(self) -> str | None:
        """What had to be done otherwise to show it."""
        return next((frame.note for frame in self.frames if frame.note), None)


@dataclass(frozen=True, slots=True)
class ExpectedCost:
    """What a request is expected to take."""

    tokens: int
    cost_usd: float | None
    """None: the price is not known."""


@dataclass(slots=True)
class PreparedBatch:
    """A batch that can be sent: nothing more has to be read from disk for it, or for its parts."""

    batch: Batch
    shown: tuple[PreparedSample, ...]
    bad: dict[str, str] = field(default_factory=dict)
    """Samples that cannot be shown, and why; told once, before the first sending."""
    expected: ExpectedCost | None = None
    built: Request | None = None
    """The message, from the first look at it until it leaves."""

    @property
    def sample_ids(self) -> tuple[str, ...]:
        """Those that are asked about, by place in the request."""
        return tuple(one.sample.id for one in self.shown)

    @property
    def n_images(self) -> int:
        """Pictures in the request."""
        return sum(len(one.frames) for one in self.shown)

    @property
    def n_bytes(self) -> int:
        """Of its pictures."""
        return sum(len(frame.data) for one in self.shown for frame in one.frames)

    def part(self, batch: Batch) -> "PreparedBatch":
        """A batch of some of these samples."""
        names = set(batch.sample_ids)
        return PreparedBatch(batch, tuple(one for one in self.shown if one.sample.id in names))

    def request(self, card: DatasetCard, spec: RunSpec) -> Request:
        """The message that asks about them, built once."""
        if self.built is None:
            self.built = self._build(card, spec)
        return self.built

    def _build(self, card: DatasetCard, spec: RunSpec) -> Request:
        has_text = Modality(spec.modality).has_text
        asked = [
            AskedSample(ref, one.frames, (one.sample.text or "") if has_text else None)
            for ref, one in zip(refs(len(self.shown)), self.shown, strict=True)
        ]
        return build_request(card, spec, asked)


def prepare_batch(
    batch: Batch, samples: Sequence[Sample], frames: Callable[[Sample], tuple[Frame, ...]] | None
) -> PreparedBatch:
    """Read what a batch needs from disk; blocking. `frames` is None where no pictures are sent."""
    shown: list[PreparedSample] = []
    bad: dict[str, str] = {}
    for sample in samples:
        try:
            shown.append(PreparedSample(sample, frames(sample) if frames is not None else ()))
        except BadMedia as error:
            bad[sample.id] = str(error)
    return PreparedBatch(batch, tuple(shown), bad)
