"""`emowb export`, as a user runs it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES, Emowb


def test_the_paths_of_all_formats_are_printed_and_lead_to_files(rafdb: Emowb, place: Path) -> None:
    done = rafdb("export", "rafdb", "--format", "csv,jsonl,parquet,md,latex,html", "--what", "metrics,confusion")
    assert done.exit_code == 0, done.output
    paths = [Path(line) for line in done.stdout.splitlines()]
    folder = Path("exports") / "rafdb" / "main"
    names = (
        *("metrics.csv", "confusion.csv", "metrics.jsonl", "confusion.jsonl", "metrics.parquet", "confusion.parquet"),
        *("tables.md", "tables.tex", "tables-standalone.tex", "report.html"),
    )
    assert paths == [folder / name for name in names]
    assert all((place / path).stat().st_size for path in paths)


def test_the_default_is_every_table_as_csv(rafdb: Emowb) -> None:
    names = [Path(line).name for line in rafdb("export", "rafdb").stdout.splitlines()]
    assert names == [
        f"{name}.csv" for name in ("metrics", "predictions", "confusion", "reviews", "refusals", "attempts")
    ]


def test_json_is_a_list_of_the_paths(rafdb: Emowb, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere"
    done = rafdb("export", "rafdb", "--run", "main", "--what", "reviews", "--out", out, "--json")
    assert json.loads(done.stdout) == [str(out / "rafdb" / "main" / "reviews.csv")]


def test_the_protocol_stands_in_every_file(rafdb: Emowb) -> None:
    done = rafdb("export", "rafdb", "--protocol", "answered", "--format", "jsonl")
    for line in done.stdout.splitlines():
        rows = [json.loads(row) for row in Path(line).read_text().splitlines()]
        assert {row["protocol"] for row in rows} <= {"answered"}


def test_what_answers_are_compared_with_stands_in_every_file(rafdb: Emowb) -> None:
    done = rafdb("export", "rafdb", "--against", "reviews", "--format", "jsonl,md", "--what", "metrics,confusion")
    *tables, document = [Path(line) for line in done.stdout.splitlines()]
    for path in tables:
        rows = [json.loads(row) for row in path.read_text().splitlines()]
        assert {row["against"] for row in rows} == {"reviews"}
    assert "Against reviews: 0 gold labels" in document.read_text()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--format", "htm"), "did you mean html"),
        (("--format", "csv,tex"), "did you mean latex"),
        (("--what", "attempt"), "did you mean attempts"),
        (("--what", "reviews", "--format", "md"), "choose csv, jsonl or parquet"),
        (("--run", "mian"), "did you mean main"),
        (("--format", "csv", "--with-images"), "add --format html"),
        (("--neutral", "drop"), "scored by sign"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_the_nearest(
    rafdb: Emowb, place: Path, words: tuple[str, ...], hint: str
) -> None:
    done = rafdb("export", "rafdb", *words)
    assert done.exit_code == 2
    assert hint in done.stderr
    assert not (place / "exports").exists()


def test_pictures_are_shown_on_demand_alone_and_a_closed_licence_is_said(rafdb: Emowb, place: Path) -> None:
    plain = rafdb("export", "rafdb", "--format", "html")
    page = place / plain.stdout.strip()
    assert "data:image" not in page.read_text()
    assert "licence" not in plain.stderr
    shown = rafdb("export", "rafdb", "--format", "html", "--with-images", "--gallery", "3")
    assert page.read_text().count('src="data:image/jpeg;base64,') == 3
    assert "pictures of RAF-DB (basic) under this licence: non-commercial" in shown.stderr
    assert shown.stdout == plain.stdout, "a warning is no data"


def test_a_licence_that_allows_it_needs_no_warning(emowb: Emowb, place: Path) -> None:
    emowb("import", "ravdess", SAMPLES / "ravdess")
    emowb("run", "ravdess", "--endpoint", "embedded", "--limit", "6")
    done = emowb("export", "ravdess", "--format", "html", "--with-images")
    assert "licence" not in done.stderr
    assert "CC BY-NC-SA 4.0" in (place / done.stdout.strip()).read_text()


def test_a_run_on_words_alone_has_no_pictures_to_warn_of(emowb: Emowb, place: Path) -> None:
    emowb("import", "chsims", SAMPLES / "chsims")
    emowb("run", "chsims", "--endpoint", "embedded", "--modality", "text")
    done = emowb("export", "chsims", "--format", "html", "--with-images")
    assert "licence" not in done.stderr
    assert "data:image" not in (place / done.stdout.strip()).read_text()
