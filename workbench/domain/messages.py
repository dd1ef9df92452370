"""What is sent to a model and what comes back: one request, one reply.

Nothing that a model or a network can do raises an exception; a reply says it in `outcome`. The text of a reply is kept
as it came; `replies.parsing` reads what it says about each sample.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Protocol

from workbench.domain.datasets.samples import Frame
from workbench.domain.dialects import LearnedDialect


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words in a message."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture in a message."""

    frame: Frame


Part = TextPart | ImagePart
"""What a message is made of, in order."""


@dataclass(frozen=True, slots=True)
class SampleMedia:
    """What a request shows of one sample: its frames, in order, and the speaker's words.

    A new kind of input (sound, a whole clip) is one more field here and a part beside `ImagePart`; `Modality` says who
    sends it, `media.sample_media` fills the field, `prompts` tells the model of it, `provider.request_body` writes the
    part, and `provider.costs.request_estimates` counts its tokens. mypy finds the last two where the part is missing.
    """

    frames: tuple[Frame, ...] = ()
    text: str | None = None
    """None: words are not sent. Empty: the sample has none."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of a message that show everything but the words, whose form the prompt decides."""
        return tuple(ImagePart(frame) for frame in self.frames)

    @property
    def n_images(self) -> int:
        """Pictures, as an endpoint's limit counts them."""
        return len(self.frames)

    @property
    def n_bytes(self) -> int:
        """Size of the pictures as encoded files."""
        return sum(len(frame.data) for frame in self.frames)

    @property
    def note(self) -> str | None:
        """How the first frame that has a note differs from what the policy says, for people."""
        return next((frame.note for frame in self.frames if frame.note), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One message to a model, with everything that decides its answer."""

    model: str
    parts: tuple[Part, ...]
    answer_schema: Mapping[str, Any] | None
    """JSON schema that the endpoint is to enforce; None: the model is free."""
    detail: str
    temperature: float
    max_tokens: int
    seed: int

    @property
    def words(self) -> str:
        """All text of the message, as it is recorded; pictures are recorded by the ids of their samples."""
        return "\n".join(part.text for part in self.parts if isinstance(part, TextPart))


class Outcome(StrEnum):
    """What the provider did with one request."""

    ANSWERED = "answered"
    REFUSED = "refused"
    """The model declined: by a refusal field, or (found when parsing) by a phrase where no answer can be read."""
    FILTERED = "filtered"
    """A content filter or policy check stopped the request or its answer."""
    EMPTY = "empty"
    TRUNCATED = "truncated"
    """The answer reached the token limit; a part of it may still be read."""
    FAILED = "failed"
    """Something broke in software or network; no answer."""


class Fault(StrEnum):
    """Why an outcome is `failed`, which decides what comes next."""

    RATE_LIMITED = "rate limited"
    TRANSIENT = "transient"
    """Server errors, timeouts, dropped connections, unreadable bodies: sending again may help."""
    TOO_LARGE = "too large"
    """The request exceeds a size or context limit: smaller batches may pass."""
    BAD_REQUEST = "bad request"
    """The endpoint rejects this very request; one sample may be the cause."""
    DIALECT = "dialect"
    """The endpoint rejects a word that requests can do without: they are sent again in the form that was learned."""
    STOP = "stop"
    """Key, quota, permission or model: no request can pass, the run pauses."""


BUSY_STATUSES: Final = (502, 503, 504, 529)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint reported them. Those below the first two are parts of the prompt's."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    """Read from the endpoint's cache, at a lower price where it has one."""
    image_tokens: int | None = None
    """Tokens of the pictures; None: not reported."""
    cache_write_tokens: int = 0
    """Written to the endpoint's cache, at a higher price where it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back for one request."""

    outcome: Outcome
    text: str | None = None
    """The answer as it came; None where there is none."""
    reasoning: str | None = None
    """The model's thoughts, where the endpoint keeps them apart from the answer."""
    refusal: str | None = None
    """The refusal field, where the endpoint has one."""
    finish_reason: str | None = None
    model: str | None = None
    """The model that answered, as the reply names it."""
    usage: Usage | None = None
    status_code: int | None = None
    fault: Fault | None = None
    error: str | None = None
    """What failed, in words of the endpoint or of this program, with keys masked."""
    option: str = ""
    """The word of the request that the endpoint rejects, of those in `dialects.OPTIONS`; empty: none."""
    learned: LearnedDialect | None = None
    """What this rejection has taught; None where nothing is new."""
    retry_after_s: float | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Those that matter: request id and rate limits."""
    latency_s: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether the server is loading its model, overloaded, or away behind its gateway: it is waited for."""
        return self.fault is Fault.TRANSIENT and self.status_code in BUSY_STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The n-th sending of a batch, as it was recorded. None: not told, or not there yet."""

    id: int
    batch_id: int
    parent_batch_id: int | None
    """The batch that its batch is a part of."""
    depth: int
    """How often its samples were split: 0 as planned."""
    number: int
    """From 1."""
    endpoint: str | None
    """The endpoint's name."""
    job_id: int | None
    """The upload that it was sent in."""
    asked: tuple[str, ...]
    """Sample ids by place in the request."""
    prompt: str
    """The words that were sent; pictures are named by their sample."""
    sent_at: str
    received_at: str | None
    """None: the reply was never seen, or is being waited for."""
    outcome: Outcome | None
    fault: Fault | None
    status_code: int | None
    finish_reason: str | None
    reply: str | None
    refusal: str | None
    reasoning: str | None
    """The model's thoughts, where the endpoint keeps them apart."""
    model: str | None
    """The model that answered, as the reply names it."""
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    image_tokens: int | None
    cost_usd: float | None
    estimated_usd: float | None
    """Reserved before it was sent."""
    latency_s: float | None
    error: str | None
    step: str | None
    """What followed."""


class ReplySource(Protocol):
    """Anything that answers requests: an endpoint, or a test's stand-in for one."""

    async def send(self, request: Request) -> Reply:
        """Send once, without retries of its own. Never raises for what an endpoint or network can do."""
        ...
