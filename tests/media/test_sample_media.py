"""Which parts of a sample each modality sends."""

from pathlib import Path

import pytest

from tests.media.conftest import gradient
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.datasets.tasks import Modality
from workbench.domain.messages import ImagePart
from workbench.domain.runs import RunSpec
from workbench.errors import DataError
from workbench.media.media_files import BadMedia
from workbench.media.sample_media import media_source


def spec_of(modality: Modality) -> RunSpec:
    return RunSpec(
        dataset="mer2023",
        endpoint="embedded",
        model="m",
        prompt="named/1",
        modality=modality,
        frames="all",
        labels=("happy", "sad"),
        batch_size=6,
    )


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    gradient().save(tmp_path / "a.png")
    return Sample(id="a", gold="happy", raw_label="x", media=MediaKind.IMAGE, path="a.png", text="Na gut.")


@pytest.mark.parametrize(
    ("modality", "n_images", "text"),
    [
        (Modality.TEXT, 0, "Na gut."),
        (Modality.VIDEO, 1, None),
        (Modality.IMAGE, 1, None),
        (Modality.MULTI, 1, "Na gut."),
    ],
)
def test_a_modality_sends_its_parts_of_a_sample_and_no_other(
    tmp_path: Path, sample: Sample, modality: Modality, n_images: int, text: str | None
) -> None:
    media = media_source(tmp_path, spec_of(modality), tmp_path / "cache")(sample)
    assert (media.n_images, media.text) == (n_images, text)
    assert media.parts == tuple(ImagePart(frame) for frame in media.frames)
    assert media.n_bytes == sum(len(frame.data) for frame in media.frames)


def test_words_that_a_sample_lacks_are_sent_as_none_at_all_and_its_pictures_are_not_read(tmp_path: Path) -> None:
    mute = Sample(id="b", gold="sad", raw_label="x", media=MediaKind.VIDEO, path="gone.mp4")
    assert media_source(tmp_path, spec_of(Modality.TEXT), tmp_path / "cache")(mute).text == ""
    with pytest.raises(BadMedia, match="no such file"):
        media_source(tmp_path, spec_of(Modality.VIDEO), tmp_path / "cache")(mute)


def test_a_data_set_whose_folder_is_gone_is_no_bad_medium(tmp_path: Path, sample: Sample) -> None:
    with pytest.raises(DataError, match="is not there"):
        media_source(tmp_path / "gone", spec_of(Modality.IMAGE), tmp_path / "cache")(sample)
