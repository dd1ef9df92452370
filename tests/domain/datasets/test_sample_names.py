"""Names in the forms of other programs, met with samples in the forms of the importers."""

import pytest

from workbench.domain.datasets.sample_names import SampleNames
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample


def sample(name: str, path: str | None = None, apex: int | None = None) -> Sample:
    media = MediaKind.NONE if path is None else MediaKind.FRAMES if apex else MediaKind.VIDEO
    span = ClipSpan(1, apex, 99) if apex else None
    return Sample(id=name, gold="happy", raw_label="happy", media=media, path=path, span=span)


SAMPLES = (
    sample("video_0001/0001", "Raw/video_0001/0001.mp4"),
    sample("video_0002/0007", "Raw/video_0002/0007.mp4"),
    sample("-a_b/12", "Raw/-a_b/12.mp4"),
    sample("sub01/EP02_01f", "RAW/RAW/sub01/EP02_01f", 59),
    sample("sub02/EP02_01f", "RAW/RAW/sub02/EP02_01f", 60),
    sample("006/006_1_2", "SAMM/006/006_1_2", 5562),
    sample("sub03/EP12_11_1-69", "Section B/sub03/EP12_11_1", 69),
    sample("Actor_01/02-01-03-01-01-01-01", "Actor_01/02-01-03-01-01-01-01.mp4"),
    sample("test_0001", "basic/Image/aligned/test_0001_aligned.jpg"),
    sample("15", "Clip/original/15.mp4"),
    sample("a/x.y", "a/x.y.mp4"),
    sample("b/x", "b/x.mp4"),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("video_0001/0001", "video_0001/0001"),
        ("video_0001_0001", "video_0001/0001"),
        ("video_0001_1.mp4", "video_0001/0001"),
        ("video_0001$_$0001", "video_0001/0001"),
        (r"C:\data\Raw\video_0002\7.avi", "video_0002/0007"),
        ("VIDEO_0002/0007", "video_0002/0007"),
        ("-a_b_12", "-a_b/12"),
        ("-a_b$_$12", "-a_b/12"),
        ("EP02_01f-59.jpg", "sub01/EP02_01f"),
        ("EP02_01f-060", "sub02/EP02_01f"),
        ("sub02_EP02_01f", "sub02/EP02_01f"),
        ("sub01/EP02_01f/img59.jpg", "sub01/EP02_01f"),
        ("006_05562.jpg", "006/006_1_2"),
        ("006006_1_2-5562", "006/006_1_2"),
        ("EP12_11_1-069.jpg", "sub03/EP12_11_1-69"),
        ("02-01-03-01-01-01-01", "Actor_01/02-01-03-01-01-01-01"),
        ("test_0001", "test_0001"),
        ("test/3/test_0001_aligned.jpg", "test_0001"),
        ("00015", "15"),
        ("x.y", "a/x.y"),
        ("/mnt/b/x.mp4", "b/x"),
    ],
)
def test_every_form_of_a_name_meets_its_sample(name: str, expected: str) -> None:
    assert SampleNames(SAMPLES).matches(name) == (expected,)


@pytest.mark.parametrize(
    "name",
    [
        "video_0009/0007",
        "video_0009_0007",
        "video_0001$_$0007",
        "sub05/EP02_01f",
        "EP02_01f-61",
        "test_001",
        "test_00001",
        "c/x",
        "",
        "/",
        "Actor_02/02-01-03-01-01-01-01.mp4",
    ],
)
def test_what_is_contradicted_meets_nothing(name: str) -> None:
    assert SampleNames(SAMPLES).matches(name) == ()


def test_a_name_that_fits_several_samples_gives_all_of_them() -> None:
    names = SampleNames(SAMPLES)
    assert names.matches("EP02_01f") == ("sub01/EP02_01f", "sub02/EP02_01f")
    same = SampleNames([sample("Happy/21_1"), sample("Surprise/21_1"), sample("21_1")])
    assert same.matches("21_1.png") == ("21_1",)
    assert same.matches("Surprise/21_1.png") == ("Surprise/21_1",)
