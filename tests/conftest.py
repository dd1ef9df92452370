"""What holds for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlite_utils import Database

from workbench.storage.workspace.database import open_workspace

# A test that fails when the machine is busy says nothing about the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A new workspace in a file."""
    workspace = open_workspace(tmp_path / "emowb.db", create=True)
    yield workspace
    workspace.close()
