"""A command's file is loaded when the command runs, and the table of files is held to them."""

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli import commands
from workbench.cli.command_table import COMMANDS, CommandTable

FOLDER = Path(commands.__file__).parent


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_table_says(name: str) -> None:
    assert CommandTable()[name].name == name


def test_every_file_has_a_command() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} - {"__init__"} == {entry.file for entry in COMMANDS.values()}


def test_no_line_of_the_help_is_cut_at_eighty_columns() -> None:
    widest = max(map(len, COMMANDS))
    assert [entry.summary for entry in COMMANDS.values() if len(entry.summary) > 80 - widest - 4 - 2] == []


def test_a_name_that_no_file_has_is_no_command() -> None:
    table = CommandTable()
    assert "open" in table
    assert table.get("opne") is None


def test_no_other_commands_file_is_loaded() -> None:
    code = (
        "import contextlib, sys\n"
        "from workbench.cli.app import app\n"
        "with contextlib.suppress(SystemExit):\n"
        "    app(['open', '--help'])\n"
        "sys.stderr.write(' '.join(name for name in sys.modules if name.startswith('workbench.cli.commands.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.removeprefix("workbench.cli.commands.") for name in done.stderr.split()}
    assert loaded == {"open"}
