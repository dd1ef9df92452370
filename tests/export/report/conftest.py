"""A workspace for the tests of the report."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from workbench.storage.database import open_workspace


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    workspace = open_workspace(tmp_path / "emowb.db", create=True)
    yield workspace
    workspace.close()
