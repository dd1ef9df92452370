import os
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.media.conftest import WriteVideo, claim, encoded, gradient, opened, request_for
from workbench.domain.datasets.samples import ClipSpan, Frame, MediaKind, Sample
from workbench.media.frame_cache import FrameCache
from workbench.media.frames import clip_frame, clip_frames, clip_rate, frame_numbers, sample_frames, thumbnails
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
        assert len(frame_numbers(tmp_path, clip)) == n_frames
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
    (root / "text.jpg").write_text("words")
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
    for ask in (lambda it: sample_frames(tmp_path, it, request_for()), lambda it: frame_numbers(tmp_path, it)):
        with pytest.raises(BadMedia, match="no picture or clip"):
            ask(sample(MediaKind.NONE, None))


def test_many_threads_get_what_one_gets(tmp_path: Path, write_video: WriteVideo) -> None:
    clip = sample(MediaKind.VIDEO, write_video().name)
    still = clip_of(tmp_path, "1.png", "2.png", "3.png")
    with ThreadPoolExecutor(8) as pool:
        for it in (clip, still):
            results = list(pool.map(lambda _, it=it: sample_frames(tmp_path, it, request_for("uniform(3)")), range(24)))
            assert len(set(results)) == 1


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
    assert len(frame_numbers(tmp_path, clip)) == 3
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
