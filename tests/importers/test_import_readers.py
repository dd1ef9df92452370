import shutil
from pathlib import Path

import pytest

from tests.importers.conftest import Place, Read
from workbench.domain.datasets import CARDS
from workbench.errors import DataError, UsageError
from workbench.importers.readers import Found, importable

TREES = {
    "casme2": "coded_clips",
    "rafdb": "listed_faces",
    "ravdess": "spoken_clips",
    "chsims": "segments",
    "abstract": "voted_paintings",
}


@pytest.fixture(params=sorted(TREES))
def drawn(request: pytest.FixtureRequest) -> tuple[str, Path]:
    return request.param, request.getfixturevalue(TREES[request.param])


def without_root(found: Found) -> tuple[object, ...]:
    return tuple((it.id, it.gold, it.media) for it in found.samples), found.notes


def test_every_reader_has_a_card_and_a_tree_to_test_it() -> None:
    assert set(importable()) == set(TREES) <= set(CARDS)


def test_importing_twice_finds_the_same(drawn: tuple[str, Path], read: Read) -> None:
    key, path = drawn
    assert read(key, path) == read(key, path)


def test_every_sample_is_a_gold_label_at_an_existing_path_below_the_root(drawn: tuple[str, Path], read: Read) -> None:
    key, path = drawn
    found = read(key, path)
    assert found.root == path.resolve()
    assert {it.gold for it in found.samples} <= set(CARDS[key].gold_labels)
    assert all((found.root / it.path).exists() for it in found.samples if it.path)
    assert len({it.id for it in found.samples}) == len(found.samples)


def test_the_parent_of_the_archive_will_do(
    drawn: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory, read: Read
) -> None:
    key, path = drawn
    parent = tmp_path_factory.mktemp("parent")
    shutil.copytree(path, parent / "archive")
    assert without_root(read(key, parent)) == without_root(read(key, path))


@pytest.mark.parametrize(
    ("key", "media"),
    [
        ("casme2", "CASME2_RAW_selected/CASME2_RAW_selected"),
        ("rafdb", "basic/Image"),
        ("chsims", "SIMS/Raw"),
        ("abstract", "testImages_abstract"),
    ],
)
def test_the_folder_of_media_will_do(request: pytest.FixtureRequest, read: Read, key: str, media: str) -> None:
    path = request.getfixturevalue(TREES[key])
    assert without_root(read(key, path / media)) == without_root(read(key, path))


def test_a_set_without_a_reader_says_which_have_one(tmp_path: Path, read: Read) -> None:
    with pytest.raises(UsageError, match="cannot import samm yet; it can: casme2, rafdb"):
        read("samm", tmp_path)


def test_another_folder_is_told_what_was_looked_for_and_where(
    drawn: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory, read: Read
) -> None:
    other = tmp_path_factory.mktemp("other") / "1" / "2" / "3" / "4"
    other.mkdir(parents=True)
    (other / "hello.txt").write_text("hello")
    with pytest.raises(DataError, match=r"4 does not hold .+: no .+; expected ") as caught:
        read(drawn[0], other)
    assert "\n" not in str(caught.value)


def test_labels_without_a_single_usable_picture_are_an_error_with_the_first_reason(
    tmp_path: Path, place: Place, read: Read
) -> None:
    place("EmoLabel/list_patition_label.txt", content="test_0001.jpg 4\ntrain_00001.jpg 1\n")
    with pytest.raises(DataError, match=r"1 skipped, the first \(test_0001\.jpg\): no file.*left out 1"):
        read("rafdb", tmp_path)


def test_a_list_of_climbing_names_reaches_nothing(tmp_path: Path, place: Place, read: Read) -> None:
    names = ("test_/../../secret.jpg", "test_\x1b[2J.jpg", "test_0001.jpg", "test_" + "9" * 5000 + ".jpg")
    place("set/EmoLabel/list_patition_label.txt", content="".join(f"{name} 4\n" for name in names))
    place("secret.jpg", "set/test_0001.jpg")
    found = read("rafdb", tmp_path / "set")
    assert [it.id for it in found.samples] == ["test_0001"]
    assert found.skipped[0].reason == "leads out of the data set's folder"
    assert all(it.path.isprintable() and len(it.path) < 400 for it in found.skipped)


def test_a_table_of_nonsense_makes_few_notes(tmp_path: Path, place: Place, read: Read) -> None:
    lines = ["test_0001.jpg 4", *(f"test_{n}.jpg word{n}" for n in range(5000))]
    place("EmoLabel/list_patition_label.txt", content="\n".join(lines))
    place("test_0001.jpg")
    notes = read("rafdb", tmp_path).notes
    assert len(notes) == 21
    assert notes[-1] == "left out 4,980 of 4,980 other kinds"
