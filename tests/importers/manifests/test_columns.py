from pathlib import Path

import pytest

from workbench.errors import DataError
from workbench.importers.manifests.manifest import read_manifest
from workbench.importers.manifests.manifest_file import read_headings


def table(folder: Path, text: str, name: str = "own.csv") -> Path:
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("## a remark\n\nImage;Emotion;Wer\na.png;happy;anna\n", "own.csv"),
        ("Image\tEmotion\tWer\na.png\thappy\tanna\n", "own.tsv"),
        ('{"Image": "a.png", "Emotion": "happy", "Wer": "anna"}\n', "own.jsonl"),
        ('{"manifest": {"title": "My own"}}\n{"Image": "a.png", "Emotion": "happy", "Wer": "anna"}\n', "own.jsonl"),
    ],
)
def test_headings_come_with_an_example_and_a_guess(tmp_path: Path, text: str, name: str) -> None:
    headings = read_headings(table(tmp_path, text, name))
    assert headings.names == ("Image", "Emotion", "Wer")
    assert headings.example == ("a.png", "happy", "anna")
    assert headings.fields == {"path": "Image", "gold": "Emotion"}


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"\n\n", bytes(range(256))):
        (tmp_path / "own.csv").write_bytes(content)
        with pytest.raises(DataError):
            read_headings(tmp_path / "own.csv")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Worte,Urteil,gold,nr\nhello,joy,1,a\nbye,woe,2,b\n", "own.csv"),
        (
            (
                '{"Worte": "hello", "Urteil": "joy", "gold": "1", "nr": "a"}\n'
                '{"Worte": "bye", "Urteil": "woe", "gold": "2", "nr": "b"}\n'
            ),
            "own.jsonl",
        ),
    ],
)
def test_a_column_that_is_given_goes_before_one_with_the_fields_name(tmp_path: Path, text: str, name: str) -> None:
    columns = {"text": "Worte", "gold": "Urteil", "id": "nr"}
    _, found = read_manifest("own", table(tmp_path, text, name), columns=columns)
    assert [(one.id, one.text, one.gold) for one in found.samples] == [("a", "hello", "joy"), ("b", "bye", "woe")]


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column is called 'mood'"):
        read_manifest("own", table(tmp_path, "text,gold,id\na,b,c\n"), columns={"gold": "Mood"})
