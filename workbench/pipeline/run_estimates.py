"""Estimates of a run before it is sent: requests, tokens, cost and time, from a few of its requests.

A few batches are drawn by the run's own seed, and their requests are built as the sender builds them, from real media;
the others are taken to be like them. What cannot be known beforehand is assumed, and every assumption is named.
"""

import math
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.prices import PriceTable
from workbench.domain.prompts import build_request
from workbench.domain.runs import RunSpec
from workbench.media.media_files import BadMedia
from workbench.media.sample_media import MediaSource
from workbench.provider.costs.request_estimates import RequestEstimate, estimate_request
from workbench.provider.costs.token_counts import ASSUMED_WORDS
from workbench.storage.samples import load_dataset, load_samples_by_id
from workbench.storage.workspace.database import Database

ASSUMED_LATENCY_S: Final = 10.0
"""The time of a reply, where the workspace has none of that model."""
ASSUMED_IN_FLIGHT: Final = 20
"""Requests in flight, where their number is found out while the run is sent."""
_DAY_MINUTES: Final = 24 * 60.0


class Bound(StrEnum):
    """What decides how long a run takes."""

    LATENCY = "latency"
    RPM = "requests per minute"
    TPM = "tokens per minute"
    RPD = "requests per day"
    WINDOW = "the Batch API's window"
    NOTHING = "nothing to send"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPace:
    """How fast requests may be sent, over all keys together, and how long a reply takes."""

    rpm: int | None = None
    tpm: int | None = None
    rpd: int | None = None
    in_flight: int | None = None
    """Requests in flight at the same time; None: found out while the run is sent."""
    latency_s: float | None = None
    """The time of recent replies; None: there are none."""
    batch_api: bool = False
    """Whether the run is sent as jobs of the Batch API, which takes up to a day and has limits of its own."""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a run takes at least, and what decides it."""

    minutes: float
    bound_by: Bound


def run_duration(requests: int, tokens: int, pace: RunPace) -> Duration:
    """The longest of the times that each limit alone would take.

    A limit per day is taken to let all its requests through at once, and the next ones after 24 hours.
    """
    if not requests:
        return Duration(0.0, Bound.NOTHING)
    if pace.batch_api:
        return Duration(_DAY_MINUTES, Bound.WINDOW)
    latency_s = ASSUMED_LATENCY_S if pace.latency_s is None else pace.latency_s
    each = [
        Duration(math.ceil(requests / _in_flight(pace, requests)) * latency_s / 60, Bound.LATENCY),
        Duration(requests / pace.rpm if pace.rpm else 0.0, Bound.RPM),
        Duration(tokens / pace.tpm if pace.tpm else 0.0, Bound.TPM),
        Duration((requests - 1) // pace.rpd * _DAY_MINUTES if pace.rpd else 0.0, Bound.RPD),
    ]
    return max(each, key=lambda duration: duration.minutes)


def _in_flight(pace: RunPace, requests: int) -> int:
    if pace.in_flight is None:
        return requests if pace.rpm or pace.tpm else ASSUMED_IN_FLIGHT
    return pace.in_flight


def pace_notes(requests: int, bound: Bound, pace: RunPace) -> list[str]:
    """The assumptions behind a duration, in words; none where latency does not decide it."""
    if bound is not Bound.LATENCY:
        return []
    known = pace.latency_s is not None
    latency_s = pace.latency_s if pace.latency_s is not None else ASSUMED_LATENCY_S
    notes = [f"a reply takes {latency_s:.3g} s, {'as the latest ones here did' if known else 'which is a guess'}"]
    if pace.in_flight is None and _in_flight(pace, requests) < requests:
        notes.append(
            f"{ASSUMED_IN_FLIGHT} requests are in flight; the number that the endpoint allows is found out later"
        )
    return notes


LOOKED_AT: Final = 5
"""Requests whose media are read for an estimate; those of the whole data set never are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """About what a run will take. Repeated and split requests come on top."""

    samples: int
    """Samples that are still to be sent."""
    requests: int
    looked_at: int
    """Requests that were built and counted."""
    prompt_tokens: int
    image_tokens: int
    """The part of `prompt_tokens` that pictures take."""
    completion_tokens: int
    cost_usd: float | None
    """None: the price is not known."""
    minutes: float
    bound_by: Bound
    assumed: tuple[str, ...]
    """The assumptions behind the figures, in words."""

    def as_json(self) -> dict[str, Any]:
        """The estimate as values for JSON."""
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
    """One batch whose request was built and counted."""

    samples: int
    bad: int
    """Samples that cannot be shown."""
    request: RequestEstimate | None
    """None where no sample can be shown."""


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
    """About what it will take to send these batches of sample ids. `media` is called for the samples of a few.

    `samples` is the number of samples in all batches, where the caller knows it; else they are counted.
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
    """Build the request of a batch as the sender does, and count it."""
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
