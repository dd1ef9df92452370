"""Lists of labels that belong to something else are refused, however well their rows can be read."""

from pathlib import Path

import pytest

from tests.importers.conftest import Place, Read
from workbench.errors import DataError
from workbench.importers.layouts.label_rules import CodedLabels, numbered

SEVEN = "1 2 3 4 5 6 7"


def listed(place: Place, codes: str, folder: str = "") -> None:
    lines = [f"test_{at:04}.jpg {code}" for at, code in enumerate(codes.split(), start=1)]
    place(f"{folder}EmoLabel/list_patition_label.txt", content="\n".join(lines))
    place(*(f"{folder}Image/original/{line.split()[0]}" for line in lines))


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        ("0 1 2 3 4 5 6", "has the label code 0 and no 7: its codes seem to be counted from 0"),
        ("2 3 4 5 6 7 8", "has the label code 8 and no 1: its codes seem to be counted from 2"),
        ("0 1 2 3 4 5 6 7", "has label codes that this data set does not have: 0; it has 1 Surprise"),
        (f"{SEVEN} 8 9 10 11", "has label codes that this data set does not have: 8, 9, 10, 11; it has 1 Surprise"),
    ],
)
def test_codes_that_are_not_the_sets_own_are_refused(
    tmp_path: Path, place: Place, read: Read, codes: str, why: str
) -> None:
    listed(place, codes)
    with pytest.raises(DataError, match=why):
        read("rafdb", tmp_path)


def test_one_bad_code_in_a_list_spoils_its_own_row(tmp_path: Path, place: Place, read: Read) -> None:
    listed(place, f"{SEVEN} 99 x 3.0 04 fear")
    found = read("rafdb", tmp_path)
    assert [it.reason for it in found.skipped] == ["unknown label code '99'", "unknown label code 'x'"]
    assert [it.gold for it in found.samples[-3:]] == ["disgusted", "happy", "fearful"]


@pytest.mark.parametrize("codes", ["1 2 3 4 5 6 7 8", "1 2 3 4 5 6 7"])
def test_label_files_with_codes_counted_otherwise_are_refused(
    tmp_path: Path, place: Place, read: Read, codes: str
) -> None:
    shift = 1 if "8" in codes else 0
    for at, code in enumerate(codes.split()):
        name = f"S{at:03}_001_00000003"
        place(f"Emotion/S{at:03}/001/{name}_emotion.txt", content=f" {int(code) - 1 + shift}.0e+00")
        place(*(f"cohn-kanade-images/S{at:03}/001/S{at:03}_001_0000000{n}.png" for n in (1, 2, 3)))
    with pytest.raises(DataError, match="codes"):
        read("ckplus", tmp_path)


def test_two_codes_for_one_word_are_refused() -> None:
    labels = CodedLabels({"1": "positive", "0": "negative", "-1": "negative"})
    with pytest.raises(DataError, match=r"several label codes for negative: -1, 0"):
        labels.require_own_codes("x.txt", ["1", "0", "-1"], ("positive", "negative"))


def test_few_bad_codes_in_a_long_list_do_not_make_it_another_one() -> None:
    labels = CodedLabels(numbered("happy sad", start=1))
    labels.require_own_codes("x.txt", [*(["1", "2"] * 200), "3", "4"], ("happy", "sad"))


def test_of_two_lists_that_differ_the_basic_one_is_read_and_else_none(tmp_path: Path, place: Place, read: Read) -> None:
    listed(place, SEVEN, "RAF/basic/")
    listed(place, "7 6 5 4 3 2 1", "RAF/compound/")
    assert [it.raw_label for it in read("rafdb", tmp_path).samples][:2] == ["Surprise", "Fear"]
    listed(place, SEVEN, "RAF/more/basic/")
    assert len(read("rafdb", tmp_path).samples) == 7  # a copy is no second list
    listed(place, f"2 {SEVEN}", "RAF/more/basic/")
    with pytest.raises(DataError, match=r"2 files could be the list of labels.*RAF/basic/.*RAF/more/basic/"):
        read("rafdb", tmp_path)


def test_more_samples_than_the_set_has_are_said(tmp_path: Path, place: Place, read: Read) -> None:
    names = [f"amusement_{at:04}.jpg" for at in range(807)]
    place(*names)
    assert read("artphoto", tmp_path).doubts[0].startswith("807 samples are more than ArtPhoto has (806)")
    (tmp_path / names[0]).unlink()
    assert read("artphoto", tmp_path).doubts == ()
