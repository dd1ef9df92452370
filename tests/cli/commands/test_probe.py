"""`emowb probe` as a user meets it: what it says, what it keeps, how it ends."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.conftest import Emowb
from tests.provider.conftest import HTML, Answer, Asked, Scripted, ScriptedServer, refused, serving
from tests.provider.probing.seeing import MODEL, Seeing
from workbench.storage.runs.endpoint_history import load_probe
from workbench.storage.workspace.database import open_workspace

KEY = "sk-live-0123456789abcdef"
Lab = Callable[[Scripted], ScriptedServer]


@pytest.fixture
def lab(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """Start a server that the settings know as `lab`, with a key."""
    monkeypatch.setenv("LAB_KEY", KEY)
    with ExitStack() as started:

        def start(scripted: Scripted) -> ScriptedServer:
            server = started.enter_context(serving(scripted))
            lines = ("[endpoints.lab]", f'base_url = "{server.base_url}"', 'key_variable = "LAB_KEY"')
            (place / "emowb.toml").write_text("\n".join(lines), encoding="utf-8")
            return server

        yield start


def test_the_embedded_endpoint_comes_out_as_what_it_is(emowb: Emowb) -> None:
    result = emowb("probe", "--endpoint", "embedded", "--json")
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    marks = {finding["name"]: finding["mark"] for finding in record["findings"]}
    assert {name for name, mark in marks.items() if mark == "unclear"} == {"pictures", "order"}
    assert {name for name, mark in marks.items() if mark == "no"} == {"limits"}
    assert (record["warnings"], record["stored"], record["cost_usd"]) == ([], False, 0.0)
    assert "not kept: there is no workspace at emowb.db yet" in result.stderr
    assert not Path("emowb.db").exists()


def test_it_says_beforehand_who_is_asked_how_often(lab: Lab, emowb: Emowb) -> None:
    server = lab(Seeing())
    result = emowb("probe", "--endpoint", "lab")
    assert result.exit_code == 0
    first, *_ = result.stderr.splitlines()
    assert first == (
        f"asking {MODEL} at {server.base_url}: at most 13 small requests, 1,000 tokens of answer each; "
        "drawn pictures go out, nothing of a data set"
    )
    assert "10 requests, cost unknown" in result.stderr
    assert result.stdout.startswith(f"lab / {MODEL}\n")


def test_the_users_own_price_counts(lab: Lab, emowb: Emowb, place: Path) -> None:
    lab(Seeing())
    with (place / "emowb.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[prices."{MODEL}"]\ninput_usd = 1\noutput_usd = 1\n')
    assert json.loads(emowb("probe", "--endpoint", "lab", "--json").stdout)["cost_usd"] > 0


def test_what_was_found_out_is_kept_in_the_workspace_in_place_of_what_was(lab: Lab, imported: Emowb) -> None:
    lab(Seeing(rejects=("seed",)))
    result = imported("probe", "--endpoint", "lab")
    assert "differs from its settings: seed = false" in result.stdout
    assert f"kept in emowb.db; runs of {MODEL} on lab follow it" in result.stderr
    server = lab(Seeing())
    assert imported("probe", "--endpoint", "lab").exit_code == 0
    db = open_workspace(Path("emowb.db"))
    try:
        record = load_probe(db, "lab", MODEL)
        assert record is not None
        assert record["base_url"] == server.base_url
        assert not any(finding["changes"] for finding in record["findings"])
        assert load_probe(db, "lab", "another") is None
        assert load_probe(db, "vllm", MODEL) is None
    finally:
        db.close()
    assert KEY.encode() not in Path("emowb.db").read_bytes()


def test_warnings_come_first_and_are_worth_an_exit_code(lab: Lab, emowb: Emowb) -> None:
    lab(Seeing(models=[{"id": MODEL, "shutdown_date": "2020-01-01"}], most_images=1))
    result = emowb("probe", "--endpoint", "lab")
    assert result.exit_code == 1
    _, *lines = result.stdout.splitlines()
    assert lines[0].startswith(f"warning: model {MODEL} was shut down on 2020-01-01")
    assert lines[1].startswith("warning: some data sets send 20 pictures in a request, it takes 1")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_key_is_an_endpoint_that_cannot_be_used(lab: Lab, emowb: Emowb, method: str) -> None:
    def refusing(asked: Asked) -> Answer:
        wrong = refused(401, "invalid_api_key", f"Incorrect API key provided: {KEY}")
        return wrong if asked.method == method else Seeing()(asked)

    lab(refusing)
    result = emowb("probe", "--endpoint", "lab", "--model", MODEL)
    assert result.exit_code == 4
    assert "Incorrect API key provided: [key]" in result.stderr
    assert KEY not in result.output


def test_a_web_page_is_no_endpoint(lab: Lab, emowb: Emowb) -> None:
    lab(Answer(200, HTML, b"<html>\x1b]0;gotcha\x07</html>"))
    result = emowb("probe", "--endpoint", "lab", "--model", MODEL)
    assert result.exit_code == 4
    assert "lab did not answer to the end: no answer to a chat request" in result.stderr
    assert "is the address right?" in result.stderr
    assert "\x1b" not in result.output


def test_a_probe_that_was_broken_off_does_not_take_the_place_of_a_whole_one(lab: Lab, imported: Emowb) -> None:
    lab(Seeing())
    assert imported("probe", "--endpoint", "lab").exit_code == 0
    lab(refused(402, None, "no credit"))
    assert imported("probe", "--endpoint", "lab", "--model", MODEL).exit_code == 4
    db = open_workspace(Path("emowb.db"))
    try:
        record = load_probe(db, "lab", MODEL)
    finally:
        db.close()
    assert record is not None
    assert record["stopped"] is None


def test_without_a_list_of_models_one_must_be_named(lab: Lab, emowb: Emowb) -> None:
    server = lab(Seeing(models=None))
    result = emowb("probe", "--endpoint", "lab")
    assert result.exit_code == 2
    assert "does not list its models; choose with --model" in result.stderr
    assert [asked.method for asked in server.asked] == ["GET"]


def test_a_workspace_that_is_none_is_found_out_before_anybody_is_asked(lab: Lab, emowb: Emowb) -> None:
    server = lab(Seeing())
    Path("emowb.db").write_bytes(b"something else")
    assert emowb("probe", "--endpoint", "lab").exit_code == 5
    assert server.asked == []


def test_a_run_warns_of_a_model_that_ends(lab: Lab, imported: Emowb) -> None:
    lab(Seeing(models=[{"id": MODEL, "shutdown_date": "2020-01-01"}]))
    result = imported("run", "rafdb", "--endpoint", "lab", "--dry-run")
    assert f"warning: model {MODEL} was shut down on 2020-01-01, by its endpoint's own list" in result.stderr
