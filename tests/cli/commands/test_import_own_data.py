"""A data set of one's own works in every command like a built-in one."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import SAMPLES, Emowb

FACES = SAMPLES / "rafdb" / "basic" / "Image" / "original"


@pytest.fixture
def manifest(place: Path) -> Path:
    """Twelve faces, two of them happy by another spelling, and one row whose picture is missing."""
    rows = ["# title: Our faces", "# labels: happy, sad, angry", "path,gold,subject"]
    for number, face in enumerate(sorted(FACES.glob("test_*.jpg"))[:12]):
        Image.open(face).save(place / f"face-{number}.png")
        rows.append(f"face-{number}.png,{('happiness', 'sad', 'angry')[number % 3]},s{number % 4}")
    rows.append("gone.png,sad,s9")
    (place / "mine.csv").write_text("\n".join(rows) + "\n")
    return place / "mine.csv"


def test_a_manifest_becomes_a_set_that_every_command_knows(emowb: Emowb, manifest: Path) -> None:
    imported = emowb("import", "mine", "--manifest", manifest, "--json")
    assert imported.exit_code == 1, "a missing picture is worth knowing"
    report = json.loads(imported.stdout)
    assert (report["imported"], len(report["skipped"])) == (12, 1)
    assert report["by_label"] == {"happy": 4, "sad": 4, "angry": 4}
    assert emowb("run", "mine", "--endpoint", "embedded").exit_code == 0
    assert emowb("run", "mine", "--endpoint", "embedded", "--prompt", "paper", "--name", "paper").exit_code == 0
    scores = json.loads(emowb("metrics", "mine", "--json").stdout)
    assert (scores["planned"], scores["published"]) == (12, [])
    assert emowb("export", "mine").exit_code == 0
    assert emowb("show", "mine").exit_code == 0
    (own,) = [card for card in json.loads(emowb("datasets", "--json").stdout) if card["key"] == "mine"]
    assert own["title"] == "Our faces"
    assert own["imported"] == 12


def test_the_template_is_a_manifest(emowb: Emowb, place: Path) -> None:
    (place / "template.csv").write_text(emowb("import", "--template").stdout)
    result = emowb("import", "mine", "--manifest", "template.csv")
    assert result.exit_code == 3, "its example pictures do not exist"
    assert "example-1" in result.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("import", "rafdb", "--manifest", "mine.csv"), "rafdb"),
        (("import", "Mine!", "--manifest", "mine.csv"), "letters"),
        (("import",), "name a data set"),
        (("import", "rafdb"), "unpacked"),
        (("import", "rafdb", ".", "--task", "facial"), "--task"),
        (("import", "rafdb", ".", "--labels", "pepper"), "did you mean paper"),
        (("import", "mine", "--manifest", "mine.csv", "--task", "facials"), "facial"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(emowb: Emowb, manifest: Path, words: tuple[str, ...], says: str) -> None:
    assert manifest.exists()
    result = emowb(*words)
    assert result.exit_code == 2, result.output
    assert says in result.stderr


def test_a_key_that_nobody_has_imported_names_the_users_own_near_ones(emowb: Emowb, manifest: Path) -> None:
    emowb("import", "mine", "--manifest", manifest)
    assert "did you mean mine" in emowb("metrics", "mime").stderr


def test_columns_with_other_names_are_given(emowb: Emowb, place: Path) -> None:
    (place / "own.csv").write_text("nr,said,felt\n1,hello,joy\n2,bye,woe\n")
    done = emowb("import", "own", "--manifest", "own.csv", "--columns", "id=nr, text=said, gold=felt")
    assert done.exit_code == 0, done.output
    assert "joy 1, woe 1" in done.stdout


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("gold", "is written path=COLUMN"),
        ("mood=felt", "unknown field 'mood'"),
        ("id=nr,text=nr", "names nr twice"),
        ("id=nr,id=said", "names id twice"),
    ],
)
def test_wrong_columns_are_refused(emowb: Emowb, place: Path, columns: str, said: str) -> None:
    (place / "own.csv").write_text("nr,said,felt\n1,hello,joy\n2,bye,woe\n")
    done = emowb("import", "own", "--manifest", "own.csv", "--columns", columns)
    assert done.exit_code == 2
    assert said in done.stderr
    assert emowb("import", "rafdb", place, "--columns", columns).exit_code == 2
