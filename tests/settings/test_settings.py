import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.settings.conftest import Read
from workbench.domain.endpoints import PRESETS, Endpoint, Structured
from workbench.errors import UsageError
from workbench.settings import Settings, endpoint_named, setting_names


def said(read: Read, *files: str, **environment: str) -> str:
    with pytest.raises(UsageError) as raised:
        read(*files, **environment)
    assert "\n" not in str(raised.value)
    return str(raised.value)


# ── where values come from ───────────────────────────────────────────────────────────────────────────────────────


def test_without_files_and_variables_the_defaults_hold(read: Read) -> None:
    settings = read()
    assert (settings.db, settings.exports) == (Path("emowb.db"), Path("exports"))
    assert (settings.endpoint, settings.model, settings.rpm) == (None, None, None)
    assert (settings.tpm, settings.rpd, settings.budget_usd) == (None, None, None)
    assert (settings.concurrency, settings.timeout_s) == (None, 300.0)
    assert settings.endpoints == PRESETS
    assert settings.reviewer
    assert settings.source_of("reviewer") == "login name"
    assert settings.source_of("db") == "default"


def test_a_variable_wins_over_the_file_here_and_that_over_the_users(read: Read, tmp_path: Path) -> None:
    user = 'model = "user"\nendpoint = "user"\nreviewer = "user"\nrpm = 1\n'
    settings = read(
        'model = "here"\nendpoint = "here"\nreviewer = "here"', user, EMOWB_MODEL="env", EMOWB_REVIEWER="env"
    )
    assert (settings.model, settings.endpoint, settings.reviewer, settings.rpm) == ("env", "here", "env", 1)
    assert settings.source_of("model") == "$EMOWB_MODEL"
    assert settings.source_of("endpoint") == str(tmp_path / "work" / "emowb.toml")
    assert settings.source_of("rpm") == str(tmp_path / "config" / "emowb.toml")
    assert settings.source_of("timeout_s") == "default"


def test_every_value_can_stand_in_a_file_and_in_a_variable(read: Read) -> None:
    by_file = read(
        'db = "~/a.db"\nexports = "out"\ncache = "c"\nendpoint = "vllm"\nmodel = "m"\nreviewer = " Ann "\n'
        "rpm = 30\ntpm = 40_000\nrpd = 500\nbudget_usd = 2.5\nconcurrency = 2\ntimeout_s = 1.5\n"
    )
    by_variable = read(
        *("", ""),
        EMOWB_DB="~/a.db",
        EMOWB_EXPORTS="out",
        EMOWB_CACHE="c",
        EMOWB_ENDPOINT="vllm",
        EMOWB_MODEL="m",
        EMOWB_REVIEWER=" Ann ",
        EMOWB_RPM="30",
        EMOWB_TPM="40000",
        EMOWB_RPD="500",
        EMOWB_BUDGET_USD="2.5",
        EMOWB_CONCURRENCY="2",
        EMOWB_TIMEOUT_S="1.5",
    )
    for settings in (by_file, by_variable):
        assert (settings.db, settings.exports, settings.cache) == (Path.home() / "a.db", Path("out"), Path("c"))
        assert (settings.endpoint, settings.model, settings.reviewer) == ("vllm", "m", "Ann")
        assert (settings.rpm, settings.tpm, settings.rpd, settings.budget_usd) == (30, 40_000, 500, 2.5)
        assert (settings.concurrency, settings.timeout_s) == (2, 1.5)


def test_an_empty_variable_says_nothing(read: Read) -> None:
    assert read('model = "here"', EMOWB_MODEL="").model == "here"


def test_whole_seconds_are_seconds(read: Read) -> None:
    assert read("timeout_s = 2").timeout_s == 2.0


# ── wrong words ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_word_is_answered_with_its_neighbour_and_its_file(read: Read, tmp_path: Path) -> None:
    text = said(read, 'modle = "x"')
    assert text == f"unknown setting in {tmp_path / 'work' / 'emowb.toml'}: 'modle'; did you mean model?"


