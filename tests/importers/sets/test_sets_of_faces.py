from pathlib import Path

import pytest
from numpy.lib import format as npy

from tests.importers import drawn_pictures as drawn
from tests.importers.conftest import Read
from workbench.domain.datasets.samples import MediaKind
from workbench.errors import DataError
from workbench.importers.import_options import MajorityRule
from workbench.importers.import_result import ImportResult


def golds(found: ImportResult) -> list[tuple[str, str, str]]:
    return [(it.id, it.gold, it.raw_label) for it in found.samples]


@pytest.mark.parametrize("draw", [drawn.ckplus, drawn.ckplus_one_folder_an_archive])
def test_ckplus_has_the_last_three_frames_of_each_labelled_sequence(
    tmp_path: Path, read: Read, draw: drawn.Draw
) -> None:
    draw(tmp_path)
    found = read("ckplus", tmp_path)
    assert golds(found) == [
        *((f"S005/001/S005_001_{frame:08}", "disgusted", "disgust") for frame in (9, 10, 11)),
        *((f"S999/002/S999_002_{frame:08}", "surprised", "surprise") for frame in (1, 3, 4)),
    ]
    assert {it.cluster for it in found.samples} == {"S005", "S999"}
    assert {it.media for it in found.samples} == {MediaKind.IMAGE}


def test_ckplus_says_why_a_labelled_sequence_is_not_used(tmp_path: Path, read: Read) -> None:
    drawn.ckplus(tmp_path)
    found = read("ckplus", tmp_path)
    assert [it.reason for it in found.skipped] == [
        "its label 'nonsense' is no whole number",
        "fewer than 3 pictures up to its peak",
        "no pictures in S011/001",
    ]
    assert found.notes == ("left out 1: label 'neutral', which is not scored",)


def test_sfew_keeps_a_file_name_that_stands_in_two_class_folders(tmp_path: Path, read: Read) -> None:
    drawn.sfew2(tmp_path)
    found = read("sfew2", tmp_path)
    assert golds(found) == [
        ("Angry/Some_Movie_001122000_00000005", "angry", "Angry"),
        ("Happy/21_001122000_00000001", "happy", "Happy"),
        ("Surprise/21_001122000_00000001", "surprised", "Surprise"),
    ]
    assert [it.cluster for it in found.samples] == ["Some_Movie", "21", "21"]
    assert [it.cluster for it in read("sfew2", tmp_path, split="Train").samples] == ["Other_Movie"]


def test_sfew_prefers_the_pictures_themselves_and_says_when_only_crops_are_there(tmp_path: Path, read: Read) -> None:
    drawn.sfew2_both(tmp_path / "both")
    drawn.sfew2_aligned(tmp_path / "aligned")
    both, aligned = read("sfew2", tmp_path / "both"), read("sfew2", tmp_path / "aligned")
    assert golds(both) == golds(aligned)
    assert "left out 1: cropped, of which the whole pictures are taken" in both.notes
    assert all("Aligned" not in (it.path or "") for it in both.samples)
    assert any(note.startswith("3 cropped, since the whole pictures are not there") for note in aligned.notes)


def test_ferplus_takes_the_first_of_the_most_voted_of_eight_emotions(tmp_path: Path, read: Read) -> None:
    drawn.ferplus(tmp_path)
    found = read("ferplus", tmp_path)
    assert golds(found) == [
        ("fer0000011", "neutral", "neutral"),
        ("fer0000020", "fearful", "fear"),
        ("fer0000021", "sad", "sadness"),
    ]
    assert "left out 1: rows without a name" in found.notes


def test_ferplus_knows_the_owners_majority_too(tmp_path: Path, read: Read) -> None:
    drawn.ferplus(tmp_path)
    found = read("ferplus", tmp_path, majority=MajorityRule.OFFICIAL)
    assert [it.id for it in found.samples] == ["fer0000021"]  # six of nine, and single votes do not count
    assert "left out 1: without a majority of the votes" in found.notes
    assert "left out 1: most voted to be no emotion" in found.notes


