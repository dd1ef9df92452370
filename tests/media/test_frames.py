import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.media.conftest import WriteVideo, claim, encoded, gradient, opened, request_for
from workbench.domain.datasets.samples import ClipSpan, Frame, MediaKind, Sample
from workbench.media.frames import clip_frame, clip_length, frame_numbers, sample_frames
from workbench.media.media_files import BadMedia, MediaLimits


def sample(media: MediaKind, path: str | None, span: ClipSpan | None = None) -> Sample:
    return Sample(id="a", gold="happy", raw_label="happy", media=media, path=path, span=span)


def clip_of(root: Path, *names: str) -> Sample:
    """A folder of frames in which the n-th file has the grey value n."""
    (root / "clip").mkdir()
    for number, name in enumerate(names):
        (root / "clip" / name).write_bytes(encoded(Image.new("L", (8, 8), number), "PNG"))
    return sample(MediaKind.FRAMES, "clip")


def numbers_shown(frames: tuple[Frame, ...]) -> list[object]:
    return [opened(frame.data).getpixel((4, 4)) for frame in frames]


def with_span(clip: Sample, span: ClipSpan) -> Sample:
    return sample(clip.media, clip.path, span)


def test_a_single_image_is_repeated_as_often_as_asked(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(encoded(gradient()))
    frames = sample_frames(tmp_path, sample(MediaKind.IMAGE, "1.jpg"), request_for("uniform(3)"))
    assert [frame.index for frame in frames] == [0, 0, 0]


def test_frames_are_in_the_order_of_their_numbers_however_they_are_padded(tmp_path: Path) -> None:
    clip = clip_of(tmp_path, "img1.png", "reg_img002.png", "EP01-3.png", "img10.png", "img0011.png")
    (tmp_path / "clip" / ".DS_Store").write_text("x")
    (tmp_path / "clip" / "._img5.png").write_text("x")
    (tmp_path / "clip" / "notes7.txt").write_text("x")
    assert frame_numbers(tmp_path, clip) == (1, 2, 3, 10, 11)
    assert numbers_shown(sample_frames(tmp_path, clip, request_for("all"))) == [0, 1, 2, 3, 4]
    assert numbers_shown(sample_frames(tmp_path, clip, request_for("last(2)"))) == [3, 4]


def test_the_apex_is_found_by_its_number(tmp_path: Path) -> None:
    clip = with_span(clip_of(tmp_path, "img9.png", "img10.png", "img11.png"), ClipSpan(9, 10, 11))
    (frame,) = sample_frames(tmp_path, clip, request_for("apex"))
    assert (frame.index, frame.note, numbers_shown((frame,))) == (1, None, [1])


@pytest.mark.parametrize(
    ("span", "index", "note"),
    [
        (ClipSpan(9, 98, 99), 2, "frame 98 is missing; frame 20, the nearest, is sent"),
        (ClipSpan(9, None, 13), 1, "no apex is known; the middle of onset and offset is sent"),
        (ClipSpan(), 1, "no apex is known; the middle of the clip is sent"),
        (None, 1, "no apex is known; the middle of the clip is sent"),
    ],
)
def test_an_apex_that_is_not_there_is_stood_in_for_and_noted(
    tmp_path: Path, span: ClipSpan | None, index: int, note: str
) -> None:
    clip = sample(MediaKind.FRAMES, clip_of(tmp_path, "9.png", "11.png", "20.png").path, span)
    (frame,) = sample_frames(tmp_path, clip, request_for("apex"))
    assert (frame.index, frame.note) == (index, note)


def test_a_video_is_sampled_and_scaled(tmp_path: Path, write_video: WriteVideo) -> None:
    clip = sample(MediaKind.VIDEO, write_video().name)
    frames = sample_frames(tmp_path, clip, request_for("ends(3)", longest_side_px=32))
    assert [frame.index for frame in frames] == [0, 5, 9]
    assert {(frame.mime, *opened(frame.data).size) for frame in frames} == {("image/jpeg", 32, 24)}


def test_a_video_that_claims_too_many_frames_is_sampled_over_those_it_has(
    tmp_path: Path, write_video: WriteVideo
) -> None:
    path = write_video("clip.avi")
    claim(path, 30)
    frames = sample_frames(tmp_path, sample(MediaKind.VIDEO, "clip.avi"), request_for("ends(3)"))
    assert [frame.index for frame in frames] == [0, 5, 9]
    assert {frame.note for frame in frames} == {"the video ends after 10 of 30 frames"}


def test_a_clip_can_be_leafed_through_to_its_end_and_not_beyond(tmp_path: Path, write_video: WriteVideo) -> None:
    (tmp_path / "1.jpg").write_bytes(encoded(gradient()))
    for clip, n_frames in (
        (sample(MediaKind.VIDEO, write_video().name), 10),
        (clip_of(tmp_path, "5.png", "6.png"), 2),
        (sample(MediaKind.IMAGE, "1.jpg"), 1),
    ):
        assert clip_length(tmp_path, clip) == n_frames
        assert clip_frame(tmp_path, clip, n_frames - 1, 16).index == n_frames - 1
        for outside in (-1, n_frames):
            with pytest.raises(BadMedia):
                clip_frame(tmp_path, clip, outside, 16)


def test_more_frames_than_can_be_sent_are_refused(tmp_path: Path) -> None:
    clip = clip_of(tmp_path, "1.png", "2.png", "3.png")
    with pytest.raises(BadMedia, match="too many to send"):
        sample_frames(tmp_path, clip, request_for("all"), MediaLimits(sent_frames=2))
    with pytest.raises(BadMedia, match="more than 2 frames"):
        sample_frames(tmp_path, clip, request_for("apex"), MediaLimits(clip_frames=2))


def test_every_bad_medium_has_a_short_reason(tmp_path: Path) -> None:
    root = tmp_path / "set"
    (root / "folder").mkdir(parents=True)
    (root / "empty.jpg").touch()
    (root / "text.jpg").write_text("<html>")
    os.mkfifo(root / "fifo.jpg")
    (tmp_path / "secret.jpg").write_bytes(encoded(gradient()))
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "loop.jpg").symlink_to(root / "loop.jpg")
    (root / "clip").mkdir()
    (root / "clip" / "img1.jpg").symlink_to(tmp_path / "secret.jpg")
    reasons = {
        "empty.jpg": "an empty file",
        "text.jpg": "not a picture that can be read",
        "fifo.jpg": "not a regular file",
        "folder": "a folder instead of a file",
        "nothing.jpg": "no such file",
        "link.jpg": "its path leads out of the data set's folder",
        "../secret.jpg": "its path leads out of the data set's folder",
        str(tmp_path / "secret.jpg"): "its path leads out of the data set's folder",
        "a\0b": "its path holds a NUL character",
        "x" * 5000: "cannot be read (File name too long)",
        "loop.jpg": "cannot be read (Too many levels of symbolic links)",
    }
    for path, reason in reasons.items():
        for media in (MediaKind.IMAGE, MediaKind.VIDEO):
            with pytest.raises(BadMedia) as caught:
                sample_frames(root, sample(media, path), request_for())
            assert str(caught.value) == ("not a video" if (path, media) == ("text.jpg", MediaKind.VIDEO) else reason)
    for path, reason in {
        "folder": "no numbered frames in its folder",
        "nothing": "no such file",
        "text.jpg": "a file instead of a folder of frames",
        "clip": "its path leads out of the data set's folder",
    }.items():
        with pytest.raises(BadMedia, match=reason.replace("(", "\\(")):
            sample_frames(root, sample(MediaKind.FRAMES, path), request_for())


def test_words_alone_have_no_frames(tmp_path: Path) -> None:
    for ask in (lambda it: sample_frames(tmp_path, it, request_for()), lambda it: clip_length(tmp_path, it)):
        with pytest.raises(BadMedia, match="no picture or clip"):
            ask(sample(MediaKind.NONE, None))


def test_many_threads_get_what_one_gets(tmp_path: Path, write_video: WriteVideo) -> None:
    clip = sample(MediaKind.VIDEO, write_video().name)
    still = clip_of(tmp_path, "1.png", "2.png", "3.png")
    with ThreadPoolExecutor(8) as pool:
        for it in (clip, still):
            results = list(pool.map(lambda _, it=it: sample_frames(tmp_path, it, request_for("uniform(3)")), range(24)))
            assert len(set(results)) == 1
