import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import DataError
from workbench.settings.whole_files import path_part, whole_file, write_whole


@pytest.mark.parametrize("name", ["first", "gpt-4o mini, T=0 (2)", "früh_1.5", "情感"])
def test_ordinary_names_stay_readable(name: str) -> None:
    assert path_part(name) == name


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("../../etc", "%2E.%2F..%2Fetc"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        (".hidden", "%2Ehidden"),
        ("a/b\\c", "a%2Fb%5Cc"),
        ("nul\x00\x1b", "nul%00%1B"),
        ("100%", "100%25"),
        ("ends. ", "ends.%20"),
        ("C:x", "C%3Ax"),
        ("\u202egnp", "%E2%80%AEgnp"),
    ],
)
def test_a_name_cannot_lead_anywhere(name: str, part: str) -> None:
    assert path_part(name) == part


@given(st.text())
def test_every_name_is_one_visible_part_that_a_file_system_takes(name: str) -> None:
    part = path_part(name)
    assert part
    assert Path("root", part).parent == Path("root")
    assert part not in (".", "..")
    assert not {"/", "\\", ":"} & set(part)
    assert part.isprintable()
    assert len(part.encode()) <= 120


@given(st.text(), st.text())
def test_two_names_never_share_a_folder(one: str, other: str) -> None:
    assert (path_part(one) == path_part(other)) == (one == other)


def test_two_long_names_that_begin_alike_differ() -> None:
    assert path_part("x" * 500) != path_part("x" * 501)


def test_missing_folders_are_made_and_lines_end_in_lf(tmp_path: Path) -> None:
    path = write_whole(tmp_path / "a" / "b" / "metrics.csv", "été\n")
    assert path.read_bytes() == "été\n".encode()


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.csv", "old")
    write_whole(tmp_path / "a.csv", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "new"


def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        path = write_whole(tmp_path / "a.csv", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_disk_that_fills_up_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_whole(tmp_path / "a.csv", "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.settings.whole_files.os.fsync", full)
    with pytest.raises(DataError, match="No space left on device; free some space, or choose a folder with --out"):
        write_whole(path, "new")
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text() == "old"


def test_a_file_in_the_folders_place_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("in the way")
    with pytest.raises(DataError) as caught:
        write_whole(tmp_path / "exports" / "a.csv", "x")
    assert "\n" not in str(caught.value)
    assert "--out" in str(caught.value)


def test_half_a_surrogate_pair_does_not_cost_the_file(tmp_path: Path) -> None:
    assert write_whole(tmp_path / "a.csv", "a\ud83db").read_bytes() == b"a\\ud83db"


def test_pieces_are_written_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    def pieces() -> Iterator[str]:
        for number in range(3):
            assert not path.exists(), "nobody sees half a file"
            yield f"{number}\n"

    assert write_whole(path, pieces()).read_text() == "0\n1\n2\n"


def test_a_failure_midway_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = write_whole(tmp_path / "a.csv", "old")

    def pieces() -> Iterator[str]:
        yield "new" * 100_000
        raise RuntimeError("the workspace is gone")

    with pytest.raises(RuntimeError, match="the workspace is gone"):
        write_whole(path, pieces())
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text() == "old"


def test_a_file_that_others_write_into_is_whole_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "a.parquet") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
