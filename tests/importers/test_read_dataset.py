import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers import drawn_clips, drawn_pictures
from tests.importers.conftest import Place, Read
from workbench.domain.datasets.cards import CARDS
from workbench.errors import DataError, UsageError
from workbench.importers.import_options import KeptLabels
from workbench.importers.read_dataset import READERS, ImportResult, importable, read_dataset
from workbench.pipeline.store_dataset import store_dataset
from workbench.storage.samples import load_samples
from workbench.storage.workspace.database import open_workspace

FIXTURES = {
    "casme2": "coded_clips",
    "rafdb": "listed_faces",
    "ravdess": "spoken_clips",
    "chsims": "segments",
    "abstract": "voted_paintings",
}
VARIANTS = {**drawn_pictures.VARIANTS, **drawn_clips.VARIANTS}


@pytest.fixture(params=[*FIXTURES, *VARIANTS])
def drawn(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """Every variant of every set."""
    if request.param in FIXTURES:
        return request.param, request.getfixturevalue(FIXTURES[request.param])
    key, draw = VARIANTS[request.param]
    draw(tmp_path)
    return key, tmp_path


def without_root(found: ImportResult) -> tuple[object, ...]:
    return tuple((it.id, it.gold, it.media) for it in found.samples), found.notes


def test_every_set_has_a_reader_and_every_reader_a_tree_to_test_it() -> None:
    assert set(importable()) == set(CARDS) == {*FIXTURES, *(key for key, _ in VARIANTS.values())}


def test_importing_twice_changes_nothing(
    drawn: tuple[str, Path], read: Read, tmp_path_factory: pytest.TempPathFactory
) -> None:
    key, path = drawn
    db = open_workspace(tmp_path_factory.mktemp("workspace") / "w.db", create=True)
    first = store_dataset(db, CARDS[key], read(key, path))
    samples = load_samples(db, key)
    rows = list(db.query("SELECT * FROM sample ORDER BY no"))
    assert store_dataset(db, CARDS[key], read(key, path)) == first
    assert load_samples(db, key) == samples == list(read(key, path).samples)
    assert list(db.query("SELECT * FROM sample ORDER BY no")) == rows
    assert sum(first.by_label.values()) == first.imported
    db.close()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["1", "4", "7", "x", ""]), st.booleans()), min_size=1))
def test_importing_any_list_twice_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, bool]]
) -> None:
    root = tmp_path_factory.mktemp("set")
    lines = "".join(f"test_{number:04}.jpg {code}\n" for number, code, _ in rows)
    drawn_pictures.put(root, "list_patition_label.txt", content=lines + "test_9999.jpg 1\n" * 14)
    drawn_pictures.put(root, "test_9999.jpg", *(f"test_{number:04}.jpg" for number, _, is_there in rows if is_there))
    with closing(open_workspace(root / "w.db", create=True)) as db:
        first = store_dataset(db, CARDS["rafdb"], read_dataset(CARDS["rafdb"], root))
        stored = list(db.query("SELECT * FROM sample"))
        assert store_dataset(db, CARDS["rafdb"], read_dataset(CARDS["rafdb"], root)) == first
        assert list(db.query("SELECT * FROM sample")) == stored


def test_every_sample_has_a_gold_label_and_lies_below_the_root(drawn: tuple[str, Path], read: Read) -> None:
    key, path = drawn
    found = read(key, path)
    assert found.root == path.resolve()
    assert {it.gold for it in found.samples} <= set(CARDS[key].gold_labels)
    assert all((found.root / it.path.partition("#")[0]).exists() for it in found.samples if it.path)
    assert len({it.id for it in found.samples}) == len(found.samples)
    assert all(it.cluster for it in found.samples) == (CARDS[key].cluster is not None)


def test_the_parent_of_the_archive_will_do(
    drawn: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory, read: Read
) -> None:
    key, path = drawn
    parent = tmp_path_factory.mktemp("parent")
    shutil.copytree(path, parent / "archive")
    assert without_root(read(key, parent)) == without_root(read(key, path))


