"""What a newcomer gets wrong: one line that says what happened and what to do, the right code, nothing left half."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES, Emowb

EMBEDDED = ("--endpoint", "embedded")


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("import", "rafbd", "."), 2, "did you mean rafdb"),
        (("import", "rafdb", "nowhere"), 3, "nowhere"),
        (("import", "rafdb", "."), 3, "unpacked"),
        (("import", "ravdess", SAMPLES / "rafdb"), 3, "RAVDESS"),
        (("run", "rafdb", *EMBEDDED), 5, "emowb import"),
        (("metrics", "rafdb"), 5, "emowb import"),
        (("open", "rafdb"), 2, "terminal"),
        (("--db", "no/such/folder/x.db", "import", "rafdb", SAMPLES / "rafdb"), 5, "--db"),
    ],
)
def test_each_mistake_is_one_line_with_its_exit_code_and_leaves_no_workspace(
    emowb: Emowb, place: Path, words: tuple[str | Path, ...], exit_code: int, says: str
) -> None:
    result = emowb(*words)
    assert result.exit_code == exit_code, result.output
    assert says in result.stderr
    assert result.stderr.startswith("emowb: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert not (place / "emowb.db").exists()


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("run", "rafdb"), 4, "--endpoint embedded"),
        (("run", "rafdb", "--endpoint", "openai", "--model", "m"), 4, "OPENAI_API_KEY"),
        (("run", "rafdb", "--endpoint", "vlm"), 2, "did you mean vllm"),
        (("run", "rafdb", "--endpoint", "lmstudio"), 4, "no server answers"),
        (("run", "rafdb", "--endpoint", "azure", "--model", "m"), 2, "base_url"),
        (("run", "rafdb", *EMBEDDED, "--model", "gpt-9"), 2, "schematic-baseline"),
        (("run", "rafdb", *EMBEDDED, "--prompt", "papper"), 2, "did you mean paper"),
        (("run", "rafdb", *EMBEDDED, "--frames", "first"), 2, "uniform(n)"),
        (("run", "rafdb", *EMBEDDED, "--modality", "text"), 2, "as image"),
        (("run", "casme2", *EMBEDDED), 3, "emowb import casme2"),
        (("metrics", "rafdb"), 2, "no run yet"),
        (("open", "rafdb"), 2, "terminal"),
        (("retry", "rafdb"), 2, "--refused"),
        (("export", "rafdb", "--what", "metrix"), 2, "did you mean metrics"),
    ],
)
def test_mistakes_after_an_import_change_nothing(
    imported: Emowb, words: tuple[str, ...], exit_code: int, says: str
) -> None:
    result = imported(*words)
    assert result.exit_code == exit_code, result.output
    assert says in result.stderr
    assert imported("runs", "--json").stdout.strip() == "[]"


def test_a_wrong_option_is_a_usage_error(emowb: Emowb) -> None:
    assert emowb("run", "rafdb", "--batch-size", "0").exit_code == 2
    assert emowb("frobnicate").exit_code == 2


def test_a_database_of_another_program_is_refused_and_left_as_it_is(emowb: Emowb, place: Path) -> None:
    other = sqlite3.connect(place / "emowb.db")
    other.execute("CREATE TABLE bookmarks (url)")
    other.commit()
    other.close()
    before = (place / "emowb.db").read_bytes()
    for words in (("import", "rafdb", SAMPLES / "rafdb"), ("metrics", "rafdb"), ("datasets",)):
        result = emowb(*words)
        assert result.exit_code == 5
        assert "another program" in result.stderr
    assert (place / "emowb.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(emowb: Emowb, place: Path) -> None:
    (place / "notes.txt").write_text("do not lose me " * 100)
    result = emowb("--db", "notes.txt", "import", "rafdb", SAMPLES / "rafdb")
    assert result.exit_code == 5
    assert (place / "notes.txt").read_text() == "do not lose me " * 100


def test_an_export_into_a_file_says_so_and_writes_nothing(rafdb: Emowb, place: Path) -> None:
    (place / "exports").write_text("a file stands in the way")
    result = rafdb("export", "rafdb")
    assert result.exit_code == 3
    assert "exports" in result.stderr


def test_a_setting_with_a_wrong_word_names_its_file(emowb: Emowb, place: Path) -> None:
    (place / "emowb.toml").write_text("concurency = 3\n")
    result = emowb("config")
    assert result.exit_code == 2
    assert "emowb.toml" in result.stderr
    assert "did you mean concurrency" in result.stderr


def test_hostile_names_are_shown_visible(emowb: Emowb) -> None:
    result = emowb("import", "rafdb\x1b[2J", ".")
    assert "\x1b" not in result.output
    assert "␛" in result.stderr or "\\x1b" in result.stderr
