from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from workbench.domain.endpoints import PRESETS, Endpoint, OfferedModel, Structured, day_of, model_among
from workbench.errors import UsageError

LOCAL = [
    *("http://127.0.0.1:8000/v1", "http://localhost:11434/v1", "http://LOCALHOST/v1", "https://[::1]:8080/v1"),
    *("http://127.9.9.9/v1", "http://me:word@127.0.0.1:1/v1"),
]
NOT_LOCAL = [
    *("https://api.openai.com/v1", "http://127.0.0.1.example.com/v1", "http://localhost.example.com/v1"),
    *("http://192.168.0.2:8000/v1", "http://10.0.0.1/v1", "http://[fe80::1]/v1", "http://0.0.0.0:8000/v1"),
    *("http://127.0.0.1@example.com/v1", "http://localhost:x@example.com/v1", "http://example.com/127.0.0.1"),
    *("http://example.com/?127.0.0.1", "http://example.com#localhost", "http://vllm:8000/v1", "127.0.0.1:8000", ""),
]


@pytest.mark.parametrize("address", LOCAL)
def test_loopback_stays_on_this_machine(address: str) -> None:
    assert Endpoint(name="x", base_url=address).is_local


@pytest.mark.parametrize("address", NOT_LOCAL)
def test_everything_else_leaves_it(address: str) -> None:
    assert not Endpoint(name="x", base_url=address).is_local


def test_the_host_is_what_a_person_wants_to_know() -> None:
    assert Endpoint(name="x", base_url="https://me:secret@Example.com:8443/v1?key=1").host == "example.com"


def test_presets_stand_under_their_names_and_say_where_their_keys_are() -> None:
    assert all(name == endpoint.name for name, endpoint in PRESETS.items())
    remote = {name for name, endpoint in PRESETS.items() if not endpoint.is_local}
    assert remote == {"openai", "azure", "openrouter"}
    assert all(bool(endpoint.key_variables) == (name in remote) for name, endpoint in PRESETS.items())


def test_openai_wants_the_newer_name_of_the_token_limit_and_compatible_servers_the_older() -> None:
    newer = {name for name, endpoint in PRESETS.items() if endpoint.token_field == "max_completion_tokens"}
    assert newer == {"openai"}


WAYS = {
    "detail is sent to those that may heed it": (lambda one: one.detail, {"openai", "azure", "openrouter", "lmstudio"}),
    "llama.cpp looks for a schema elsewhere": (lambda one: one.structured is Structured.FLAT_SCHEMA, {"llamacpp"}),
    "azure blurs faces": (lambda one: one.blurs_faces, {"azure"}),
    "azure has deployments that it does not list": (lambda one: not one.lists_models, {"azure"}),
    "openai has an offline Batch API": (lambda one: one.batch_api, {"openai"}),
    "a seed and a temperature are tried with all": (lambda one: one.seed and one.temperature, set(PRESETS)),
}


@pytest.mark.parametrize(("way", "names"), WAYS.values(), ids=WAYS)
def test_ways_in_which_the_presets_differ(way: Callable[[Endpoint], bool], names: set[str]) -> None:
    assert {name for name, endpoint in PRESETS.items() if way(endpoint)} == names


def test_a_preset_sets_no_limits_of_its_own_since_these_are_the_accounts() -> None:
    limits = {(one.rpm, one.tpm, one.rpd, one.concurrency) for one in PRESETS.values()}
    assert limits == {(None, None, None, None)}


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
