"""A run that is answered by a program of the user's own, from a file and into a file."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES, Emowb
from tests.provider.jobs.batch_server import MISSING, REFUSED, REJECTED, Asked, Said, answered, run_batch
from workbench.domain.datasets.cards import CARDS
from workbench.domain.run_options import card_spec
from workbench.pipeline.planning import open_run
from workbench.storage.workspace.database import open_workspace

WRITE = ("batch-file", "write", "rafdb", "--model", "qwen", "--batch-size", "5", "--limit", "20", "--out")


@pytest.fixture
def written(imported: Emowb, place: Path) -> Emowb:
    """The same, after four requests of five samples each were written."""
    result = imported(*WRITE, "in.jsonl")
    assert result.exit_code == 0
    assert result.stdout == f"{place / 'in.jsonl'}\n"
    return imported


def shown(emowb: Emowb) -> dict[str, object]:
    document: dict[str, object] = json.loads(emowb("show", "rafdb", "--json").stdout)
    return document


def test_a_file_is_written_answered_and_read(written: Emowb, place: Path) -> None:
    run_batch(place / "in.jsonl", place / "out.jsonl")
    result = written("batch-file", "read", "rafdb", "out.jsonl")
    assert result.exit_code == 0
    assert "4 answers read, 0 requests still out" in result.stdout
    document = shown(written)
    assert (document["state"], document["predicted"]) == ("done", 20)
    assert written("metrics", "rafdb").exit_code == 0


def test_the_file_is_its_owners_alone_and_in_the_dialect_of_vllm(written: Emowb, place: Path) -> None:
    assert (place / "in.jsonl").stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in (place / "in.jsonl").read_text().splitlines()]
    assert len(lines) == 4
    assert {line["body"]["model"] for line in lines} == {"qwen"}
    assert "detail" not in json.dumps(lines[0]["body"]["messages"][0]["content"][2])
    assert "max_tokens" in lines[0]["body"]
    assert [path.name for path in place.iterdir() if path.name.startswith(".")] == []


def test_what_is_out_is_neither_written_again_nor_asked_by_requests(written: Emowb, place: Path) -> None:
    result = written(*WRITE[:-1], "--json", "--out", "second.jsonl")
    assert json.loads(result.stdout)["requests"] == 0
    assert not (place / "second.jsonl").exists()
    assert "4 requests are out in the file" in result.stderr
    jobs = shown(written)["jobs"]
    assert isinstance(jobs, list)
    assert [(job["endpoint"], job["out"]) for job in jobs] == [("file", 4)]
    assert "in.jsonl" in written("show", "rafdb").stdout


def test_a_file_is_not_written_over_unless_asked(written: Emowb, place: Path) -> None:
    before = (place / "in.jsonl").read_bytes()
    result = written(*WRITE, "in.jsonl")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert (place / "in.jsonl").read_bytes() == before


def test_reading_the_same_file_twice_changes_nothing(written: Emowb, place: Path) -> None:
    run_batch(place / "in.jsonl", place / "out.jsonl")
    written("batch-file", "read", "rafdb", "out.jsonl")
    before = shown(written)
    result = written("batch-file", "read", "rafdb", "out.jsonl")
    assert result.exit_code == 0
    assert "0 answers read" in result.stdout
    assert "4 repeated" in result.stdout
    after = shown(written)
    assert {name: after[name] for name in after if name != "elapsed_s"} == {
        name: before[name] for name in before if name != "elapsed_s"
    }


def test_answers_may_come_in_several_files_of_any_order(written: Emowb, place: Path) -> None:
    run_batch(place / "in.jsonl", place / "out.jsonl")
    lines = (place / "out.jsonl").read_text().splitlines(keepends=True)
    (place / "a.jsonl").write_text("".join(reversed(lines[1:3])) + lines[3][:40])
    (place / "b.jsonl").write_text(lines[3] + "\n" + lines[0])
    result = written("batch-file", "read", "rafdb", "a.jsonl", "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["lines"] == {"joined": 2, "repeated": 0, "unknown": 0, "broken": 1, "out": 2, "open": 0}
    assert written("batch-file", "read", "rafdb", "b.jsonl", "a.jsonl").exit_code == 0
    assert shown(written)["state"] == "done"


def test_refused_requests_are_written_again_until_they_are_done(written: Emowb, place: Path) -> None:
    first: list[str] = []

    def say(asked: Asked) -> Said:
        first[:] = first or [asked.custom_id]
        return REFUSED if asked.custom_id == first[0] else answered(asked)

    run_batch(place / "in.jsonl", place / "out.jsonl", say)
    result = written("batch-file", "read", "rafdb", "out.jsonl")
    assert result.exit_code == 1
    assert "batch-file write rafdb --run qwen" in result.stderr
    assert written("batch-file", "write", "rafdb", "--run", "qwen", "--out", "next.jsonl").exit_code == 0
    run_batch(place / "next.jsonl", place / "out2.jsonl")
    assert written("batch-file", "read", "rafdb", "out2.jsonl").exit_code == 0
    document = shown(written)
    assert (document["predicted"], document["attempts"]) == (20, 5)


def test_a_program_that_turns_every_request_away_splits_no_batch(imported: Emowb, place: Path) -> None:
    imported(
        "batch-file", "write", "rafdb", "--model", "qwen", "--batch-size", "2", "--limit", "20", "--out", "in.jsonl"
    )
    run_batch(place / "in.jsonl", place / "out.jsonl", lambda _: REJECTED)
    result = imported("batch-file", "read", "rafdb", "out.jsonl", "--json")
    assert result.exit_code == 1
    assert "turned away: not so" in result.stderr
    assert json.loads(result.stdout)["lines"]["open"] == 10


@pytest.mark.parametrize("content", ["", "{}\n", "no JSON\n", '{"custom_id": "request-1", "response": null}\n'])
def test_a_file_that_answers_nothing_of_the_run_is_refused(written: Emowb, place: Path, content: str) -> None:
    (place / "odd.jsonl").write_text(content)
    result = written("batch-file", "read", "rafdb", "odd.jsonl")
    assert result.exit_code == 3
    assert "is it the file that the program wrote?" in result.stderr


def test_the_requests_are_not_taken_for_answers(written: Emowb) -> None:
    result = written("batch-file", "read", "rafdb", "in.jsonl")
    assert result.exit_code == 3
    assert "4 are no answers at all" in result.stderr


def test_the_answers_of_another_run_are_not_taken_for_this_ones(written: Emowb, place: Path) -> None:
    written(*WRITE[:4], "other", *WRITE[5:], "other.jsonl")
    run_batch(place / "in.jsonl", place / "out.jsonl")
    result = written("batch-file", "read", "rafdb", "--run", "other", "out.jsonl")
    assert result.exit_code == 3
    assert written("batch-file", "read", "rafdb", "--run", "qwen", "out.jsonl").exit_code == 0


def test_what_will_not_be_answered_is_given_back(written: Emowb, place: Path) -> None:
    run_batch(
        place / "in.jsonl",
        place / "out.jsonl",
        lambda asked: MISSING if "-1-1-" in asked.custom_id else answered(asked),
    )
    result = written("batch-file", "read", "rafdb", "out.jsonl")
    assert "batch-file drop rafdb" in result.stderr
    assert "1 requests are open again" in written("batch-file", "drop", "rafdb").stdout
    assert json.loads(written("batch-file", "drop", "rafdb", "--json").stdout)["given_back"] == 0
    again = written("batch-file", "write", "rafdb", "--run", "qwen", "--out", "next.jsonl", "--json")
    assert json.loads(again.stdout)["requests"] == 1


def test_bad_media_are_told_and_left_out(emowb: Emowb, place: Path) -> None:
    import shutil

    shutil.copytree(SAMPLES / "rafdb", place / "set")
    emowb("import", "rafdb", place / "set")
    (bad := next((place / "set").rglob("*.jpg"))).write_bytes(b"")
    result = emowb("batch-file", "write", "rafdb", "--model", "m", "--out", "in.jsonl", "--json")
    assert f"bad media: {bad.stem}" in result.stderr
    assert json.loads(result.stdout)["bad_media"] == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("batch-file", "write", "rafdb", "--out", "x.jsonl"), 2, "--model"),
        (("batch-file", "write", "rafdb", "--run", "new", "--out", "x.jsonl"), 2, "--model"),
        (("batch-file", "write", "rafdb", "--model", "m", "--endpoint", "vlm", "--out", "x.jsonl"), 2, "vllm"),
        (("batch-file", "write", "rafdb", "--model", "m", "--out", "none/x.jsonl"), 3, "cannot be written"),
        (("batch-file", "read", "rafdb", "--run", "main", "x.jsonl"), 2, "the embedded endpoint reads no files"),
        (("batch-file", "write", "rafdb", "--run", "main", "--out", "x.jsonl"), 2, "the embedded endpoint reads no"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(rafdb: Emowb, words: tuple[str, ...], code: int, said: str) -> None:
    result = rafdb(*words)
    assert result.exit_code == code, result.stderr
    assert said in result.stderr


def test_a_run_that_has_written_no_file_has_none_to_read(imported: Emowb, place: Path) -> None:
    with closing(open_workspace(place / "emowb.db")) as db:
        open_run(db, "plain", card_spec(CARDS["rafdb"], {"model": "m", "endpoint": "vllm"}))
    result = imported("batch-file", "read", "rafdb", "x.jsonl")
    assert result.exit_code == 2
    assert "run plain has written no file" in result.stderr


def test_a_file_of_answers_that_is_not_there_is_said(written: Emowb) -> None:
    result = written("batch-file", "read", "rafdb", "none.jsonl")
    assert result.exit_code == 3
    assert "none.jsonl cannot be read" in result.stderr


def test_the_help_of_each_command_has_an_example(emowb: Emowb) -> None:
    for word in ("write", "read", "drop"):
        assert f"emowb batch-file {word} rafdb" in emowb("batch-file", word, "--help").stdout
