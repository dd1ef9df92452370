"""A command's file is loaded when the command runs, and the table of files is held to them."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from workbench.cli import commands
from workbench.cli.command_table import FILES, CommandsByFile, commands_of

FOLDER = Path(commands.__file__).parent


@pytest.mark.parametrize("file", FILES)
def test_a_file_has_the_commands_that_the_table_gives_it(file: str) -> None:
    assert tuple(commands_of(import_module(f"workbench.cli.commands.{file}"))) == FILES[file]


def test_every_file_with_commands_is_in_the_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.py") if "\ndef register(" in path.read_text()} == set(FILES)


def test_a_name_that_no_file_has_is_no_command() -> None:
    table = CommandsByFile()
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
    assert loaded & set(FILES) == {"open"}
