"""A batch on its way to a model: its samples with their media, read once however often they are sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workbench.domain.batches import Batch
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import Sample
from workbench.domain.messages import Request, SampleMedia
from workbench.domain.prompts import build_request
from workbench.domain.runs import RunSpec
from workbench.media.media_files import BadMedia
from workbench.media.sample_media import MediaSource


@dataclass(frozen=True, slots=True)
class PreparedSample:
    """A sample as it is shown to a model."""

    sample: Sample
    media: SampleMedia


@dataclass(frozen=True, slots=True)
class ExpectedCost:
    """The expected cost of a request."""

    tokens: int
    cost_usd: float | None
    """None: the price is not known."""


@dataclass(frozen=True, slots=True)
class FailedBefore:
    """How a batch failed, as often as it failed in the same way while other batches were answered."""

    status_code: int | None
    n_answers: int
    """Answers of the session by then."""
    times: int
    is_part: bool
    """Whether it is a part of a batch that was split for it."""


@dataclass(slots=True)
class PreparedBatch:
    """A batch that can be sent: nothing more has to be read from disk for it or for parts of it."""

    batch: Batch
    shown: tuple[PreparedSample, ...]
    bad: dict[str, str] = field(default_factory=dict)
    """Ids of samples that cannot be shown, and why. They are reported once, before the batch is sent first."""
    expected: ExpectedCost | None = None
    failed: FailedBefore | None = None
    """How its last sending failed; None: it did not."""
    built: Request | None = None
    """The request, kept from when it is first built until it is sent."""

    @property
    def sample_ids(self) -> tuple[str, ...]:
        """Ids of the samples that are shown, by place in the request."""
        return tuple(one.sample.id for one in self.shown)

    @property
    def n_images(self) -> int:
        """Pictures in the request."""
        return sum(one.media.n_images for one in self.shown)

    @property
    def n_bytes(self) -> int:
        """Size of its media."""
        return sum(one.media.n_bytes for one in self.shown)

    def n_parts(self, most_images: int | None) -> int:
        """The number of parts to split into, so that each holds at most so many pictures; 1: it can stay whole.

        A single sample is not split, whatever it holds.
        """
        n_samples = len(self.shown)
        if not most_images or self.n_images <= most_images or n_samples < 2:
            return 1
        each = max(most_images * n_samples // self.n_images, 1)
        return -(-n_samples // each)

    def part(self, batch: Batch) -> "PreparedBatch":
        """`batch`, which holds some of these samples, prepared."""
        sample_ids = set(batch.sample_ids)
        failed = None if self.failed is None else replace(self.failed, times=1, is_part=True)
        return PreparedBatch(batch, tuple(one for one in self.shown if one.sample.id in sample_ids), failed=failed)

    def request(self, card: DatasetCard, spec: RunSpec) -> Request:
        """The request about the samples that are shown. Built once."""
        if self.built is None:
            self.built = build_request(card, spec, [one.media for one in self.shown])
        return self.built


def prepare_batch(batch: Batch, samples: Sequence[Sample], media: MediaSource) -> PreparedBatch:
    """Read what a batch needs from disk; blocking. Raises what `media` raises, but for BadMedia."""
    shown: list[PreparedSample] = []
    bad: dict[str, str] = {}
    for sample in samples:
        try:
            shown.append(PreparedSample(sample, media(sample)))
        except BadMedia as error:
            bad[sample.id] = str(error)
    return PreparedBatch(batch, tuple(shown), bad)
