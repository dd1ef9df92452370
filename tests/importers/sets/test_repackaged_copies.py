"""Copies that other people made of the sets, in the layouts in which many have them."""

from pathlib import Path

import numpy as np
import pytest

from tests.importers.conftest import Place, Read
from workbench.domain.datasets.samples import MediaKind
from workbench.errors import DataError


@pytest.mark.parametrize("root", ["", "CK+48"])
def test_class_folders_of_ckplus(tmp_path: Path, place: Place, read: Read, root: str) -> None:
    place("CK+48/happy/S950_004_00000015.png", "CK+48/anger/S951_001_00000015.png")
    found = read("ckplus", tmp_path / root)
    assert [(it.gold, it.cluster) for it in found.samples] == [("angry", "S951"), ("happy", "S950")]
    assert found.notes == ("labels from the folders of a repackaged copy",)


@pytest.mark.parametrize("folders", ["1 2 7", "surprise fear neutral"])
def test_class_folders_of_rafdb(tmp_path: Path, place: Place, read: Read, folders: str) -> None:
    for at, folder in enumerate(folders.split()):
        place(f"DATASET/test/{folder}/test_000{at}_aligned.jpg", f"DATASET/train/{folder}/train_0000{at}_aligned.jpg")
    found = read("rafdb", tmp_path)
    assert [(it.id, it.gold) for it in found.samples] == [
        ("test_0000", "surprised"),
        ("test_0001", "fearful"),
        ("test_0002", "neutral"),
    ]
    assert next(it.id for it in read("rafdb", tmp_path, split="train").samples) == "train_00000"


def test_class_folders_counted_from_0_are_refused(tmp_path: Path, place: Place, read: Read) -> None:
    place(*(f"test/{code}/test_000{code}_aligned.jpg" for code in range(7)))
    with pytest.raises(DataError, match="the label code 0 and no 7"):
        read("rafdb", tmp_path)


def test_class_folders_of_ferplus_and_affectnet(tmp_path: Path, place: Place, read: Read) -> None:
    place("f/FER2013Test/happiness/fer0032220.png", "a/val_class/Anger/1.jpg", "a/train_class/Anger/2.jpg")
    assert [(it.id, it.gold) for it in read("ferplus", tmp_path / "f").samples] == [("fer0032220", "happy")]
    assert [(it.id, it.gold) for it in read("affectnet", tmp_path / "a").samples] == [("Anger/1", "angry")]


def test_affectnet_arrays_in_a_folder_of_another_name(tmp_path: Path, place: Place, read: Read) -> None:
    place("a/images/0.jpg", "a/images/1.jpg", "a/annotations/x.txt")
    for stem in (0, 1):
        np.save(tmp_path / f"a/annotations/{stem}_exp.npy", np.array(stem))
    found = read("affectnet", tmp_path / "a")
    assert [it.gold for it in found.samples] == ["neutral", "happy"]
    assert "do not say whether this is the validation" in found.notes[0]


def test_a_list_of_path_frames_and_class_of_dfew(tmp_path: Path, place: Place, read: Read) -> None:
    rows = "/mnt/somebody/DFEW_Face/00001 144 1\nC:\\data\\DFEW_Face\\00002 70 6\n"
    place("annotation/DFEW_set_1_test.txt", content=rows)
    place("DFEW_Face/00001/00001.jpg", "DFEW_Face/00002/00001.jpg")
    found = read("dfew", tmp_path)
    assert [(it.id, it.gold, it.path) for it in found.samples] == [
        ("1", "sad", "DFEW_Face/00001"),
        ("2", "fearful", "DFEW_Face/00002"),
    ]


def test_a_list_of_path_frames_and_class_of_ferv39k(tmp_path: Path, place: Place, read: Read) -> None:
    place("FERV39k_test.txt", content="/x/2_ClipsforFaceCrop/Action/Happy/0015 30 0\n")
    place("2_ClipsforFaceCrop/Action/Happy/0015/1.jpg")
    (sample,) = read("ferv39k", tmp_path).samples
    assert (sample.id, sample.gold, sample.cluster) == ("Action/Happy/0015", "happy", "Action")


def test_folders_of_frames_of_ravdess_and_enterface(tmp_path: Path, place: Place, read: Read) -> None:
    place("r/Actor_01/02-01-03-01-01-01-01/0001.jpg", "r/Actor_01/02-01-04-01-01-01-01/0001.jpg")
    place("e/subject 1/anger/sentence 1/s1_an_1/1.jpg", "e/subject 2/fear/sentence 1/1.jpg")
    found = read("ravdess", tmp_path / "r").samples
    assert [(it.gold, it.media) for it in found] == [("happy", MediaKind.FRAMES), ("sad", MediaKind.FRAMES)]
    assert [it.id for it in read("enterface05", tmp_path / "e").samples] == [
        "subject 1/anger/sentence 1/s1_an_1",
        "subject 2/fear/sentence 1",
    ]


def test_segments_with_one_id(tmp_path: Path, place: Place, read: Read) -> None:
    rows = "id,text,label,mode\nvid_A_1,one,-1.2,test\nvidB$_$2,two,0.8,test\nnone,x,1,test\n"
    place("m/label.csv", content=rows)
    place("m/Raw/vid_A/1.mp4", "m/Raw/vidB/2.mp4")
    found = read("cmumosi", tmp_path / "m")
    assert [it.id for it in found.samples] == ["vid_A/1", "vidB/2"]
    assert [(it.path, it.reason) for it in found.skipped] == [("none", "its id is not <video>_<clip>")]


def test_what_is_not_read_names_what_it_seems_to_be(tmp_path: Path, place: Place, read: Read) -> None:
    place("x/cats/happy/1.png")
    with pytest.raises(DataError, match=r"folders of classes: a manifest .*cats/happy/1\.png,happy imports them"):
        read("sfew2", tmp_path / "x")
    place("y/table.csv", "y/1.png")
    with pytest.raises(DataError, match=r"there is table\.csv: .* emowb import my-rafdb --manifest table\.csv"):
        read("rafdb", tmp_path / "y")
