"""A data set's folder that goes away while a run is sent: a disk that is pulled out, a share that is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pipeline.counting_endpoint import CountingEndpoint
from tests.pipeline.workplace import Way, Workplace, workplace
from workbench.domain.datasets.samples import Frame, MediaKind, Sample
from workbench.domain.messages import SampleMedia
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState
from workbench.errors import DataError
from workbench.media.media_files import BadMedia
from workbench.media.sample_media import MediaSource, media_source
from workbench.storage.runs.batch_rows import load_totals

RANKED = {PredictionStatus.RANKED}
LATENCY_S = 0.05
"""So that requests are on their way when the folder goes."""

Frames = Callable[[Sample], tuple[Frame, ...]]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with workplace(tmp_path, 40) as made:
        yield made


@pytest.fixture
def media(place: Workplace) -> MediaSource:
    """As the program reads them."""
    return media_source(place.root, place.plan().spec, place.path.parent / "cache")


def test_one_file_that_is_lost_is_a_bad_medium_and_a_folder_that_is_lost_is_not(
    place: Workplace, media: MediaSource
) -> None:
    sample = Sample(id="x", gold="happy", raw_label="x", media=MediaKind.IMAGE, path="lost.png")
    with pytest.raises(BadMedia, match="no such file"):
        media(sample)
    place.root.rename(place.root.with_name("elsewhere"))
    with pytest.raises(DataError, match=r"the folder .*set of the data set is not there; bring it back"):
        media(sample)


def test_a_run_whose_pictures_are_gone_pauses_with_what_is_on_its_way_and_settles_nothing_else(
    place: Workplace, media: MediaSource
) -> None:
    """The first four batches are read, then the folder goes."""
    elsewhere = place.root.with_name("elsewhere")
    n_read = 0

    def going(sample: Sample) -> SampleMedia:
        nonlocal n_read
        n_read += 1
        if n_read == 17:
            place.root.rename(elsewhere)
        return media(sample)

    with CountingEndpoint(place.pictures, latency_s=LATENCY_S) as endpoint:
        run, way = place.plan(), Way(endpoint.endpoint())
        sent = place.send(run, way, media=going)
        assert isinstance(sent.error, DataError)
        paused = place.now(run)
        assert paused.state is RunState.PAUSED
        assert paused.reason == sent.reason == str(sent.error)
        progress = load_totals(place.db, run.id)
        assert progress.by_status == {PredictionStatus.RANKED: 4 * len(endpoint.asked)}
        assert progress.unseen == 0, "a reply was lost"
        assert len(endpoint.asked) >= 1
        elsewhere.rename(place.root)
        assert place.send(run, way, media=media).error is None
        assert set(place.statuses(run).values()) == RANKED
        assert len(endpoint.asked) == 10
