import pytest

from workbench.errors import EndpointError
from workbench.provider.endpoints import Endpoint
from workbench.provider.secrets import ApiKey, read_key

OPENAI = Endpoint(name="openai", base_url="https://api.openai.com/v1", key_variable="OPENAI_API_KEY")
KEY = "sk-proj-0123456789"


def test_a_key_is_read_from_its_variable_without_what_copying_brings_along() -> None:
    assert read_key(OPENAI, {"OPENAI_API_KEY": f" {KEY}\r\n"}).reveal() == KEY


@pytest.mark.parametrize("environment", [{}, {"OPENAI_API_KEY": ""}, {"OPENAI_API_KEY": "  \n"}], ids=str)
def test_a_key_that_is_not_set_is_asked_for_by_its_variable(environment: dict[str, str]) -> None:
    with pytest.raises(EndpointError, match=r"openai needs a key .* OPENAI_API_KEY; set it, .*--endpoint embedded"):
        read_key(OPENAI, environment)


@pytest.mark.parametrize(
    "value", ["sk-1 sk-2", "sk-1\nsk-2", "sk-1\x00", "sk-ключ", "sk-1\u200b", "sk-1\x1b[0m"], ids=repr
)
def test_a_key_that_could_not_travel_in_a_header_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(EndpointError, match="the key in OPENAI_API_KEY holds blanks or odd characters") as raised:
        read_key(OPENAI, {"OPENAI_API_KEY": value})
    assert "sk-" not in str(raised.value)


def test_a_server_that_wants_no_key_gets_none_of_ours() -> None:
    local = Endpoint(name="vllm", base_url="http://127.0.0.1:8000/v1")
    assert read_key(local, {"OPENAI_API_KEY": KEY}).reveal() == "none-needed"


def test_a_key_prints_as_a_mask_however_it_is_printed() -> None:
    key = ApiKey(KEY)
    shown = f"{key} {key!r} {[key]} %s" % key
    assert KEY not in shown
    assert shown.count("[key]") == 4


MASKED = {
    "the key": (f"bad key {KEY}!", "bad key [key]!"),
    "twice": (f"{KEY}{KEY}", "[key][key]"),
    "starred by the server": (
        "Incorrect API key provided: sk-proj-********6789.",
        "Incorrect API key provided: [key].",
    ),
    "somebody else's": ("key sk-abcdefghijk", "key [key]"),
    "in a header": ("Authorization: Bearer abc.def/ghi", "Authorization: Bearer [key]"),
    "in a URL": (f"https://x/?api_key={KEY}&a=1", "https://x/?api_key=[key]&a=1"),
    "words that only look a little like one": ("a task-force asked", "a task-force asked"),
    "a short one": ("sk-1", "sk-1"),
}


@pytest.mark.parametrize(("text", "masked"), MASKED.values(), ids=MASKED)
def test_whatever_looks_like_a_key_is_masked(text: str, masked: str) -> None:
    assert ApiKey(KEY).masked(text) == masked


def test_a_key_of_another_form_is_masked_because_it_is_known() -> None:
    assert ApiKey("b2c4.x/y").masked("no: b2c4.x/y") == "no: [key]"
    assert ApiKey("").masked("nothing to hide") == "nothing to hide"