@pytest.mark.parametrize(
    ("variant", "media"),
    [
        ("casme2", "CASME2_RAW_selected/CASME2_RAW_selected"),
        ("rafdb", "basic/Image"),
        ("chsims", "SIMS/Raw"),
        ("abstract", "testImages_abstract"),
        ("ckplus", "cohn-kanade-images"),
        ("ckplus_one_folder_an_archive", "extended-cohn-kanade-images/cohn-kanade-images"),
        ("sfew2", "SFEW_2.0/Val"),
        ("sfew2", "SFEW_2.0/Val/Val"),
        ("ferplus", "fer+/fer+/FER2013Test"),
        ("affectnet", "Manually_Annotated/Manually_Annotated_Images"),
        ("affectnet_arrays", "val_set"),
        ("affectnet_arrays", "val_set/images"),
        ("twitter1", "Agg_AMT_Candidates"),
        ("artphoto", "testImages_artphoto"),
        ("samm", "SAMM"),
        ("dfew", "Clip"),
        ("ferv39k_other_layout", "Image"),
        ("ferv39k_other_layout", "Image/Original"),
        ("enterface05", "enterface database"),
        ("mer2023", "test1"),
        ("cmumosi", "MOSI/Raw"),
    ],
)
def test_the_folder_of_media_will_do(
    request: pytest.FixtureRequest, tmp_path: Path, read: Read, variant: str, media: str
) -> None:
    if variant in FIXTURES:
        key, path = variant, request.getfixturevalue(FIXTURES[variant])
    else:
        (key, draw), path = VARIANTS[variant], tmp_path
        draw(path)
    whole = [(it.id, it.gold, it.media) for it in read(key, path).samples]
    assert [(it.id, it.gold, it.media) for it in read(key, path / media).samples] == whole


def test_media_that_lie_apart_are_found_by_their_own_root(tmp_path: Path, read: Read) -> None:
    drawn_pictures.affectnet(tmp_path / "a")
    whole = read("affectnet", tmp_path / "a")
    (tmp_path / "a/Manually_Annotated").rename(tmp_path / "b")
    apart = read("affectnet", tmp_path / "a", frames_root=tmp_path / "b")
    assert apart.root == tmp_path / "b"
    assert [it.id for it in apart.samples] == [it.id for it in whole.samples]
    assert apart.samples[0].path == "Manually_Annotated_Images/1/0a.jpg"


