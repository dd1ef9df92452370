import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.conftest import Place
from workbench.errors import DataError
from workbench.importers.files.dataset_tree import LayoutNotFound, open_tree
from workbench.importers.files.media_paths import MediaPaths
from workbench.importers.files.path_guard import under_root
from workbench.importers.import_result import MissingMedia, Unusable

JPG = (".jpg",)


def test_litter_hidden_files_and_other_suffixes_are_not_listed(tmp_path: Path, place: Place) -> None:
    place("a/1.jpg", "a/._1.jpg", "a/Thumbs.db", "a/x.lnk", ".cache/1.jpg", "__MACOSX/a/2.jpg", "a/1.txt")
    tree = open_tree(tmp_path, JPG)
    assert (tree.files, tree.folders, tree.unusable) == (("a/1.jpg",), ("a",), ())


def test_the_tree_is_listed_shallow_first_and_not_to_the_bottom(tmp_path: Path, place: Place) -> None:
    place("1/2/3/4/5/6/near.jpg", "1/2/3/4/5/6/7/far.jpg", "z.jpg")
    assert open_tree(tmp_path, JPG).files == ("z.jpg", "1/2/3/4/5/6/near.jpg")


@pytest.mark.parametrize(
    ("name", "why"), [("nowhere", "does not exist"), ("file.jpg", "is a file"), ("empty", "is empty")]
)
def test_a_path_that_is_no_filled_folder_is_an_error(tmp_path: Path, place: Place, name: str, why: str) -> None:
    place("file.jpg")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=why):
        open_tree(tmp_path / name, JPG)


def test_links_that_lead_out_are_listed_and_not_followed(tmp_path: Path, place: Place) -> None:
    place("set/in/1.jpg", "outside/2.jpg")
    (tmp_path / "set/away").symlink_to(tmp_path / "outside")
    (tmp_path / "set/file.jpg").symlink_to(tmp_path / "outside/2.jpg")
    tree = open_tree(tmp_path / "set", JPG)
    assert "away/2.jpg" not in tree.files
    assert [(it.path, it.reason) for it in tree.unusable] == [("away", "leads out of the data set's folder")]
    with pytest.raises(Unusable, match="leads out"):
        MediaPaths(tree.root, tree.files, n_parts=1).file(("file.jpg",))


def test_links_inside_the_root_are_followed_and_loops_end(tmp_path: Path, place: Place) -> None:
    place("set/.hidden/1.jpg")
    (tmp_path / "set/shown").symlink_to(tmp_path / "set/.hidden")
    (tmp_path / "set/.hidden/again").symlink_to(tmp_path / "set")
    (tmp_path / "set/itself").symlink_to(tmp_path / "set/itself")
    assert open_tree(tmp_path / "set", JPG).files == ("shown/1.jpg",)


