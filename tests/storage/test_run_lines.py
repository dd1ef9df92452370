"""Several runs at one endpoint: one after the other, in the order in which they came."""

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import DataError, UsageError
from workbench.storage.run_lines import leave_line, place_in_line, who_is_ahead

HOLDS = """
import sys
from pathlib import Path
from workbench.storage.run_lines import place_in_line
with place_in_line(Path(sys.argv[1]), "first", waits=False, tell=print):
    print("held", flush=True)
    sys.stdin.read()
"""


def is_second(who: str) -> bool:
    return who == "second"


def test_a_later_one_waits_for_the_one_before_even_where_that_is_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    heard: list[str] = []

    def hear(words: str) -> None:
        heard.append(words)
        assert who_is_ahead(tmp_path, is_second) == ["first"]
        holder.kill()
        holder.communicate()

    with place_in_line(tmp_path, "second", waits=True, tell=hear):
        assert heard == ["waiting in line behind first"]
        assert who_is_ahead(tmp_path, is_second) == []
    assert list(tmp_path.iterdir()) == []


def test_who_does_not_wait_begins_at_once(tmp_path: Path) -> None:
    with (
        place_in_line(tmp_path, "first", waits=False, tell=print),
        place_in_line(tmp_path, "second", waits=False, tell=print),
    ):
        assert who_is_ahead(tmp_path, is_second) == ["first"]
    assert who_is_ahead(tmp_path, is_second) is None


def test_one_that_waits_can_be_taken_out_of_the_line(tmp_path: Path) -> None:
    def hear(_: str) -> None:
        assert leave_line(tmp_path, is_second)

    with (
        place_in_line(tmp_path, "first", waits=False, tell=print),
        pytest.raises(UsageError, match="taken out of the line"),
        place_in_line(tmp_path, "second", waits=True, tell=hear),
    ):
        pass
    assert not leave_line(tmp_path, is_second)


def test_without_a_folder_nobody_waits_and_others_are_not_held_up(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "line"
    with place_in_line(folder, "first", waits=False, tell=print):
        assert who_is_ahead(folder, is_second) is None
    with pytest.raises(DataError, match="no run can wait"), place_in_line(folder, "second", waits=True, tell=print):
        pass
