from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES
from workbench.domain.datasets.cards import CARDS
from workbench.errors import DataError
from workbench.importers import recognition
from workbench.importers.read_dataset import options_of, splits_of
from workbench.importers.recognition import find_candidates


@pytest.mark.parametrize("key", sorted(one.name for one in SAMPLES.iterdir() if one.is_dir()))
def test_every_sample_set_is_recognised_with_what_an_import_finds(key: str) -> None:
    likeliest = find_candidates(SAMPLES / key)[0]
    assert likeliest.key == key
    assert likeliest.samples > 5
    assert not likeliest.doubts


def test_a_folder_with_nothing_of_a_set_has_no_candidate(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("day,words\n1,rain\n")
    assert find_candidates(tmp_path) == []


def test_a_path_that_is_no_folder_or_holds_very_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="does not exist"):
        find_candidates(tmp_path / "gone")
    for number in range(4):
        (tmp_path / f"{number}.jpg").touch()
    monkeypatch.setattr(recognition, "_MOST_ENTRIES", 3)
    with pytest.raises(DataError, match="more than 3 files"):
        find_candidates(tmp_path)


def test_a_question_that_nobody_waits_for_is_broken_off(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}" / "deeper").mkdir(parents=True)
    looks = iter([False, False, True])
    with pytest.raises(DataError, match="broken off"):
        find_candidates(tmp_path, lambda: next(looks))
    assert next(looks, None) is None


def test_the_options_and_splits_of_a_set_are_known() -> None:
    assert options_of(CARDS["casme2"]) == ("strict_apex", "labels", "frames_root", "encoding")
    assert splits_of(CARDS["rafdb"]) == ("test", "train")
    assert splits_of(CARDS["casme2"]) == ()