WRONG = {
    "a word for a number": ('rpm = "many"', "rpm in {file} is 'many'; it must be a whole number above 0"),
    "nothing": ("rpm = 0", "rpm in {file} is 0; it must be a whole number above 0"),
    "less than nothing": ("concurrency = -1", "concurrency in {file} is -1; it must be a whole number above 0"),
    "a truth": ("rpm = true", "rpm in {file} is True; it must be a whole number above 0"),
    "half a request": ("concurrency = 2.5", "concurrency in {file} is 2.5; it must be a whole number above 0"),
    "no number": ("timeout_s = nan", "timeout_s in {file} is nan; it must be seconds above 0"),
    "for ever": ("concurrency = inf", "concurrency in {file} is inf; it must be a whole number above 0"),
    "seconds for ever": ("timeout_s = inf", "timeout_s in {file} is inf; it must be seconds above 0"),
    "a budget for ever": ("budget_usd = inf", "budget_usd in {file} is inf; it must be US dollars above 0"),
    "no budget": ("budget_usd = nan", "budget_usd in {file} is nan; it must be US dollars above 0"),
    "half a token": ("tpm = 0.5", "tpm in {file} is 0.5; it must be a whole number above 0"),
    "a list": ("timeout_s = [1]", "timeout_s in {file} is [1]; it must be seconds above 0"),
    "a number for a path": ("db = 3", "db in {file} is 3; it must be a path"),
    "an empty path": ('db = "  "', "db in {file} is '  '; it must be a path"),
    "the home of nobody": (
        'db = "~nobody-of-that-name/x"',
        "db in {file} is '~nobody-of-that-name/x'; it must be a path",
    ),
    "an empty name": ('model = ""', "model in {file} is ''; it must be a model's name"),
}


