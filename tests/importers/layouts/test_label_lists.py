from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.importers.conftest import Place, Read
from workbench.importers.import_options import ImportOptions
from workbench.importers.import_result import LeftOut
from workbench.importers.layouts.label_rules import most_voted


def test_only_the_test_part_is_read_and_the_rest_counted(listed_faces: Path, read: Read) -> None:
    found = read("rafdb", listed_faces)
    assert [(sample.id, sample.gold, sample.raw_label) for sample in found.samples] == [
        ("test_0001", "happy", "Happiness"),
        ("test_0002", "neutral", "Neutral"),
        ("test_0010", "sad", "Sadness"),
    ]
    assert "left out 2: not in the test split (names in test_…)" in found.notes


def test_the_original_is_preferred_and_a_crop_that_stands_in_is_noted(listed_faces: Path, read: Read) -> None:
    found = read("rafdb", listed_faces)
    assert [sample.path for sample in found.samples] == [
        "basic/Image/original/original/test_0001.jpg",
        "basic/Image/aligned/test_0002_aligned.jpg",
        "basic/Image/original/original/test_0010.JPG",
    ]
    assert "1 of which only the aligned picture is there: test_0002" in found.notes


def test_a_missing_picture_is_skipped_and_a_desktops_shadow_of_it_is_no_picture(listed_faces: Path, read: Read) -> None:
    skipped = read("rafdb", listed_faces).skipped
    assert [(it.path, it.reason) for it in skipped] == [
        ("test_0003.jpg", "unknown label code '9'"),
        ("test_0004.jpg", "no file test_0004.jpg"),
    ]


def test_class_folders_with_a_csv_are_read_too(tmp_path: Path, place: Place, read: Read) -> None:
    place("DATASET/test_labels.csv", content="image,label\ntest_0001_aligned.jpg,4\n")
    place("DATASET/train_labels.csv", content="image,label\ntrain_0001_aligned.jpg,4\n")
    place("DATASET/test/4/test_0001_aligned.jpg")
    (sample,) = read("rafdb", tmp_path).samples
    assert (sample.id, sample.gold, sample.path) == ("test_0001", "happy", "DATASET/test/4/test_0001_aligned.jpg")


def test_the_unique_most_voted_word_is_the_label(voted_paintings: Path, read: Read) -> None:
    found = read("abstract", voted_paintings)
    assert [(sample.id, sample.gold, sample.raw_label) for sample in found.samples] == [
        ("abstract_0001", "excited", "Excitement"),
        ("abstract_0003", "content", "Content"),
    ]
    assert "left out 1: ties of votes" in found.notes
    assert [(it.path, it.reason) for it in found.skipped] == [
        ("abstract_0004.jpg", "its votes are not all whole numbers"),
        ("abstract_0005.jpg", "no file abstract_0005.jpg"),
    ]


@given(st.lists(st.integers(min_value=0, max_value=30), min_size=3, max_size=3))
def test_votes_are_compared_as_numbers_and_ties_have_no_label(votes: list[int]) -> None:
    words = ("awe", "fear", "sad")
    row = {word: str(n_votes) for word, n_votes in zip(words, votes, strict=True)}
    try:
        word = most_voted(words)(row, ImportOptions())
    except LeftOut:
        assert votes.count(max(votes)) > 1
    else:
        assert votes.count(max(votes)) == 1
        assert votes[words.index(word)] == max(votes)
