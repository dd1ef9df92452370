"""What a run will take before it is sent: requests, tokens, cost and time, from a look at a few of its requests.

The requests looked at are drawn by the run's own seed and built as the runner builds them, from real frames; the
others are taken to be like them. What nobody can know beforehand is assumed, and every assumption is named.
"""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.prices import PriceTable
from workbench.domain.prompts import build_request
from workbench.domain.runs import RunSpec
from workbench.media.media_files import BadMedia
from workbench.media.sample_media import MediaSource
from workbench.pipeline.run_duration import Bound, RunPace, pace_notes, run_duration
from workbench.provider.costs.request_estimates import RequestEstimate, estimate_request
from workbench.provider.costs.token_counts import ASSUMED_WORDS
from workbench.storage.samples import load_dataset, load_samples_by_id
from workbench.storage.workspace.database import Database

LOOKED_AT: Final = 5
"""Requests whose pictures are decoded for an estimate: the set as a whole never is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run will take, about. Repeats and splits come on top."""

    samples: int
    """Still to be asked."""
    requests: int
    looked_at: int
    """Requests that were built and counted."""
    prompt_tokens: int
    image_tokens: int
    """Those of the prompts' that pictures take."""
    completion_tokens: int
    cost_usd: float | None
    """None: the price is not known."""
    minutes: float
    bound_by: Bound
    assumed: tuple[str, ...]
    """What the figures rest on and nobody knows, in words."""

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "open": self.samples,
            "requests": self.requests,
            "looked_at": self.looked_at,
            "tokens": self.prompt_tokens + self.completion_tokens,
            "prompt_tokens": self.prompt_tokens,
            "image_tokens": self.image_tokens,
            "completion_tokens": self.completion_tokens,
            "cost_usd": self.cost_usd,
            "minutes": round(self.minutes, 3),
            "bound_by": str(self.bound_by),
            "assumed": list(self.assumed),
        }


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look at one batch has shown."""

    samples: int
    bad: int
    """Of them, those that cannot be shown."""
    request: RequestEstimate | None
    """None where none can."""


def estimate_run(
    db: Database,
    spec: RunSpec,
    batches: Sequence[Sequence[str]],
    *,
    media: MediaSource,
    pace: RunPace,
    prices: PriceTable,
    samples: int | None = None,
) -> Estimate:
    """What it will take to ask about these batches of samples; `media` is called for the samples of a few of them.

    `samples` is how many they hold, where that is known without looking into all of them.
    """
    card = load_dataset(db, spec.dataset).card
    drawn = random.Random(spec.seed).sample(batches, min(LOOKED_AT, len(batches)))  # noqa: S311 (hides nothing)
    looks = [_look(db, card, spec, batch, media, prices, batch_api=pace.batch_api) for batch in drawn]
    found = [look.request for look in looks if look.request is not None]
    samples = sum(len(batch) for batch in batches) if samples is None else samples
    share = samples / max(1, sum(look.samples for look in looks))
    prompt_tokens = round(share * sum(one.prompt_tokens for one in found))
    completion_tokens = round(share * sum(one.completion_tokens for one in found))
    cost_usd = _total_usd(found, share)
    duration = run_duration(len(batches), prompt_tokens + completion_tokens, pace)
    return Estimate(
        samples=samples,
        requests=len(batches),
        looked_at=len(found),
        prompt_tokens=prompt_tokens,
        image_tokens=round(share * sum(one.image_tokens for one in found)),
        completion_tokens=completion_tokens,
        cost_usd=cost_usd,
        minutes=duration.minutes,
        bound_by=duration.bound_by,
        assumed=(
            *_look_notes(spec, looks, len(batches)),
            *_price_notes(spec, cost_usd, prices),
            *pace_notes(len(batches), duration.bound_by, pace),
        ),
    )


def _look(
    db: Database,
    card: DatasetCard,
    spec: RunSpec,
    batch: Sequence[str],
    media: MediaSource,
    prices: PriceTable,
    *,
    batch_api: bool,
) -> _Look:
    """Build the request of a batch as the runner does, and count it."""
    shown = []
    for sample in load_samples_by_id(db, card.key, batch):
        with suppress(BadMedia):
            shown.append(media(sample))
    if not shown:
        return _Look(len(batch), len(batch), None)
    request = estimate_request(
        build_request(card, spec, shown), samples=len(shown), labels=spec.labels, prices=prices, batch=batch_api
    )
    return _Look(len(batch), len(batch) - len(shown), request)


def _total_usd(found: Sequence[RequestEstimate], share: float) -> float | None:
    costs = [one.cost_usd for one in found if one.cost_usd is not None]
    return share * sum(costs) if len(costs) == len(found) else None


def _look_notes(spec: RunSpec, looks: Sequence[_Look], requests: int) -> list[str]:
    found = [look.request for look in looks if look.request is not None]
    notes = []
    if found and len(looks) < requests:
        fewest, most = min(one.tokens for one in found), max(one.tokens for one in found)
        sizes = f"{fewest:,} tokens" if fewest == most else f"{fewest:,} to {most:,} tokens"
        notes.append(f"all requests are like the {len(looks)} looked at, of {sizes} each")
    if bad := sum(look.bad for look in looks):
        others = ", and as large a share of the others" if len(looks) < requests else ""
        notes.append(f"{bad} of the {sum(look.samples for look in looks)} samples looked at cannot be shown{others}")
    if not all(one.images_known for one in found):
        notes.append(f"pictures take {ASSUMED_WORDS}; how {spec.model} counts them at detail {spec.detail} is unknown")
    return notes


def _price_notes(spec: RunSpec, cost_usd: float | None, prices: PriceTable) -> list[str]:
    if cost_usd is not None:
        return []
    if prices.price_of(spec.model) is not None:
        return [f"the price of {spec.model} for such requests is unknown"]
    where = f'[prices."{spec.model}"] in emowb.toml'
    return [f"the price of {spec.model} is unknown; put input_usd and output_usd, for a million tokens, under {where}"]
