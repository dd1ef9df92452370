from pathlib import Path

import pytest

from tests.importers import drawn_clips as drawn
from tests.importers.conftest import Place, Read
from tests.importers.drawn_pictures import Draw
from workbench.domain.datasets.samples import ClipSpan, MediaKind
from workbench.importers.import_options import KeptLabels


def test_casme_knows_expressions_of_one_clip_apart_and_takes_the_first_apex_that_is_a_number(
    tmp_path: Path, read: Read
) -> None:
    drawn.casme(tmp_path)
    found = read("casme", tmp_path)
    assert [(it.id, it.gold, it.span) for it in found.samples] == [
        ("sub01/EP01_12-81", "tensed", ClipSpan(73, 81, 96)),
        ("sub01/EP01_12-110", "disgusted", ClipSpan(100, 110, 120)),
        ("sub12/EP12_11_1-69", "repressed", ClipSpan(60, 69, 80)),
        ("sub13/EP01_12-7", "surprised", ClipSpan(5, 7, 9)),
    ]
    assert found.samples[0].path == "Section A/sub01/EP01_12"
    assert "left out 1: label 'comtempt', which is not scored" in found.notes


def test_casme_keeps_every_label_of_the_prompt_when_asked(tmp_path: Path, read: Read) -> None:
    drawn.casme(tmp_path)
    golds = [it.gold for it in read("casme", tmp_path, labels=KeptLabels.ALL).samples]
    assert golds == ["tensed", "disgusted", "repressed", "contempt", "happy", "surprised"]


def test_casme_skips_clips_without_an_apex_when_asked(tmp_path: Path, read: Read) -> None:
    drawn.casme(tmp_path)
    found = read("casme", tmp_path, strict_apex=True)
    assert len(found.samples) == 3
    assert [it.path for it in found.skipped] == ["sub13/EP01_12-7"]


def test_casme_is_read_from_every_sheet_and_never_from_casme2s(tmp_path: Path, read: Read) -> None:
    drawn.casme_two_sheets(tmp_path)
    assert [it.id for it in read("casme", tmp_path).samples] == ["sub01/EP01_12-81", "sub02/EP02_1-8"]


@pytest.mark.parametrize("draw", [drawn.samm, drawn.samm_csv])
def test_samm_has_numbers_as_subjects_and_apexes_of_minus_one(tmp_path: Path, read: Read, draw: Draw) -> None:
    draw(tmp_path)
    found = read("samm", tmp_path)
    assert [(it.id, it.gold, it.span, it.cluster) for it in found.samples] == [
        ("006/006_1_2", "angry", ClipSpan(562, 588, 610), "006"),
        ("013/013_1_10", "others", ClipSpan(3800, 3824, 3850), "013"),
        ("006/006_1_3", "contempt", ClipSpan(100, 110, 120), "006"),
    ]
    assert [it.path for it in found.skipped] == ["007/007_9_9"]
    assert all("CROP" not in (it.path or "") for it in found.samples)
    assert any("006/006_1_3 ('-1' → 110)" in note for note in found.notes)


@pytest.mark.parametrize("draw", [drawn.dfew, drawn.dfew_without_header])
def test_dfew_finds_a_clip_by_its_number_in_whatever_form(tmp_path: Path, read: Read, draw: Draw) -> None:
    draw(tmp_path)
    found = read("dfew", tmp_path)
    assert [(it.id, it.gold, it.media, it.path) for it in found.samples] == [
        ("2", "happy", MediaKind.VIDEO, "Clip/original/2.mp4"),
        ("15", "fearful", MediaKind.VIDEO, "Clip/original/15.mp4"),
        ("3", "angry", MediaKind.VIDEO, "Clip/clip_224x224_avi/00003.avi"),
        ("17", "neutral", MediaKind.FRAMES, "Clip/clip_224x224/00017"),
    ]
    assert [it.path for it in found.skipped] == ["900", "16"]
    assert [it.gold for it in read("dfew", tmp_path, split="train").samples] == ["surprised"]


