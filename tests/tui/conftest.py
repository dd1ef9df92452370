from pathlib import Path

import pytest

from tests.tui.review_run import Clock, ReviewRun, casme2_plan, review_run
from workbench.domain.datasets import CARDS


@pytest.fixture
def review(tmp_path: Path) -> ReviewRun:
    """Thirty samples of CASME II with every kind of result."""
    return review_run(tmp_path, CARDS["casme2"], casme2_plan(), now=Clock())
