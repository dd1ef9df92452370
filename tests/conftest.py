"""What holds for every test."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from sqlite_utils import Database

from workbench.storage.workspace.database import open_workspace

# A test that fails when the machine is busy says nothing about the code.
settings.register_profile("emowb", deadline=None)
settings.load_profile("emowb")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the test's workspace is."""
    return tmp_path / "emowb.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """A new workspace in a file."""
    with closing(open_workspace(path, create=True)) as workspace:
        yield workspace
