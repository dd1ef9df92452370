import pytest

from tests.published_predictions import published_predictions
from workbench.pipeline.reproducing.published_cells import Reproduction, reproduce


@pytest.fixture(scope="session")
def published() -> Reproduction:
    """All figures that the published files give."""
    return reproduce(published_predictions())
