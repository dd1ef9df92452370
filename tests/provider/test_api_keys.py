import pytest

from workbench.domain.endpoints import Endpoint
from workbench.errors import EndpointError
from workbench.provider.api_keys import ApiKey, read_keys

OPENAI = Endpoint(name="openai", base_url="https://api.openai.com/v1", key_variables=("OPENAI_API_KEY",))
KEY = "sk-proj-0123456789"


def test_a_key_is_read_from_its_variable_without_what_copying_brings_along() -> None:
    [key] = read_keys(OPENAI, {"OPENAI_API_KEY": f" {KEY}\r\n"})
    assert (key.reveal(), key.name) == (KEY, "OPENAI_API_KEY")


@pytest.mark.parametrize("environment", [{}, {"OPENAI_API_KEY": ""}, {"OPENAI_API_KEY": "  \n"}], ids=str)
def test_a_key_that_is_not_set_is_asked_for_by_its_variable(environment: dict[str, str]) -> None:
    with pytest.raises(EndpointError, match=r"openai needs a key .* OPENAI_API_KEY; set it, .*--endpoint embedded"):
        read_keys(OPENAI, environment)


@pytest.mark.parametrize(
    "value", ["sk-1 sk-2", "sk-1\nsk-2", "sk-1\x00", "sk-ключ", "sk-1\u200b", "sk-1\x1b[0m"], ids=repr
)
def test_a_key_that_could_not_travel_in_a_header_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(EndpointError, match="the key in OPENAI_API_KEY holds blanks or odd characters") as raised:
        read_keys(OPENAI, {"OPENAI_API_KEY": value})
    assert "sk-" not in str(raised.value)


def test_a_server_that_wants_no_key_gets_none_of_ours() -> None:
    local = Endpoint(name="vllm", base_url="http://127.0.0.1:8000/v1")
    [key] = read_keys(local, {"OPENAI_API_KEY": KEY})
    assert (key.reveal(), key.name) == ("none-needed", "")


SEVERAL = Endpoint(name="lab", base_url="https://lab.example.com/v1", key_variables=("A", "B", "C"))


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"C": "k3", "A": "k1", "B": "k2"}, ["A", "B", "C"]),
        ({"C": "k3", "A": "k1"}, ["A", "C"]),
        ({"B": "k2", "A": " "}, ["B"]),
        ({"A": "k1", "B": "k1 ", "C": "k3"}, ["A", "C"]),  # one key under two names has one set of limits
    ],
    ids=str,
)
def test_several_keys_come_in_the_order_of_their_variables(environment: dict[str, str], names: list[str]) -> None:
    keys = read_keys(SEVERAL, environment)
    assert [key.name for key in keys] == names
    assert [key.reveal() for key in keys] == [environment[name].strip() for name in names]


def test_where_none_of_several_is_set_all_are_named() -> None:
    with pytest.raises(EndpointError, match="environment variable A or B or C; set it"):
        read_keys(SEVERAL, {})


def test_one_unusable_key_among_several_is_said_and_not_left_out() -> None:
    with pytest.raises(EndpointError, match="the key in B holds blanks"):
        read_keys(SEVERAL, {"A": "k1", "B": "k 2"})


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
