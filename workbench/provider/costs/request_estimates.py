"""Estimates of a request before it is sent: tokens in and out, and their price.

Pictures are counted by the model's formula, texts by their length, the answer as a full ranking of every sample in the
form of prompt `named`. The tokens of a model's reasoning cannot be foreseen and are not included.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from workbench.domain.messages import ImagePart, Request, TextPart, Usage
from workbench.domain.prices import PriceTable, cost_usd
from workbench.domain.prompts import refs
from workbench.provider.costs.token_counts import ASSUMED, image_tokens, text_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEstimate:
    """The estimate of one request."""

    prompt_tokens: int
    image_tokens: int
    """The part of `prompt_tokens` for pictures."""
    images_known: bool
    """Whether the model's formula for pictures is known; else `ASSUMED` was used."""
    completion_tokens: int
    cost_usd: float | None
    """None: the price is not known."""

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens, as limits per minute count them."""
        return self.prompt_tokens + self.completion_tokens


def estimate_request(
    request: Request, *, samples: int, labels: Sequence[str], prices: PriceTable, batch: bool = False
) -> RequestEstimate:
    """Estimate a request for a ranking of `labels` for each of `samples` samples.

    `batch`: at the price of the offline Batch API.
    """
    rule = text_rule(request.model)
    text, pictures, known = _counted(request)
    text_tokens = rule.prose_tokens(text)
    if request.answer_schema is not None and rule.counts_schema:
        text_tokens += rule.json_tokens(json.dumps(request.answer_schema, ensure_ascii=False))
    completion_tokens = min(rule.json_tokens(_full_answer(tuple(labels), samples)), request.max_tokens)
    usage = Usage(text_tokens + pictures, completion_tokens)
    return RequestEstimate(
        prompt_tokens=usage.prompt_tokens,
        image_tokens=pictures,
        images_known=known,
        completion_tokens=completion_tokens,
        cost_usd=cost_usd(request.model, usage, prices, batch=batch),
    )


def _counted(request: Request) -> tuple[str, int, bool]:
    """All text of the message, the tokens of all pictures, and whether the formula of these is known."""
    texts, picture_tokens, known = [], 0, True
    for part in request.parts:
        match part:
            case TextPart(text):
                texts.append(text)
            case ImagePart(frame):
                tokens = image_tokens(request.model, frame.width_px, frame.height_px, request.detail)
                known = known and tokens is not None
                picture_tokens += ASSUMED.tokens(frame.width_px, frame.height_px) if tokens is None else tokens
            case _:
                assert_never(part)
    return "".join(texts), picture_tokens, known


@lru_cache(maxsize=256)
def _full_answer(labels: tuple[str, ...], samples: int) -> str:
    """The longest possible answer. Cached: the requests of a run share a few."""
    entries = [{"id": ref, "ranking": labels} for ref in refs(samples)]
    return json.dumps({"answers": entries}, ensure_ascii=False)
