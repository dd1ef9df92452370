from contextlib import closing
from pathlib import Path

import pytest

from tests.importers import drawn_pictures as drawn
from tests.importers.conftest import Place, Read
from workbench.domain.datasets.cards import CARDS
from workbench.errors import DataError
from workbench.pipeline.store_dataset import store_dataset
from workbench.storage.workspace.database import open_workspace


@pytest.mark.parametrize("draw", [drawn.twitter1, drawn.twitter1_renamed])
@pytest.mark.parametrize(("agreement", "n_samples"), [(3, 5), (4, 3), (5, 2)])
def test_twitter1_has_a_list_for_each_agreement(
    tmp_path: Path, read: Read, draw: drawn.Draw, agreement: int, n_samples: int
) -> None:
    draw(tmp_path)
    found = read("twitter1", tmp_path, agreement=agreement)
    assert len(found.samples) == n_samples
    assert [it.gold for it in found.samples[:2]] == ["negative", "positive"]
    assert [it.reason for it in found.skipped] == ["unknown label code 'both'", "no file 8_8_8.jpg"]


def test_twitter1_is_counted_from_the_votes_where_there_are_no_lists(tmp_path: Path, read: Read) -> None:
    drawn.twitter1_counts(tmp_path)
    found = read("twitter1", tmp_path)
    assert [it.gold for it in found.samples] == ["positive", "negative", "positive", "negative"]
    assert found.notes[0].startswith("counted from amt_result.csv")
    assert [it.gold for it in read("twitter1", tmp_path, agreement=5).samples] == ["positive", "negative"]


@pytest.mark.parametrize("draw", [drawn.twitter2, drawn.twitter2_codes, drawn.twitter2_without_headings])
def test_twitter2_finds_its_columns_by_what_they_hold(tmp_path: Path, read: Read, draw: drawn.Draw) -> None:
    draw(tmp_path)
    found = read("twitter2", tmp_path)
    assert [(it.id, it.gold, it.path) for it in found.samples] == [
        ("1", "positive", "twitter/topic a/1.jpg"),
        ("3", "negative", "twitter/topic a/3.jpg"),
        ("12", "positive", "twitter/topic b/12.jpeg"),
    ]
    assert "no file 13" in {it.reason.removesuffix(".jpg") for it in found.skipped}


def test_twitter2_does_not_trust_the_order_of_rows(tmp_path: Path, read: Read) -> None:
    drawn.twitter2(tmp_path, "text\tsentiment\nso nice\tpositive\nso bad\tnegative\n")
    with pytest.raises(DataError, match="has no column 'image\\*'"):
        read("twitter2", tmp_path)


def test_a_complete_copy_of_twitter2_lacks_what_every_copy_lacks(tmp_path: Path, place: Place, read: Read) -> None:
    place("groundTruthLabel.txt", content="".join(f"{at}.jpg\tpositive\n" for at in range(1, 811)))
    place(*(f"images/{at}.jpg" for at in range(1, 604)))
    with closing(open_workspace(tmp_path / "w.db", create=True)) as db:
        report = store_dataset(db, CARDS["twitter2"], read("twitter2", tmp_path))
        assert (report.complete, len(report.skipped)) == (True, 207)
        assert any("207 pictures are in no copy" in note for note in report.notes)
        (tmp_path / "images/7.jpg").unlink()
        assert not store_dataset(db, CARDS["twitter2"], read("twitter2", tmp_path)).complete


def test_artphoto_has_its_labels_in_the_names_of_files(tmp_path: Path, read: Read) -> None:
    drawn.artphoto(tmp_path)
    found = read("artphoto", tmp_path)
    assert [(it.id, it.gold) for it in found.samples] == [
        ("amusement_0002", "amused"),
        ("amusement_0010", "amused"),
        ("sad_0001", "sad"),
    ]
    assert found.notes == ("left out 1: unknown label 'boredom'",)


def test_abstract_beside_artphoto_is_not_read_as_artphoto(tmp_path: Path, place: Place, read: Read) -> None:
    drawn.artphoto(tmp_path)
    place("testImages_abstract/abstract_0001.jpg")
    assert len(read("artphoto", tmp_path).samples) == 3