def test_the_root_itself_may_be_a_link(tmp_path: Path, place: Place) -> None:
    place("set/1.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "set")
    assert open_tree(tmp_path / "link", JPG).root == (tmp_path / "set").resolve()


def test_special_files_and_broken_links_are_refused_unopened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.jpg")  # opening it would wait for ever
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nothing")
    (tmp_path / "folder.jpg").mkdir()
    tree = open_tree(tmp_path, JPG)
    places = MediaPaths(tree.root, tree.files, n_parts=1)
    with pytest.raises(Unusable, match="not a regular file"):
        places.file(("fifo.jpg",))
    with pytest.raises(Unusable, match="No such file"):
        places.file(("broken.jpg",))
    with pytest.raises(MissingMedia):
        places.file(("folder.jpg",))


def test_names_that_cannot_be_written_down_are_listed_visibly(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.jpg").write_text("x")
    (tmp_path / os.fsdecode(b"b\xff.jpg")).write_text("x")
    (tmp_path / "good.jpg").write_text("x")
    tree = open_tree(tmp_path, JPG)
    assert tree.files == ("good.jpg",)
    assert [it.path for it in tree.unusable] == ["a␛[31m.jpg", "b\\u{dcff}.jpg"]
    "".join(it.path for it in tree.unusable).encode()  # nothing in them that a database refuses


def test_a_medium_is_found_by_the_end_of_its_path_in_any_case(tmp_path: Path, place: Place) -> None:
    place("deep/Raw/v1/1.jpg", "v1/2.JPG", "v2/1.jpg")
    tree = open_tree(tmp_path, JPG)
    places = MediaPaths(tree.root, tree.files, n_parts=2)
    assert places.file(("v1", "1.jpg")) == "deep/Raw/v1/1.jpg"
    assert places.file(("V1", "2.jpg")) == "v1/2.JPG"
    assert places.file(("v3", "1.jpg"), ("v2", "1.jpg")) == "v2/1.jpg"


def test_an_exact_name_is_preferred_to_one_in_another_case(tmp_path: Path, place: Place) -> None:
    place("A.jpg", "a.jpg")
    tree = open_tree(tmp_path, JPG)
    assert MediaPaths(tree.root, tree.files, n_parts=1).file(("a.jpg",)) == "a.jpg"


@pytest.mark.parametrize("tail", [("..", "secret.jpg"), ("/etc/passwd",)])
def test_a_name_in_a_table_cannot_climb(tmp_path: Path, tail: tuple[str, ...]) -> None:
    with pytest.raises(Unusable, match="leads out"):
        MediaPaths(tmp_path, ["1.jpg"], n_parts=1).file(tail)


def test_labels_are_looked_for_below_before_above_and_the_newest_is_taken(tmp_path: Path, place: Place) -> None:
    place("coding-2015.csv", "set/coding-2013.csv", "set/coding-2014.csv", "set/deep/coding-2019.csv")
    place("other/clip/1.csv")
    below = open_tree(tmp_path / "set", (".csv",)).annotation("coding*.csv")
    above = open_tree(tmp_path / "other" / "clip", (".csv",)).annotation("coding*.csv")
    assert (below.name, above.name) == ("coding-2014.csv", "coding-2015.csv")
    with pytest.raises(LayoutNotFound, match=r"no x\.csv or y\.csv"):
        open_tree(tmp_path / "set", (".csv",)).annotation("x.csv", "y.csv")


def test_folders_of_a_pattern_count_below_and_above(tmp_path: Path, place: Place) -> None:
    place("train(x)/set_1.csv", "test(x)/set_1.csv", "clips/1/1.csv")
    for folder in (".", "clips"):
        found = open_tree(tmp_path / folder, (".csv",)).annotation("test*/set_1.csv")
        assert found == tmp_path / "test(x)/set_1.csv"


def test_a_name_may_speak_of_the_root_and_of_folders_above_it(tmp_path: Path, place: Place) -> None:
    place("val_set/images/1.jpg")
    tree = open_tree(tmp_path / "val_set/images", JPG)
    assert MediaPaths(tree.root, tree.files, n_parts=3).file(("val_set", "images", "1.jpg")) == "1.jpg"


def test_of_copies_the_preferred_is_taken_and_the_avoided_only_for_want_of_another(
    tmp_path: Path, place: Place
) -> None:
    place("crop/1.jpg", "raw/1.jpg", "other/1.jpg", "crop/2.jpg")
    tree = open_tree(tmp_path, JPG)
    places = MediaPaths(tree.root, tree.files, n_parts=1, prefer=("raw",), avoid=("crop",))
    assert (places.file(("1.jpg",)), places.file(("2.jpg",))) == ("raw/1.jpg", "crop/2.jpg")


def test_labels_behind_a_link_that_leads_out_are_refused(tmp_path: Path, place: Place) -> None:
    place("secret.txt", "set/1.csv")
    (tmp_path / "set/coding.csv").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(DataError, match="leads out"):
        open_tree(tmp_path / "set", (".csv",)).annotation("coding.csv")


@given(st.lists(st.sampled_from(["..", ".", "a", "b", "/", "~", "a/../..", "%2e%2e"]), max_size=6))
def test_no_path_that_is_let_through_lies_outside(parts: list[str]) -> None:
    root = Path("/data/set")
    real = under_root(root, "/".join(parts))
    assert real is None or real.is_relative_to(root)