@pytest.mark.parametrize("draw", [drawn.ferplus_pixels, drawn.ferplus_other_columns])
def test_ferplus_finds_its_pictures_in_the_rows_of_fer2013(tmp_path: Path, read: Read, draw: drawn.Draw) -> None:
    draw(tmp_path)
    found = read("ferplus", tmp_path)
    assert {it.media for it in found.samples} == {MediaKind.PIXELS}
    assert [it.path for it in found.samples] == [f"fer2013/fer2013.csv#{row}" for row in (2, 4, 5)]


def test_rows_of_pixels_that_do_not_go_with_the_labels_are_not_used(tmp_path: Path, read: Read) -> None:
    drawn.ferplus_pixels(tmp_path, shift=1)
    found = read("ferplus", tmp_path)
    assert [it.id for it in found.samples] == ["fer0000011", "fer0000020"]
    assert "the two tables do not belong together" in found.skipped[0].reason


def test_a_table_without_pixels_is_no_table_of_pictures(tmp_path: Path, read: Read) -> None:
    drawn.ferplus_pixels(tmp_path, header="emotion,usage")
    with pytest.raises(DataError, match="no columns 'pixels' and 'Usage'"):
        read("ferplus", tmp_path)


def test_a_table_of_pixels_with_an_endless_line_is_refused(tmp_path: Path, read: Read) -> None:
    drawn.ferplus_pixels(tmp_path)
    with (tmp_path / "fer2013/fer2013.csv").open("a") as file:
        file.write("0 " * 600_000)
    with pytest.raises(DataError, match="a line of more than 1,048,576 characters"):
        read("ferplus", tmp_path)


@pytest.mark.parametrize("draw", [drawn.ferplus_generated, drawn.ferplus_generated_with_boxes])
def test_ferplus_as_its_own_script_writes_it(tmp_path: Path, read: Read, draw: drawn.Draw) -> None:
    draw(tmp_path)
    assert [(it.id, it.path) for it in read("ferplus", tmp_path).samples] == [
        ("fer0000011", "data/FER2013Test/fer0000011.png")
    ]
    assert [it.id for it in read("ferplus", tmp_path, split="valid").samples] == ["fer0000007"]


@pytest.mark.parametrize("draw", [drawn.affectnet, drawn.affectnet_without_header])
def test_affectnet_is_read_with_a_header_and_without(tmp_path: Path, read: Read, draw: drawn.Draw) -> None:
    draw(tmp_path)
    found = read("affectnet", tmp_path)
    assert golds(found) == [
        ("1/0a", "neutral", "Neutral"),
        ("1/0b", "happy", "Happy"),
        ("22/0c", "contempt", "Contempt"),
        ("22/0d", "surprised", "Surprise"),
    ]
    assert {"left out 1: without a label: none", "left out 1: without a label: no face"} <= set(found.notes)
    assert [(it.path, it.reason) for it in found.skipped] == [("3/10.jpg", "no file 3/10.jpg")]
    assert [it.id for it in read("affectnet", tmp_path, split="training").samples] == ["9/ff"]


@pytest.mark.parametrize("draw", [drawn.affectnet_arrays, drawn.affectnet_arrays_valid])
def test_affectnet_is_read_from_arrays_and_nothing_is_unpickled(tmp_path: Path, read: Read, draw: drawn.Draw) -> None:
    draw(tmp_path)
    found = read("affectnet", tmp_path)
    assert golds(found) == [("2", "surprised", "Surprise"), ("10", "happy", "Happy")]
    reasons = {Path(it.path).name: it.reason for it in found.skipped}
    assert reasons["12_exp.npy"].startswith("holds pickled Python objects, which are never loaded; save it again")
    assert reasons["11_exp.npy"] == "no NumPy array of one number"
    assert reasons["13_exp.npy"].startswith("no file val")  # it is a picture of the other part
    assert reasons["15_exp.npy"] == "no NumPy array"


def test_an_array_that_claims_more_than_it_holds_is_refused(tmp_path: Path, read: Read) -> None:
    drawn.affectnet_arrays(tmp_path)
    path = tmp_path / "val_set/annotations/2_exp.npy"
    with path.open("wb") as file:
        npy.write_array_header_1_0(file, {"shape": (10**12,), "fortran_order": False, "descr": "<i8"})
    (reason,) = {it.reason for it in read("affectnet", tmp_path).skipped if it.path.endswith("/2_exp.npy")}
    assert reason == "no NumPy array of one number"
