"""What a request will take, told before it is sent: tokens in and out, and their price.

Pictures are counted by the model's formula, texts by their length, the answer as a full ranking of every sample in the
form that prompt `named` asks for. What a model thinks before it answers cannot be foreseen and comes on top.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.domain.messages import ImagePart, Request, TextPart, Usage
from workbench.domain.prices import PriceTable, cost_usd
from workbench.domain.prompts import refs
from workbench.provider.costs.token_counts import ASSUMED, image_tokens, text_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEstimate:
    """What one request will take, about."""

    prompt_tokens: int
    image_tokens: int
    """Those of the prompt's that its pictures take."""
    images_known: bool
    """Whether the model's formula for pictures is known; else `image_tokens.ASSUMED` stood in for it."""
    completion_tokens: int
    cost_usd: float | None
    """None: the price is not known."""

    @property
    def tokens(self) -> int:
        """All of them, as a limit of tokens per minute counts."""
        return self.prompt_tokens + self.completion_tokens


def estimate_request(
    request: Request, *, samples: int, labels: Sequence[str], prices: PriceTable, batch: bool = False
) -> RequestEstimate:
    """About what `request` takes, which asks for a ranking of `labels` for each of so many samples.

    `batch`: at the price of the offline Batch API.
    """
    rule = text_rule(request.model)
    text = "".join(part.text for part in request.parts if isinstance(part, TextPart))
    text_tokens = rule.prose_tokens(text)
    if request.answer_schema is not None and rule.counts_schema:
        text_tokens += rule.json_tokens(json.dumps(request.answer_schema, ensure_ascii=False))
    pictures, known = _image_tokens(request)
    completion_tokens = min(rule.json_tokens(_full_answer(tuple(labels), samples)), request.max_tokens)
    usage = Usage(text_tokens + pictures, completion_tokens)
    return RequestEstimate(
        prompt_tokens=usage.prompt_tokens,
        image_tokens=pictures,
        images_known=known,
        completion_tokens=completion_tokens,
        cost_usd=cost_usd(request.model, usage, prices, batch=batch),
    )


def _image_tokens(request: Request) -> tuple[int, bool]:
    """The tokens of all pictures, and whether the formula is known."""
    total, known = 0, True
    for part in request.parts:
        if isinstance(part, ImagePart):
            width_px, height_px = part.frame.width_px, part.frame.height_px
            tokens = image_tokens(request.model, width_px, height_px, request.detail)
            known = known and tokens is not None
            total += ASSUMED.tokens(width_px, height_px) if tokens is None else tokens
    return total, known


@lru_cache(maxsize=256)
def _full_answer(labels: tuple[str, ...], samples: int) -> str:
    """The longest answer that is asked for. Cached: a run asks for the same few again and again."""
    entries = [{"id": ref, "ranking": labels} for ref in refs(samples)]
    return json.dumps({"answers": entries}, ensure_ascii=False)
