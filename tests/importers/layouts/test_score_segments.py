from pathlib import Path

from tests.importers.conftest import Place, Read
from workbench.domain.datasets.samples import MediaKind


def test_the_test_part_is_read_and_the_gold_label_is_the_sign_of_the_intensity(segments: Path, read: Read) -> None:
    found = read("chsims", segments)
    assert [(it.id, it.gold, it.raw_label, it.score, it.cluster) for it in found.samples] == [
        ("video_0001/0001", "positive", "0.6", 0.6, "video_0001"),
        ("video_0001/0002", "neutral", "-0.0", 0.0, "video_0001"),
        ("video_0002/0001", "negative", "-0.4", -0.4, "video_0002"),
    ]
    assert "left out 2: not of the test part" in found.notes


def test_words_keep_their_commas_and_line_breaks(segments: Path, read: Read) -> None:
    assert [it.text for it in read("chsims", segments).samples] == ["今天,天气很好", "两行\n文字", "没有视频"]


def test_a_segment_without_its_clip_keeps_its_words(segments: Path, read: Read) -> None:
    found = read("chsims", segments)
    assert [(it.media, it.path) for it in found.samples] == [
        (MediaKind.VIDEO, "SIMS/Raw/video_0001/0001.mp4"),
        (MediaKind.VIDEO, "SIMS/Raw/video_0001/0002.mp4"),
        (MediaKind.NONE, None),
    ]
    assert "1 with words alone, since the clip is not there: video_0002/0001" in found.notes


def test_a_segment_without_clip_and_words_or_without_a_number_is_skipped(segments: Path, read: Read) -> None:
    assert {it.path: it.reason for it in read("chsims", segments).skipped} == {
        "video_0002/0002": "neither a clip nor words",
        "video_0002/0003": "its label 'nan' is no number",
    }


def test_the_tree_with_metadata_apart_gives_the_same_samples(tmp_path: Path, place: Place, read: Read) -> None:
    labels = "video_id,clip_id,label\nvideo_0001,1,0.2\nvideo_0001,2,0.4\nvideo_0002,1,-1\n"
    said = "video_id,clip_id,Chinese,English\nvideo_0002,0001,再见,bye\nvideo_0001,0002,你好,hello\n"
    place("metadata/sentiment/label_M.csv", content=labels)
    place("metadata/test_index.csv", content="index\n2\n1\n7\n")
    (tmp_path / "metadata/Translation.csv").write_bytes(said.encode("gbk"))
    place("Raw/video_0001/2.mp4", "Raw/video_0002/0001.mp4")
    found = read("chsims", tmp_path)
    assert [(it.id, it.gold, it.text, it.path) for it in found.samples] == [
        ("video_0001/0002", "positive", "你好", "Raw/video_0001/2.mp4"),
        ("video_0002/0001", "negative", "再见", "Raw/video_0002/0001.mp4"),
    ]
    assert "left out 1: not of the test part" in found.notes
    assert [(it.path, it.reason) for it in found.skipped] == [
        ("test_index.csv", "1 of its row numbers are not in label_M.csv")
    ]


def test_a_linked_clip_that_leads_out_is_refused_with_its_reason(segments: Path, read: Read) -> None:
    outside = segments.parent / "outside.mp4"
    outside.write_text("outside")
    (segments / "SIMS/Raw/video_0002/0001.mp4").symlink_to(outside)
    assert ("video_0002/0001", "leads out of the data set's folder") in [
        (it.path, it.reason) for it in read("chsims", segments).skipped
    ]
