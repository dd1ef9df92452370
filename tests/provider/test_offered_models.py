from datetime import date
from typing import Any

import pytest

from workbench.domain.endpoints import Endpoint
from workbench.errors import UsageError
from workbench.provider.offered_models import OfferedModel, day_of, model_among

TODAY = date(2026, 11, 23)
LISTING = Endpoint(name="lab", base_url="http://127.0.0.1/v1")
DEPLOYING = Endpoint(name="azure", base_url="http://127.0.0.1/v1", lists_models=False)
A, B = OfferedModel("a"), OfferedModel("b", date(2027, 1, 14))


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("2026-10-23", date(2026, 10, 23)),
        ("2026-10-23T00:00:00Z", date(2026, 10, 23)),
        ("2026-13-01", None),
        ("soon", None),
        ("", None),
        (None, None),
        (1_792_713_600, None),
        (["2026-10-23"], None),
    ],
    ids=str,
)
def test_a_day_is_read_or_left(told: object, day: date | None) -> None:
    assert day_of(told) == day


@pytest.mark.parametrize(
    ("day", "gone", "notice"),
    [
        (date(2026, 11, 22), True, "model m was shut down on 2026-11-22, by its endpoint's own list"),
        (date(2026, 11, 23), True, "model m was shut down on 2026-11-23, by its endpoint's own list"),
        (date(2026, 11, 24), False, "model m will be shut down on 2026-11-24, 1 days from now"),
        (date(2027, 1, 22), False, "model m will be shut down on 2027-01-22, 60 days from now"),
        (date(2027, 1, 23), False, None),
        (None, False, None),
    ],
    ids=str,
)
def test_a_model_that_ends_within_two_months_is_spoken_of(day: date | None, *, gone: bool, notice: str | None) -> None:
    model = OfferedModel("m", day)
    assert (model.is_gone(TODAY), model.notice(TODAY)) == (gone, notice)


CHOSEN: dict[str, tuple[Endpoint, list[OfferedModel], str | None, OfferedModel]] = {
    "the only one": (LISTING, [B], None, B),
    "the wanted one": (LISTING, [A, B], "b", B),
    "the wanted one, where there is no list": (LISTING, [], "x", OfferedModel("x")),
    "one that is not listed, where not all are": (DEPLOYING, [A, B], "x", OfferedModel("x")),
    "one that is listed, where not all are": (DEPLOYING, [A, B], "b", B),
}


@pytest.mark.parametrize(("endpoint", "offered", "wanted", "model"), CHOSEN.values(), ids=CHOSEN)
def test_which_model_is_asked(
    endpoint: Endpoint, offered: list[OfferedModel], wanted: str | None, model: OfferedModel
) -> None:
    assert model_among(endpoint, offered, wanted) == model


REFUSED: dict[str, tuple[list[OfferedModel], Any, str]] = {
    "a choice": ([A, B], None, "no model is set for endpoint lab; it offers: a, b; choose with --model"),
    "no list": ([], None, "no model is set for endpoint lab; it does not list its models; choose with --model"),
    "another one": ([A, B], "c", "endpoint lab has no model 'c'; it offers: a, b"),
}


@pytest.mark.parametrize(("offered", "wanted", "text"), REFUSED.values(), ids=REFUSED)
def test_where_no_model_can_be_chosen_the_models_are_listed(
    offered: list[OfferedModel], wanted: str | None, text: str
) -> None:
    with pytest.raises(UsageError) as raised:
        model_among(LISTING, offered, wanted)
    assert str(raised.value) == text