def test_ferv39k_keeps_its_first_row_and_prefers_whole_pictures(tmp_path: Path, read: Read) -> None:
    drawn.ferv39k(tmp_path)
    found = read("ferv39k", tmp_path)
    assert [(it.id, it.gold, it.cluster) for it in found.samples] == [
        ("Action/Happy/0015", "happy", "Action"),
        ("Action/Sad/0002", "sad", "Action"),
        ("Crime/Happy/0015", "happy", "Crime"),
    ]
    assert [(it.path or "").partition("/")[0] for it in found.samples] == [
        "3_ClipsforScenImages",
        "2_ClipsforFaceCrop",
        "3_ClipsforScenImages",
    ]
    assert [it.path for it in found.skipped] == ["Crime/Fear/0009"]
    assert [it.cluster for it in read("ferv39k", tmp_path, split="train").samples] == ["War"]


def test_ferv39k_in_its_other_layout(tmp_path: Path, read: Read) -> None:
    drawn.ferv39k_other_layout(tmp_path)
    assert [it.path for it in read("ferv39k", tmp_path).samples] == [
        "Image/Original/Action/Happy/0015",
        "Image/Original/Action/Sad/0002",
    ]


def test_enterface_has_its_labels_in_folders_and_leaves_subject_6_out(tmp_path: Path, read: Read) -> None:
    drawn.enterface05(tmp_path)
    found = read("enterface05", tmp_path)
    assert [(it.id, it.gold, it.cluster) for it in found.samples] == [
        ("subject 1/anger/sentence 1/s1_an_1", "angry", "subject 1"),
        ("subject 1/sadness/sentence 2/s1_sa_2", "sad", "subject 1"),
        ("subject 3/fear/sentence 5/s_3_fe_5", "fearful", "subject 3"),
        ("subject 11/fear/sentence 1/s12_fe_1", "fearful", "subject 11"),
        ("subject 16/surprise/sentence 3/s16_su_3avi", "surprised", "subject 16"),
    ]
    assert "left out 2: of subject 6, whose files are not parted into sentences" in found.notes


@pytest.mark.parametrize("draw", [drawn.mer2023, drawn.mer2023_flat])
def test_mer2023_is_test1_in_either_form_of_video_with_surprise_folded(tmp_path: Path, read: Read, draw: Draw) -> None:
    draw(tmp_path)
    found = read("mer2023", tmp_path)
    assert [(it.id, it.gold, it.raw_label, it.path) for it in found.samples] == [
        ("sample_00000001", "happy", "happy", "test1/sample_00000001.avi"),
        ("sample_00000002", "surprised", "surprise", "test1/sample_00000002.mp4"),
        ("sample_00000003", "worried", "worried", "test1/sample_00000003.avi"),
    ]
    assert "without words; --transcripts FILE adds them" in found.notes


def test_mer2023_takes_words_from_a_table_and_keeps_a_missing_clip_for_them(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, read: Read
) -> None:
    drawn.mer2023(tmp_path)
    table = tmp_path_factory.mktemp("words") / "transcription.csv"
    table.write_bytes("name,english,chinese\nsample_00000002,oh,哦\nsample_00000004,no,不\n".encode("gbk"))
    found = read("mer2023", tmp_path, transcripts=table)
    assert [(it.id, it.text, it.media) for it in found.samples] == [
        ("sample_00000001", None, MediaKind.VIDEO),
        ("sample_00000002", "哦", MediaKind.VIDEO),
        ("sample_00000003", None, MediaKind.VIDEO),
        ("sample_00000004", "不", MediaKind.NONE),
    ]
    assert any(note.startswith("1 with words alone") for note in found.notes)


def test_another_part_of_mer2023_has_its_own_list(tmp_path: Path, place: Place, read: Read) -> None:
    drawn.mer2023(tmp_path)
    place("mer2023train/test3/sample_00000001.avi")
    (sample,) = read("mer2023", tmp_path, split="test3").samples
    assert (sample.gold, sample.path, sample.split) == ("sad", "mer2023train/test3/sample_00000001.avi", "test3")
