"""A Batch API on loopback and a small set that is sent through it, for whoever names them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.job_place import JobPlace, place_for
from tests.provider.jobs.batch_server import BatchServer, serving_batches


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving_batches() as one:
        yield one


@pytest.fixture
def place(tmp_path: Path, server: BatchServer) -> Iterator[JobPlace]:
    """Four requests of three pictures each."""
    one = place_for(tmp_path / "emowb.db", server)
    yield one
    one.db.close()
