from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.importers import drawn_clips
from tests.importers.conftest import Place, Read
from workbench.domain.datasets.samples import MediaKind
from workbench.errors import DataError, UsageError

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
    assert "left out 1: videos that are not of the test part" in found.notes


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
