import shutil
from pathlib import Path

import pytest

from tests.tui.review_run import ReviewRun, casme2_plan, opened_run, stored_run
from workbench.domain.datasets.cards import CARDS


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with thirty samples of CASME II and every kind of result."""
    return stored_run(tmp_path_factory.mktemp("stored"), CARDS["casme2"], casme2_plan())


@pytest.fixture
def review(stored: Path, tmp_path: Path) -> ReviewRun:
    """The run in a workspace of the test's own."""
    path = tmp_path / "emowb.db"
    shutil.copy(stored, path)
    return opened_run(path, CARDS["casme2"])
