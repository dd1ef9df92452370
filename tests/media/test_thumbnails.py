from pathlib import Path

import pytest
from PIL import Image

from tests.media.conftest import WriteVideo, gradient, opened, request_for
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.media.frames import thumbnails
from workbench.media.media_files import BadMedia


def still(path: Path) -> Sample:
    return Sample(id="a", gold="happy", raw_label="Happy", media=MediaKind.IMAGE, path=path.name)


@pytest.mark.parametrize(("name", "mode"), [("a.jpg", "RGB"), ("a.png", "RGBA"), ("a.png", "L"), ("a.gif", "P")])
def test_a_picture_of_any_form_becomes_a_small_jpeg(tmp_path: Path, name: str, mode: str) -> None:
    image = gradient(640, 480, mode)
    image.save(tmp_path / name)
    (frame,) = thumbnails(tmp_path, still(tmp_path / name), request_for(longest_side_px=160), most=4)
    shown = opened(frame.data)
    assert (shown.format, shown.size, frame.mime) == ("JPEG", (160, 120), "image/jpeg")
    assert len(frame.data) < 20_000
    assert not shown.getexif()


def test_a_small_picture_is_not_scaled_up(tmp_path: Path) -> None:
    Image.new("L", (48, 48), 120).save(tmp_path / "a.png")
    (frame,) = thumbnails(tmp_path, still(tmp_path / "a.png"), request_for(longest_side_px=160), most=4)
    assert (frame.width_px, frame.height_px) == opened(frame.data).size == (48, 48)


def test_of_many_frames_so_many_are_shown_evenly_chosen(tmp_path: Path, write_video: WriteVideo) -> None:
    path = write_video(n_frames=10)
    sample = Sample(id="a", gold="happy", raw_label="Happy", media=MediaKind.VIDEO, path=path.name)
    frames = thumbnails(tmp_path, sample, request_for("all", longest_side_px=160), most=4)
    assert [frame.index for frame in frames] == [0, 2, 5, 7]


def test_what_is_no_picture_is_bad_media(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("<html>")
    with pytest.raises(BadMedia):
        thumbnails(tmp_path, still(tmp_path / "a.jpg"), request_for(longest_side_px=160), most=4)
