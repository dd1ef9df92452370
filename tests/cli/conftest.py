import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.cli.processes import PlannedRun, planned_run
from workbench.cli.app import app

SAMPLES = Path(__file__).parents[2] / "samples"
Emowb = Callable[..., Result]
After = Callable[..., Emowb]
Command = tuple[str | Path, ...]


def importing(key: str) -> Command:
    """The command that imports a sample set."""
    return ("import", key, SAMPLES / key)


def emowb_command(*words: str | Path) -> Result:
    """Run a command as a user would, in the working directory."""
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="emowb", catch_exceptions=False)


@contextmanager
def working_in(folder: Path) -> Iterator[Path]:
    """A new folder `place` in the folder is the working directory, without settings of the developer's own."""
    place = folder / "place"
    place.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("EMOWB_", "OPENAI_")):
                patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.chdir(place)
        yield place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """An empty working directory, and an environment without settings of the developer's own."""
    with working_in(tmp_path) as folder:
        yield folder


@pytest.fixture
def at(place: Path) -> Iterator[PlannedRun]:
    """A run that is planned in `place`, and can be sent by processes of its own."""
    with planned_run(place) as planned:
        yield planned


@pytest.fixture
def emowb(place: Path) -> Emowb:
    """Run a command as a user would, in `place`."""
    return emowb_command


@pytest.fixture(scope="session")
def made_before(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Command, ...], Path]:
    """Folders by the commands that were run in them."""
    return {}


@pytest.fixture
def after(place: Path, made_before: dict[tuple[Command, ...], Path], tmp_path_factory: pytest.TempPathFactory) -> After:
    """What these commands leave behind: they are run once a session, and each test has a copy."""

    def copy_what_is_left(*commands: Command) -> Emowb:
        if commands not in made_before:
            with working_in(tmp_path_factory.mktemp("made")) as folder:
                for words in commands:
                    assert emowb_command(*words).exit_code == 0, words
            made_before[commands] = folder
        shutil.copytree(made_before[commands], place, dirs_exist_ok=True)
        return emowb_command

    return copy_what_is_left


@pytest.fixture
def imported(after: After) -> Emowb:
    """`emowb` after an import of the RAF-DB samples."""
    return after(importing("rafdb"))


@pytest.fixture
def rafdb(after: After) -> Emowb:
    """`emowb` after a run of the RAF-DB samples on the embedded endpoint."""
    return after(importing("rafdb"), ("run", "rafdb", "--endpoint", "embedded", "--name", "main"))
