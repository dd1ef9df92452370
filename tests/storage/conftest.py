from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from workbench.storage.workspace.database import open_workspace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "emowb.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """A new workspace in a file."""
    workspace = open_workspace(path, create=True)
    yield workspace
    workspace.close()
