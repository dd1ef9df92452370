from collections.abc import Callable

import pytest

from workbench.domain.endpoints import PRESETS, Endpoint, Structured

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
