import struct
from pathlib import Path

import pytest
from PIL import Image

from tests.media.conftest import WriteVideo, encoded
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.media.frames import clip_frame, clip_frames, clip_rate

VIDEO = Sample("a", "happy", "happy", MediaKind.VIDEO, path="clip.avi")


def folder_of_frames(root: Path) -> Sample:
    (root / "frames").mkdir()
    for number in range(3):
        (root / "frames" / f"{number}.png").write_bytes(encoded(Image.new("L", (8, 8), number), "PNG"))
    return Sample("b", "happy", "happy", MediaKind.FRAMES, path="frames")


def test_frames_of_one_pass_are_those_that_come_one_by_one(tmp_path: Path, write_video: WriteVideo) -> None:
    write_video("clip.avi")
    for clip in (VIDEO, folder_of_frames(tmp_path)):
        frames = list(clip_frames(tmp_path, clip, (2, 0, 1), 16))
        assert frames == [clip_frame(tmp_path, clip, at, 16) for at in range(3)]


def test_a_video_plays_at_its_own_rate_and_a_folder_at_twenty_five(tmp_path: Path, write_video: WriteVideo) -> None:
    assert clip_rate(tmp_path, folder_of_frames(tmp_path)) == 25
    path = write_video("clip.avi")
    set_frame_us(path, 100_000)
    assert clip_rate(tmp_path, VIDEO) == 10


@pytest.mark.parametrize("frame_us", [4_000_000_000, 1])
def test_a_rate_that_cannot_be_true_is_not_believed(tmp_path: Path, write_video: WriteVideo, frame_us: int) -> None:
    set_frame_us(write_video("clip.avi"), frame_us)
    assert clip_rate(tmp_path, VIDEO) == 25


def set_frame_us(path: Path, frame_us: int) -> None:
    """Make an AVI say that a frame lasts so many microseconds."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(b"avih") + 8, frame_us)
    struct.pack_into("<II", data, data.index(b"strh") + 8 + 20, frame_us, 1_000_000)
    path.write_bytes(data)