@pytest.mark.parametrize(("line", "text"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_named_with_what_it_must_be(read: Read, tmp_path: Path, line: str, text: str) -> None:
    assert said(read, line) == text.format(file=tmp_path / "work" / "emowb.toml")


@pytest.mark.parametrize(("variable", "value"), [("EMOWB_RPM", "0"), ("EMOWB_RPM", "1e3"), ("EMOWB_TIMEOUT_S", "x")])
def test_a_wrong_variable_is_named(read: Read, variable: str, value: str) -> None:
    assert said(read, **{variable: value}).startswith(f"{variable[6:].lower()} in ${variable} is {value!r}; it must be")


@pytest.mark.parametrize("text", ["model = ", "model = 1\nmodel = 2", "\x00", "[endpoints"], ids=repr)
def test_a_file_that_is_no_toml_is_named(read: Read, text: str) -> None:
    assert "work/emowb.toml cannot be read: " in said(read, text)


def test_a_file_that_is_no_text_is_named(read: Read, tmp_path: Path) -> None:
    (tmp_path / "work" / "emowb.toml").write_bytes(b'model = "\xff"')
    assert "work/emowb.toml cannot be read: " in said(read)


# ── endpoints ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_table_adds_an_endpoint_and_keeps_the_presets(read: Read, tmp_path: Path) -> None:
    settings = read(
        '[endpoints.lab]\nbase_url = "https://lab.example.com/v1"\nkey_variable = "LAB_KEY"\nstructured = false'
    )
    assert endpoint_named(settings, "lab") == Endpoint(
        name="lab", base_url="https://lab.example.com/v1", key_variables=("LAB_KEY",), structured=Structured.NONE
    )
    assert set(settings.endpoints) == {*PRESETS, "lab"}
    assert settings.source_of("endpoints.lab") == str(tmp_path / "work" / "emowb.toml")
    assert settings.source_of("endpoints.openai") == "default"


def test_a_table_changes_what_it_names_and_nothing_else(read: Read) -> None:
    settings = read('[endpoints.vllm]\nbase_url = "http://gpu:8000/v1"', '[endpoints.vllm]\nkey_variable = "K"')
    changed = replace(PRESETS["vllm"], base_url="http://gpu:8000/v1", key_variables=("K",))
    assert endpoint_named(settings, "vllm") == changed


def test_every_word_of_an_endpoint_can_stand_in_its_table(read: Read) -> None:
    lab = Endpoint(
        name="lab",
        base_url="https://lab.example.com/v1",
        key_variables=("A", "B"),
        token_field="max_completion_tokens",
        structured=Structured.FLAT_SCHEMA,
        detail=False,
        seed=False,
        temperature=False,
        images_per_request=8,
        rpm=60,
        tpm=90_000,
        rpd=1_000,
        concurrency=4,
        api_version="2024-10-21",
        blurs_faces=True,
        lists_models=False,
        shares_with=("vllm",),
        batch_api=True,
    )
    words = {field.name: getattr(lab, field.name) for field in fields(Endpoint) if field.name != "name"}
    lines = [f"{word} = {json.dumps(value)}" for word, value in words.items()]
    assert all(value != field.default for field, value in zip(fields(Endpoint)[1:], words.values(), strict=True))
    assert endpoint_named(read("[endpoints.lab]\n" + "\n".join(lines)), "lab") == lab


@pytest.mark.parametrize(
    ("word", "structured"),
    [
        ("true", Structured.JSON_SCHEMA),
        ("false", Structured.NONE),
        ('"none"', Structured.NONE),
        ('"flat_schema"', Structured.FLAT_SCHEMA),
    ],
)
def test_structured_is_a_truth_or_the_name_of_a_form(read: Read, word: str, structured: Structured) -> None:
    settings = read(f'[endpoints.lab]\nbase_url = "https://lab.example.com/v1"\nstructured = {word}')
    assert settings.endpoints["lab"].structured is structured


ENDPOINTS = {
    "an unknown word": ('[endpoints.lab]\nurl = "x"', "unknown word in [endpoints.lab] of {file}: 'url'; "),
    "its name again": ('[endpoints.lab]\nname = "x"', "unknown word in [endpoints.lab] of {file}: 'name'; "),
    "a key itself": ('[endpoints.lab]\napi_key = "sk-1"', "unknown word in [endpoints.lab] of {file}: 'api_key'; "),
    "a number for an address": (
        "[endpoints.lab]\nbase_url = 1",
        "base_url in [endpoints.lab] of {file} is 1; it must be ",
    ),
    "a word for a truth": (
        '[endpoints.lab]\nstructured = "no"',
        "structured in [endpoints.lab] of {file} is 'no'; it must be true, false or one of json_schema, flat_schema, ",
    ),
    "a number for a truth": ("[endpoints.lab]\nseed = 0", "seed in [endpoints.lab] of {file} is 0; it must be true or"),
    "a truth for a number": (
        "[endpoints.lab]\nrpm = true",
        "rpm in [endpoints.lab] of {file} is True; it must be a wh",
    ),
    "no pictures": (
        "[endpoints.lab]\nimages_per_request = 0",
        "images_per_request in [endpoints.lab] of {file} is 0; ",
    ),
    "another name of the token limit": (
        '[endpoints.lab]\ntoken_field = "tokens"',
        "token_field in [endpoints.lab] of {file} is 'tokens'; it must be max_tokens or max_completion_tokens",
    ),
    "a variable for a list": (
        '[endpoints.lab]\nkey_variables = "A"',
        "key_variables in [endpoints.lab] of {file} is 'A'; it must be a list of variables' names",
    ),
    "variables that are none": (
        "[endpoints.lab]\nkey_variables = [1]",
        "key_variables in [endpoints.lab] of {file} is [1]; it must be a list of variables' names",
    ),
    "keys said twice": (
        '[endpoints.lab]\nkey_variable = "A"\nkey_variables = ["B"]',
        "[endpoints.lab] in {file} has both key_variable and key_variables; keep one",
    ),
    "sharing with itself": (
        '[endpoints.lab]\nshares_with = ["lab"]',
        "shares_with in [endpoints.lab] of {file} must name other endpoints of yours",
    ),
    "sharing with the embedded one": (
        '[endpoints.lab]\nshares_with = ["embedded"]',
        "shares_with in [endpoints.lab] of {file} must name other endpoints of yours",
    ),
    "a word for a table": ('[endpoints]\nlab = "x"', "[endpoints.lab] in {file} is not a table"),
    "no tables": ('endpoints = "x"', "endpoints in {file} must be tables: [endpoints.NAME]"),
    "the embedded one": ('[endpoints.embedded]\nbase_url = "http://x"', "[endpoints.embedded] in {file} is not"),
    "an address without a scheme": (
        '[endpoints.lab]\nbase_url = "127.0.0.1:8000/v1"',
        "base_url in [endpoints.lab] of {file} is '127.0.0.1:8000/v1'; it must be ",
    ),
    "another scheme": (
        '[endpoints.lab]\nbase_url = "file:///etc/passwd"',
        "base_url in [endpoints.lab] of {file} is 'file:///etc/passwd'; it must be ",
    ),
    "no host": ('[endpoints.lab]\nbase_url = "http:///v1"', "base_url in [endpoints.lab] of {file} is 'http:///v1'; "),
    "half an address": ('[endpoints.lab]\nbase_url = "http://[::1/v1"', "base_url in [endpoints.lab] of {file} is "),
}


@pytest.mark.parametrize(("table", "text"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_a_wrong_table_is_named(read: Read, tmp_path: Path, table: str, text: str) -> None:
    assert said(read, table).startswith(text.format(file=tmp_path / "work" / "emowb.toml"))


@pytest.mark.parametrize("address", ["https://me:secret@lab.example.com/v1", "https://lab.example.com/v1?key=secret"])
def test_a_key_does_not_belong_into_an_address_and_is_not_repeated(read: Read, address: str) -> None:
    """Addresses are shown and stored in messages; keys are neither."""
    text = said(read, OPENAI_BASE_URL=address)
    assert "key_variable" in text
    assert "secret" not in text


def test_words_of_a_table_are_always_offered_in_the_same_order(read: Read) -> None:
    text = said(read, '[endpoints.lab]\nxyzzy = "x"')
    assert "known: base_url, key_variable, key_variables, token_field, structured, detail, seed, temperature," in text


def test_an_endpoint_that_does_not_exist_is_answered_with_its_neighbours(read: Read) -> None:
    with pytest.raises(UsageError, match="unknown endpoint 'ollma'; did you mean ollama"):
        endpoint_named(read(), "ollma")


def test_an_endpoint_without_an_address_says_where_to_put_it(read: Read) -> None:
    with pytest.raises(UsageError, match=r"azure has no address; put base_url = .* under \[endpoints.azure\]"):
        endpoint_named(read(), "azure")


# ── OpenAI's own variables ───────────────────────────────────────────────────────────────────────────────────────

DEFAULT_ENDPOINTS: dict[str, tuple[str, Mapping[str, str], str | None, str]] = {
    "a key makes openai the default": ("", {"OPENAI_API_KEY": "sk-1"}, "openai", "$OPENAI_API_KEY is set"),
    "a file wins": ('endpoint = "vllm"', {"OPENAI_API_KEY": "sk-1"}, "vllm", "{file}"),
    "a variable wins": ("", {"OPENAI_API_KEY": "sk-1", "EMOWB_ENDPOINT": "ollama"}, "ollama", "$EMOWB_ENDPOINT"),
    "an empty key is none": ("", {"OPENAI_API_KEY": ""}, None, "default"),
}


@pytest.mark.parametrize(
    ("text", "environment", "endpoint", "source"), DEFAULT_ENDPOINTS.values(), ids=DEFAULT_ENDPOINTS
)
def test_which_endpoint_is_the_default(
    read: Read, tmp_path: Path, text: str, environment: Mapping[str, str], endpoint: str | None, source: str
) -> None:
    settings = read(text, **environment)
    assert settings.endpoint == endpoint
    assert settings.source_of("endpoint") == source.format(file=tmp_path / "work" / "emowb.toml")
    assert "sk-1" not in repr(settings)


def test_openais_address_is_taken_from_its_variable_and_said(read: Read) -> None:
    settings = read('[endpoints.openai]\nbase_url = "http://file/v1"', OPENAI_BASE_URL="http://127.0.0.1:1/v1")
    assert endpoint_named(settings, "openai").base_url == "http://127.0.0.1:1/v1"
    assert endpoint_named(settings, "openai").key_variables == ("OPENAI_API_KEY",)
    assert settings.source_of("endpoints.openai") == "$OPENAI_BASE_URL"


def test_all_settings_are_named_in_the_order_of_reading(read: Read) -> None:
    names = setting_names()
    assert names[:4] == ("db", "exports", "cache", "endpoint")
    assert {*names} == {field.name for field in fields(Settings)} - {"endpoints", "prices", "keys", "sources"}


def test_settings_cannot_be_changed_by_who_reads_them(read: Read) -> None:
    settings = read()
    assert not hasattr(settings.endpoints, "__setitem__")
    assert not hasattr(settings.sources, "__setitem__")


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_how_pictures_are_shown_can_be_set_and_a_wrong_word_is_named(read: Read) -> None:
    assert read().pictures == "auto"
    assert read('pictures = "sixel"').pictures == "sixel"
    assert read('pictures = "sixel"', EMOWB_PICTURES="words").pictures == "words"
    assert "'jpeg'; it must be one of auto, half-blocks, kitty, sixel, words" in said(read, EMOWB_PICTURES="jpeg")


def test_keys_of_ones_own_come_from_all_files_and_the_nearer_one_wins(read: Read) -> None:
    settings = read('[keys]\nreview.note = "o"\n', '[keys]\n"review.note" = "i"\n"home.open" = ["o", "f5"]\n')
    assert dict(settings.keys) == {"review.note": ("o",), "home.open": ("o", "f5")}


@pytest.mark.parametrize("text", ['keys = "o"', "[keys]\nreview.note = 1", '[keys]\nreview.note = [""]'])
def test_what_is_no_key_is_said(read: Read, text: str) -> None:
    assert "key" in said(read, text)


def test_a_theme_is_one_of_three(read: Read) -> None:
    assert read('theme = "high-contrast"').theme == "high-contrast"
    assert "one of dark, light, high-contrast" in said(read, 'theme = "pink"')