def test_a_set_without_a_reader_says_which_have_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot import mine; it can: ckplus, sfew2"):
        read_dataset(replace(CARDS["samm"], key="mine"), tmp_path)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"agreement": 4}, "rafdb has no option --agreement; it is for twitter1"),
        ({"strict_apex": True}, "rafdb has no option --strict-apex; it is for casme, casme2, samm"),
        ({"labels": KeptLabels.ALL}, "rafdb has no option --labels; it is for casme, casme2, samm"),
        ({"transcripts": Path("t.csv")}, "rafdb has no option --transcripts; it is for mer2023, chsims, cmumosi"),
        ({"split": "dev"}, "unknown split 'dev'; known: test, train"),
        ({"agreement": 2}, "--agreement is 3, 4, 5, not 2"),
    ],
)
def test_a_choice_that_a_set_does_not_know_is_refused_with_those_that_do(
    listed_faces: Path, read: Read, options: dict[str, object], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        read("rafdb", listed_faces, **options)


def test_a_choice_that_decides_about_samples_is_noted(listed_faces: Path, read: Read) -> None:
    with pytest.raises(DataError, match="no sample of RAF-DB"):
        read("rafdb", listed_faces, split="train")  # none of its pictures is there
    (listed_faces / "train_00001.jpg").touch()
    found = read("rafdb", listed_faces, split="train")
    assert [(it.id, it.split) for it in found.samples] == [("train_00001", "train")]
    assert found.notes[0] == "chosen: --split train"


@pytest.mark.parametrize("key", sorted(READERS))
def test_another_folder_is_told_what_was_looked_for_and_where(
    key: str, tmp_path_factory: pytest.TempPathFactory, read: Read
) -> None:
    other = tmp_path_factory.mktemp("other") / "1" / "2" / "3" / "4"
    other.mkdir(parents=True)
    (other / "hello.txt").write_text("hello")
    with pytest.raises(DataError, match=r"4 does not hold .+: no .+; expected ") as caught:
        read(key, other)
    assert "\n" not in str(caught.value)
    assert "{" not in str(caught.value)


def test_labels_without_a_single_usable_picture_are_an_error_with_the_first_reason(
    tmp_path: Path, place: Place, read: Read
) -> None:
    place("EmoLabel/list_patition_label.txt", content="test_0001.jpg 4\ntrain_00001.jpg 1\n")
    with pytest.raises(DataError, match=r"1 skipped, the first \(test_0001\.jpg\): no file.*left out 1"):
        read("rafdb", tmp_path)


def test_a_list_of_climbing_names_reaches_nothing(tmp_path: Path, place: Place, read: Read) -> None:
    names = ("test_/../../secret.jpg", "test_\x1b[2J.jpg", "test_0001.jpg", "test_" + "9" * 5000 + ".jpg")
    place("set/EmoLabel/list_patition_label.txt", content="".join(f"{name} 4\n" for name in names))
    place("secret.jpg", "set/test_0001.jpg")
    found = read("rafdb", tmp_path / "set")
    assert [it.id for it in found.samples] == ["test_0001"]
    assert found.skipped[0].reason == "leads out of the data set's folder"
    assert all(it.path.isprintable() and len(it.path) < 400 for it in found.skipped)


@pytest.mark.parametrize(
    ("variant", "medium"),
    [
        ("ckplus", "cohn-kanade-images/S005/001/S005_001_00000010.png"),
        ("sfew2", "SFEW_2.0/Val/Val/Angry/Some_Movie_001122000_00000005.png"),
        ("ferplus_pixels", "fer2013/fer2013.csv"),
        ("affectnet_arrays", "val_set/annotations/2_exp.npy"),
        ("samm", "SAMM/006/006_1_2"),
        ("dfew", "Clip/original/2.mp4"),
    ],
)
def test_what_is_linked_to_the_outside_is_refused(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, read: Read, variant: str, medium: str
) -> None:
    key, draw = VARIANTS[variant]
    draw(tmp_path)
    outside = tmp_path_factory.mktemp("outside") / "kept"
    (tmp_path / medium).rename(outside)
    (tmp_path / medium).symlink_to(outside)
    try:
        reasons = {it.reason for it in read(key, tmp_path).skipped}
    except DataError as error:  # a table of labels or pixels as a whole
        reasons = {str(error)}
    assert any("leads out of the data set's folder" in reason for reason in reasons)


def test_a_table_of_nonsense_is_refused_in_a_line(tmp_path: Path, place: Place, read: Read) -> None:
    lines = ["test_0001.jpg 4", *(f"test_{n}.jpg word{n}" for n in range(5000))]
    place("EmoLabel/list_patition_label.txt", content="\n".join(lines))
    place("test_0001.jpg")
    with pytest.raises(DataError, match=r"no label codes that can be read, but 'word0', 'word1', 'word2'; is it"):
        read("rafdb", tmp_path)


def test_a_placeholder_of_git_lfs_in_place_of_a_picture_is_named(tmp_path: Path, place: Place, read: Read) -> None:
    place("amusement_0001.jpg", "amusement_0002.jpg")
    place("amusement_0003.jpg", content="version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n")
    (skipped,) = read("artphoto", tmp_path).skipped
    assert (skipped.path, "Git LFS pointer" in skipped.reason) == ("amusement_0003.jpg", True)


def test_the_decision_about_an_encoding_reaches_the_notes(tmp_path: Path, place: Place, read: Read) -> None:
    place("SIMS/Raw/video_0001/0001.mp4")
    table = "video_id,clip_id,text,label,mode\nvideo_0001,1,\u6211\u4e0d\u662f\u4f60,-1,test\n"
    (tmp_path / "SIMS/label.csv").write_bytes(table.encode("gbk"))
    found = read("chsims", tmp_path)
    assert found.samples[0].text == "\u6211\u4e0d\u662f\u4f60"
    assert any("read as GB18030" in note for note in found.notes)
    assert not any("read as" in note for note in read("chsims", tmp_path, encoding="gbk").notes)
