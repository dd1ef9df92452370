from pathlib import Path

from tests.importers.conftest import CODING_HEADER, Place, Read, WriteSheet
from workbench.domain.datasets.samples import ClipSpan, MediaKind

CLIPS = "CASME2_RAW_selected/CASME2_RAW_selected"


def test_clips_are_named_by_subject_and_clip_in_the_order_of_the_sheet(coded_clips: Path, read: Read) -> None:
    found = read("casme2", coded_clips)
    assert [(sample.id, sample.gold, sample.raw_label) for sample in found.samples] == [
        ("sub01/EP01_01f", "happy", "happiness"),
        ("sub01/EP01_02", "others", "Others"),
        ("sub02/EP01_01f", "surprised", "surprise"),
        ("sub02/-EP02", "disgusted", "disgust"),
    ]
    assert {sample.media for sample in found.samples} == {MediaKind.FRAMES}
    assert [sample.cluster for sample in found.samples] == ["sub01", "sub01", "sub02", "sub02"]


def test_the_full_frames_are_preferred_to_the_crops(coded_clips: Path, read: Read) -> None:
    assert read("casme2", coded_clips).samples[0].path == f"{CLIPS}/sub01/EP01_01f"


def test_an_apex_that_is_missing_or_outside_its_span_becomes_the_middle_and_is_noted(
    coded_clips: Path, read: Read
) -> None:
    found = read("casme2", coded_clips)
    assert [sample.span for sample in found.samples[:3]] == [
        ClipSpan(10, 14, 20),
        ClipSpan(30, 35, 40),
        ClipSpan(5, 7, 9),
    ]
    (note,) = [note for note in found.notes if "apex" in note]
    assert note.startswith("2 with an apex")
    assert "sub01/EP01_02 ('/' → 35)" in note


def test_strict_apex_skips_such_clips(coded_clips: Path, read: Read) -> None:
    found = read("casme2", coded_clips, strict_apex=True)
    assert [sample.id for sample in found.samples] == ["sub01/EP01_01f", "sub02/-EP02"]
    assert {"sub01/EP01_02", "sub02/EP01_01f"} <= {skipped.path for skipped in found.skipped}


def test_other_labels_are_counted_and_unknown_ones_never_guessed(coded_clips: Path, read: Read) -> None:
    notes = read("casme2", coded_clips).notes
    assert "left out 1: label 'fear', which is not scored" in notes
    assert "left out 1: unknown label 'hapiness'" in notes


def test_a_clip_without_its_folder_and_a_subject_without_a_number_are_skipped(coded_clips: Path, read: Read) -> None:
    skipped = {skipped.path: skipped.reason for skipped in read("casme2", coded_clips).skipped}
    assert skipped == {"sub03/EP05": "no folder sub03/EP05", "x/EP06": "its subject is no number"}


def test_a_sheet_without_a_header_is_read_by_position(
    tmp_path: Path, place: Place, read: Read, write_sheet: WriteSheet
) -> None:
    write_sheet(tmp_path / "coding.xlsx", [(1, "EP01", None, 1, 2, 3, None, 4, "others")])
    place("sub01/EP01/img1.jpg")
    assert [sample.id for sample in read("casme2", tmp_path).samples] == ["sub01/EP01"]


def test_the_sheet_may_be_a_csv(tmp_path: Path, place: Place, read: Read) -> None:
    place("CASME2-coding.csv", content=f"{';'.join(CODING_HEADER)}\n01;EP01;;1;2;3;;4;others\n")
    place("sub01/EP01/img1.jpg")
    assert read("casme2", tmp_path).samples[0].span == ClipSpan(1, 2, 3)


def test_a_clip_that_is_coded_twice_is_kept_once(tmp_path: Path, place: Place, read: Read) -> None:
    place("a-coding.csv", content="01,EP01,,1,2,3,,4,others\n01,EP01,,1,2,3,,4,others\n")
    place("sub01/EP01/img1.jpg")
    found = read("casme2", tmp_path)
    assert len(found.samples) == 1
    assert [skipped.reason for skipped in found.skipped] == ["listed before under the same name"]


def test_without_onset_and_offset_the_middle_of_the_clip_stands_in_for_an_apex(
    tmp_path: Path, place: Place, read: Read
) -> None:
    place("a-coding.csv", content="01,EP01,,/,/,/,,4,others\n")
    place("sub01/EP01/img1.jpg")
    found = read("casme2", tmp_path)
    assert found.samples[0].span == ClipSpan()
    assert "middle of the clip" in found.notes[1]
