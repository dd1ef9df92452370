from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.importers import drawn_clips
from tests.importers.conftest import Place, Read
from workbench.domain.datasets.samples import MediaKind
from workbench.errors import DataError, UsageError


def test_the_test_part_is_read_and_the_gold_label_is_the_sign_of_the_intensity(segments: Path, read: Read) -> None:
    found = read("chsims", segments)
    assert [(it.id, it.gold, it.raw_label, it.score, it.cluster) for it in found.samples] == [
        ("video_0001/0001", "positive", "0.6", 0.6, "video_0001"),
        ("video_0001/0002", "neutral", "-0.0", 0.0, "video_0001"),
        ("video_0002/0001", "negative", "-0.4", -0.4, "video_0002"),
    ]
    assert "left out 2: not in the test split" in found.notes


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
    assert "left out 1: not in the test split" in found.notes
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


FOLDS = "# of the owner\nstandard_test_fold = ['-a_b', 'cd']\nstandard_train_fold=['ef']\n"
needs_h5py = pytest.mark.skipif(find_spec("h5py") is None, reason="needs emowb[hdf5]")


@pytest.fixture
def original(tmp_path: Path, place: Place) -> Path:
    """The owners' tree without its labels: transcripts with a line that is missing, clips, folds of the SDK."""
    root = "CMU-MOSI/Raw"
    place(f"{root}/Transcript/Segmented/-a_b.annotprocessed", content="1_DELIM_I LIKE IT\n3_DELIM_NOT_DELIM_BAD\n")
    place(f"{root}/Transcript/Segmented/cd.annotprocessed", content="1_DELIM_NO\n5_DELIM_NEVER\n")
    place(*(f"{root}/Video/Segmented/-a_b_{number}.mp4" for number in (1, 2)), f"{root}/Video/Full/-a_b.mp4")
    place("sdk/cmu_mosi_std_folds.py", content=FOLDS)
    place("CMU_MOSI_Opinion_Labels.csd", content="no HDF5")
    return tmp_path


def write_labels(root: Path, scores: Mapping[str, Sequence[float]]) -> None:
    h5py: Any = pytest.importorskip("h5py")
    with h5py.File(root / "CMU_MOSI_Opinion_Labels.csd", "w") as file:
        for video, values in scores.items():
            group = file.create_group(f"Opinion Segment Labels/data/{video}")
            group["features"] = [[value] for value in values]
            group["intervals"] = [[at, at + 1] for at in range(len(values))]


def test_the_one_table_of_mmsa_is_read_with_ids_that_begin_with_a_dash(tmp_path: Path, read: Read) -> None:
    drawn_clips.cmumosi(tmp_path)
    found = read("cmumosi", tmp_path)
    assert [(it.id, it.gold, it.cluster, it.path) for it in found.samples] == [
        ("-a_b/1", "positive", "-a_b", "MOSI/Raw/-a_b/1.mp4"),
        ("-a_b/10", "neutral", "-a_b", "MOSI/Raw/Video/Segmented/-a_b_10.mp4"),
        ("_cd/2", "negative", "_cd", None),
    ]
    assert [it.id for it in read("cmumosi", tmp_path, split="train").samples] == ["_cd/3"]


def test_the_users_transcripts_are_preferred_and_named_by_video_and_clip(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, read: Read
) -> None:
    drawn_clips.cmumosi(tmp_path)
    table = tmp_path_factory.mktemp("words") / "words.csv"
    table.write_text("name,chinese,english\n-a_b_1,x,I like it!\nef_1,x,never\n")
    found = read("cmumosi", tmp_path, transcripts=table)
    assert [(it.id, it.text) for it in found.samples] == [
        ("-a_b/1", "I like it!"),
        ("-a_b/10", "WELL"),
        ("_cd/2", "NO"),
        ("ef/1", "never"),
    ]


@pytest.mark.skipif(find_spec("h5py") is not None, reason="h5py is here")
def test_without_h5py_the_extra_that_brings_it_is_named(original: Path, read: Read) -> None:
    with pytest.raises(DataError, match=r"pip install emowb\[hdf5\]"):
        read("cmumosi", original)


@needs_h5py
def test_the_owners_tree_is_joined_by_the_numbers_of_segments(original: Path, read: Read) -> None:
    write_labels(original, {"-a_b": [2.4, 0, -1.2], "cd": [1, 1], "ef": [3]})
    found = read("cmumosi", original)
    assert [(it.id, it.gold, it.score, it.text, it.media) for it in found.samples] == [
        ("-a_b/1", "positive", 2.4, "I LIKE IT", MediaKind.VIDEO),
        ("-a_b/2", "neutral", 0, None, MediaKind.VIDEO),
        ("-a_b/3", "negative", -1.2, "NOT_DELIM_BAD", MediaKind.NONE),
    ]
    assert {it.path: it.reason for it in found.skipped} == {"cd": "its transcript has more segments than it has labels"}
    assert "left out 1: videos that are not in the test split" in found.notes


@needs_h5py
def test_a_list_of_videos_stands_in_for_the_sdks_folds(original: Path, read: Read) -> None:
    write_labels(original, {"-a_b": [2.4], "ef": [3]})
    (original / "sdk/cmu_mosi_std_folds.py").unlink()
    with pytest.raises(DataError, match=r"give --split FILE: the SDK's cmu_mosi_std_folds\.py, or a list"):
        read("cmumosi", original)
    (original / "mine.txt").write_text("ef\n\n-a_b\n")
    (original / "CMU-MOSI/Raw/Video/Segmented/ef_1.mp4").touch()
    (original / "CMU-MOSI/Raw/Transcript/Segmented/-a_b.annotprocessed").unlink()
    found = read("cmumosi", original, split=str(original / "mine.txt"))
    assert [it.id for it in found.samples] == ["-a_b/1", "ef/1"]


@needs_h5py
def test_labels_that_lie_in_another_file_are_not_followed(original: Path, read: Read) -> None:
    h5py: Any = pytest.importorskip("h5py")
    write_labels(original, {"cd": [1]})
    (original / "CMU_MOSI_Opinion_Labels.csd").rename(original / "elsewhere.h5")
    with h5py.File(original / "CMU_MOSI_Opinion_Labels.csd", "w") as file:
        file["Opinion Segment Labels"] = h5py.ExternalLink("elsewhere.h5", "/Opinion Segment Labels")
    with pytest.raises(DataError, match="is a link"):
        read("cmumosi", original)


@needs_h5py
def test_a_damaged_file_of_labels_is_one_line(original: Path, read: Read) -> None:
    with pytest.raises(DataError, match="no computational sequence that can be read") as caught:
        read("cmumosi", original)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "source", ["standard_test_fold = open('x')", "standard_test_fold = [", "x = 1", "(" * 5000, "\0"]
)
def test_folds_are_read_and_never_run(original: Path, read: Read, source: str) -> None:
    (original / "sdk/cmu_mosi_std_folds.py").write_text(source)
    with pytest.raises(DataError):
        read("cmumosi", original)


def test_a_split_that_is_neither_a_part_nor_a_file_is_refused(original: Path, read: Read) -> None:
    with pytest.raises(UsageError, match=r"unknown split 'tset'; did you mean test.*nor is there a file of that name"):
        read("cmumosi", original, split="tset")
