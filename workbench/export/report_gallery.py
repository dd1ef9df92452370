"""The failures of a run as the report shows them: by kind, then by what was mistaken for what, with small pictures."""

import base64
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Final

from workbench.domain.datasets.samples import Frame, MediaKind, Sample
from workbench.domain.datasets.tasks import FramePolicy, Modality
from workbench.domain.predictions import FailureKind
from workbench.domain.reviews import Review
from workbench.domain.scoring.protocols import is_scored
from workbench.domain.visible import visible
from workbench.export.source import Source
from workbench.media.frames import FrameRequest, thumbnails
from workbench.media.media_files import BadMedia
from workbench.storage.cases.review_log import load_reviews
from workbench.storage.runs.attempts import load_sample_attempts
from workbench.storage.runs.results import count_failures, first_failures, load_result
from workbench.storage.samples import load_dataset

_SIDE_PX: Final = 160
_MOST_FRAMES: Final = 4

Pictures = Callable[[Sample], Sequence[Frame]]
"""Makes small frames of a sample. Raises BadMedia where that is not possible."""
_LONGEST_REPLY: Final = 160
_LONGEST_NOTE: Final = 400

Group = tuple[str, str, str | None]
"""Kind, gold label, top-1 (None: no answer)."""


@dataclass(frozen=True, slots=True)
class ReportPicture:
    """One frame as the page holds it."""

    uri: str
    width_px: int
    height_px: int


def pictures_of(source: Source) -> Pictures | None:
    """What makes small pictures of what the model was shown, at most four of a clip; None for a run on words."""
    spec = source.run.spec
    if not Modality(spec.modality).has_pictures:
        return None
    root = load_dataset(source.db, spec.dataset).root
    wanted = FrameRequest(policy=FramePolicy.parse(spec.frames), colour=spec.colour, longest_side_px=_SIDE_PX)
    return lambda sample: thumbnails(root, sample, wanted, most=_MOST_FRAMES)


def drawn(sample: Sample, pictures: Pictures) -> tuple[tuple[ReportPicture, ...], str | None]:
    """The pictures of a sample, or why there are none."""
    if sample.media is MediaKind.NONE:
        return (), None
    try:
        frames = pictures(sample)
    except BadMedia as bad:
        return (), visible(str(bad))
    return tuple(ReportPicture(_data_uri(frame), frame.width_px, frame.height_px) for frame in frames), None


def _data_uri(frame: Frame) -> str:
    return f"data:{frame.mime};base64,{base64.b64encode(frame.data).decode('ascii')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One failure. All texts have been made visible, and are not yet escaped."""

    sample: Sample
    name: str
    gold: str
    status: str
    ranking: tuple[tuple[str, bool], ...]
    """Labels, best first, and whether each counts as right."""
    reply: str
    """The first line of what came back last: answer, refusal or error."""
    opinions: tuple[str, ...]
    """One line for each reviewer."""
    pictures: tuple[ReportPicture, ...] = ()
    no_picture: str | None = None
    """Why there is none where there should be."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Samples of one gold label with the same answer, or with none."""

    gold: str
    answer: str | None
    total: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Failures:
    """All failures of one kind, with those that are shown."""

    kind: str
    total: int
    mistakes: tuple[Mistake, ...]

    @property
    def shown(self) -> int:
        """How many of them have a card."""
        return sum(len(mistake.cards) for mistake in self.mistakes)


def gallery(source: Source, most: int) -> tuple[Failures, ...]:
    """At most `most` failures among the samples that are scored; those without a card are still counted."""
    totals = {
        group: n for group, n in count_failures(source.db, source.run.id).items() if is_scored(source.card, group[1])
    }
    chosen = choose(totals, most)
    by_kind: defaultdict[str, list[Mistake]] = defaultdict(list)
    for (kind, gold, top1), n in sorted(totals.items(), key=lambda one: (-one[1], one[0][1], one[0][2] or "")):
        names = first_failures(source.db, source.run.id, kind, gold, top1, chosen[kind, gold, top1])
        cards = tuple(_card(source, name) for name in names)
        by_kind[kind].append(Mistake(visible(gold), None if top1 is None else visible(top1), n, cards))
    return tuple(
        Failures(kind, sum(one.total for one in by_kind[kind]), tuple(by_kind[kind]))
        for kind in FailureKind
        if kind in by_kind
    )


def choose(totals: Mapping[Group, int], most: int) -> dict[Group, int]:
    """How many of each group are shown: the largest of each kind at least once, then by the root of their sizes.

    In proportion to the sizes themselves, rare mistakes would never be seen.
    """
    largest: dict[str, Group] = {}
    for group in sorted(totals, key=lambda one: -totals[one]):
        largest.setdefault(group[0], group)
    turns: Iterable[tuple[float, int, Group]] = (
        (inf if place == 0 and largest[group[0]] == group else sqrt(n) / (place + 1), -number, group)
        for number, (group, n) in enumerate(totals.items())
        for place in range(min(n, most))
    )
    chosen = dict.fromkeys(totals, 0)
    for _, _, group in heapq.nlargest(most, turns, key=lambda turn: turn[:2]):
        chosen[group] += 1
    return chosen


def _card(source: Source, sample_id: str) -> Card:
    result = load_result(source.db, source.run.id, sample_id)
    assert result is not None
    prediction = result.prediction
    ranking = () if prediction is None else prediction.ranking
    reviews = load_reviews(source.db, source.run.id, sample_id).get(sample_id, ())
    return Card(
        sample=result.sample,
        name=visible(sample_id),
        gold=visible(result.sample.gold),
        status="" if prediction is None else str(prediction.status),
        ranking=tuple((visible(word), place == result.gold_rank) for place, word in enumerate(ranking, start=1)),
        reply=_reply(source, sample_id),
        opinions=tuple(map(_opinion, reviews)),
    )


def _reply(source: Source, sample_id: str) -> str:
    for attempt in reversed(load_sample_attempts(source.db, source.run.id, sample_id)):
        said = (attempt.refusal or attempt.reply or attempt.error or "").strip()
        if said:
            line = said.splitlines()[0]
            return visible(line[:_LONGEST_REPLY]) + ("…" if len(line) > _LONGEST_REPLY else "")
    return ""


def _opinion(review: Review) -> str:
    label = None if review.label is None else f"label {review.label}"
    said = ", ".join(part for part in (review.verdict, label, *review.tags) if part)
    parts = filter(None, (visible(said), visible(review.note or "", longest=_LONGEST_NOTE)))
    return f"{visible(review.reviewer)}: {' – '.join(parts)}"
