import os
from pathlib import Path

import pytest
from PIL import Image

from tests.media.conftest import encoded, opened, request_for
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.media.frame_cache import FrameCache
from workbench.media.frames import clip_frame, clip_length, frame_numbers, sample_frames
from workbench.media.media_files import BadMedia, MediaLimits


def listed(*names: str) -> Sample:
    return Sample(id="a", gold="happy", raw_label="happy", media=MediaKind.FILES, path="|".join(names))


@pytest.fixture
def clip(tmp_path: Path) -> Sample:
    """Three pictures of the grey values 0, 10 and 20, listed in an order that is not that of their names."""
    names = ("z.png", "sub/b.png", "a 10.png")
    (tmp_path / "sub").mkdir()
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(encoded(Image.new("L", (8, 8), 10 * number), "PNG"))
    return listed(*names)


def shades(root: Path, clip: Sample, policy: str) -> list[object]:
    return [opened(frame.data).getpixel((4, 4)) for frame in sample_frames(root, clip, request_for(policy))]


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        ("all", [0, 10, 20]),
        ("last(2)", [10, 20]),
        ("ends(2)", [0, 20]),
        ("uniform(6)", [0, 0, 10, 10, 20, 20]),
        ("apex", [10]),
    ],
)
def test_listed_pictures_are_frames_in_the_order_of_the_list(
    tmp_path: Path, clip: Sample, policy: str, shown: list[int]
) -> None:
    assert shades(tmp_path, clip, policy) == shown


def test_listed_pictures_can_be_leafed_through_to_their_end_and_not_beyond(tmp_path: Path, clip: Sample) -> None:
    assert clip_length(tmp_path, clip) == 3
    assert frame_numbers(tmp_path, clip) == (0, 1, 2)
    assert [opened(clip_frame(tmp_path, clip, at, 16).data).getpixel((4, 4)) for at in range(3)] == [0, 10, 20]
    for outside in (-1, 3):
        with pytest.raises(BadMedia, match="the clip has 3 frames"):
            clip_frame(tmp_path, clip, outside, 16)


def test_more_listed_pictures_than_can_be_sent_are_refused(tmp_path: Path, clip: Sample) -> None:
    with pytest.raises(BadMedia, match="too many to send"):
        sample_frames(tmp_path, clip, request_for("all"), MediaLimits(sent_frames=2))


def test_one_bad_picture_of_a_list_is_bad_media_with_its_reason(tmp_path: Path, clip: Sample) -> None:
    root = tmp_path / "sub"
    (tmp_path / "secret.png").write_bytes(b"not for us")
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "empty.png").touch()
    os.mkfifo(root / "fifo.png")
    for name, reason in {
        "../secret.png": "its path leads out of the data set's folder",
        "link.png": "its path leads out of the data set's folder",
        "empty.png": "an empty file",
        "fifo.png": "not a regular file",
        "none.png": "no such file",
        "": "a folder instead of a file",
    }.items():
        with pytest.raises(BadMedia, match=reason):
            sample_frames(root, listed("b.png", name), request_for("all"))


def test_listed_pictures_are_drawn_anew_from_the_cache_only_when_one_has_changed(tmp_path: Path, clip: Sample) -> None:
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    first = cache.frames(tmp_path, clip, request_for("all"))
    assert cache.frames(tmp_path, clip, request_for("all")) == first == sample_frames(tmp_path, clip, request_for())
    assert len(list((tmp_path / "cache").iterdir())) == 1
    (tmp_path / "sub/b.png").write_bytes(encoded(Image.new("L", (9, 9), 200), "PNG"))
    assert cache.frames(tmp_path, clip, request_for("all")) == sample_frames(tmp_path, clip, request_for()) != first


def test_another_order_of_the_same_pictures_has_an_entry_of_its_own(tmp_path: Path, clip: Sample) -> None:
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    there = cache.frames(tmp_path, clip, request_for("all"))
    back = cache.frames(tmp_path, listed(*reversed(clip.files)), request_for("all"))
    assert [frame.data for frame in back] == [frame.data for frame in reversed(there)]


def test_the_cache_has_a_reason_too_for_a_listed_picture_that_is_not_there(tmp_path: Path, clip: Sample) -> None:
    with pytest.raises(BadMedia):
        FrameCache(tmp_path / "cache", 10_000_000).frames(tmp_path, listed("z.png", "none.png"), request_for("all"))
