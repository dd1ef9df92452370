import json
from collections.abc import Sequence

import pytest

from workbench.domain.datasets.samples import Frame
from workbench.domain.messages import ImagePart, Part, Request, TextPart
from workbench.domain.prices import Price
from workbench.domain.prompts import answer_schema, refs
from workbench.provider.costs.price_list import load_prices
from workbench.provider.costs.request_estimates import RequestEstimate, estimate_request

LABELS = ("happy", "sad", "angry")
PRICES = load_prices({"local": Price(input_usd=1.0, output_usd=1.0, batch_factor=0.5)})


def frame(width_px: int, height_px: int) -> Frame:
    return Frame(b"not looked at", "image/jpeg", width_px, height_px, 0)


def request(
    parts: Sequence[Part] = (TextPart("x" * 400),),
    *,
    model: str = "gpt-4o",
    schema_of: int = 0,
    detail: str = "high",
    max_tokens: int = 4000,
) -> Request:
    return Request(
        model=model,
        parts=tuple(parts),
        answer_schema=answer_schema(LABELS, refs(schema_of)) if schema_of else None,
        detail=detail,
        temperature=0.0,
        max_tokens=max_tokens,
        seed=0,
    )


def estimated(asked: Request, samples: int = 1, *, batch: bool = False) -> RequestEstimate:
    return estimate_request(asked, samples=samples, labels=LABELS, prices=PRICES, batch=batch)


def test_words_and_pictures_add_up_to_the_prompt() -> None:
    parts: list[Part] = [
        TextPart("x" * 200),
        ImagePart(frame(1024, 1024)),
        TextPart("x" * 200),
        ImagePart(frame(48, 48)),
    ]
    found = estimated(request(parts), 2)
    assert (found.image_tokens, found.images_known) == (765 + 255, True)
    assert found.prompt_tokens == 100 + 765 + 255
    assert found.tokens == found.prompt_tokens + found.completion_tokens


def test_the_detail_that_is_asked_for_is_counted() -> None:
    assert estimated(request([ImagePart(frame(1024, 1024))], detail="low")).image_tokens == 85


def test_an_unknown_model_is_counted_by_an_assumption_that_is_told() -> None:
    found = estimated(request([ImagePart(frame(1024, 1024))], model="somebodys-vlm"))
    assert (found.image_tokens, found.images_known) == (1229, False)
    assert found.cost_usd is None
    assert estimated(request(model="somebodys-vlm")).images_known, "no picture, no assumption"


@pytest.mark.parametrize("samples", [1, 2, 20, 120])
def test_the_answer_is_a_full_ranking_of_every_sample(samples: int) -> None:
    answer = {"answers": [{"id": ref, "ranking": list(LABELS)} for ref in refs(samples)]}
    expected = len(json.dumps(answer)) / 2.7
    assert estimated(request(), samples).completion_tokens == pytest.approx(expected, abs=1)


def test_the_answer_is_no_longer_than_it_may_be() -> None:
    assert estimated(request(max_tokens=50), 20).completion_tokens == 50


def test_a_schema_is_a_part_of_the_prompt() -> None:
    without, with_one = estimated(request(), 20), estimated(request(schema_of=20), 20)
    schema = len(json.dumps(answer_schema(LABELS, refs(20))))
    assert with_one.prompt_tokens - without.prompt_tokens == pytest.approx(schema / 2.7, abs=1)
    embedded = [estimated(request(model="schematic-baseline", schema_of=n), 20).prompt_tokens for n in (0, 20)]
    assert embedded == [100, 100]


def test_the_cost_is_that_of_the_estimated_tokens() -> None:
    found = estimated(request(model="local"))
    assert found.cost_usd == pytest.approx(found.tokens / 1_000_000)
    halved = estimated(request(model="local"), batch=True)
    assert halved.cost_usd == pytest.approx(found.tokens / 2_000_000)
