import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workbench.cli.app import app

SAMPLES = Path(__file__).parents[2] / "samples"
Emowb = Callable[..., Result]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and an environment without settings of the developer's own."""
    for name in list(os.environ):
        if name.startswith(("EMOWB_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def emowb(place: Path) -> Emowb:
    """Run a command as a user would, in `place`."""

    def run(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], prog_name="emowb", catch_exceptions=False)

    return run


@pytest.fixture
def rafdb(emowb: Emowb) -> Emowb:
    """The same, after a run of the RAF-DB samples on the embedded endpoint."""
    assert emowb("import", "rafdb", SAMPLES / "rafdb").exit_code == 0
    assert emowb("run", "rafdb", "--endpoint", "embedded", "--name", "main").exit_code == 0
    return emowb
