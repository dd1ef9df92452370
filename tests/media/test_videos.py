import struct
from contextlib import suppress
from pathlib import Path

import pytest

from tests.media.conftest import GREY_STEP, HEIGHT_PX, WIDTH_PX, WriteVideo, claim
from workbench.media.media_files import DEFAULT_LIMITS, BadMedia, MediaLimits
from workbench.media.videos import EndedEarly, claimed_length, counted_length, video_frames


def greys(path: Path, *wanted: int) -> list[tuple[int, int]]:
    """Position and number of each frame, the number read from its brightness."""
    frames = video_frames(path, wanted, DEFAULT_LIMITS)
    return [(at, round(int(image.convert("L").getpixel((9, 9))) / GREY_STEP)) for at, image in frames]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["clip.mp4", "clip.avi", "clip.mkv", "-clip.mp4", "a%03d.mp4", "file:x.mp4"])
def test_frames_are_found_at_their_positions(write_video: WriteVideo, name: str) -> None:
    path = write_video(name)
    assert greys(path, 9, 0, 3, 3) == [(0, 0), (3, 3), (9, 9)]
    assert claimed_length(path, DEFAULT_LIMITS) == counted_length(path, DEFAULT_LIMITS) == 10


def test_a_video_that_ends_early_says_how_many_frames_it_has(write_video: WriteVideo) -> None:
    with pytest.raises(EndedEarly) as caught:
        greys(write_video(), 3, 12)
    assert caught.value.n_frames == 10


def test_a_claim_beyond_all_measure_is_not_believed(write_video: WriteVideo) -> None:
    path = write_video("clip.avi")
    claim(path, 1_000_000_000)
    assert claimed_length(path, DEFAULT_LIMITS) == 10


def test_a_video_that_was_held_upright_is_shown_upright(write_video: WriteVideo) -> None:
    path = write_video()
    data = bytearray(path.read_bytes())
    quarter_turn = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    at = data.index(b"tkhd") + 4 + 40  # the matrix comes after version, times, layer and volume
    data[at : at + len(quarter_turn)] = quarter_turn
    path.write_bytes(data)
    assert [image.size for _, image in video_frames(path, [0], DEFAULT_LIMITS)] == [(HEIGHT_PX, WIDTH_PX)]


def test_a_changed_file_is_counted_again(write_video: WriteVideo) -> None:
    assert counted_length(write_video(), DEFAULT_LIMITS) == 10
    assert counted_length(write_video(n_frames=4), DEFAULT_LIMITS) == 4


def test_a_video_without_frames_is_bad_media(write_video: WriteVideo) -> None:
    with pytest.raises(BadMedia):
        counted_length(write_video(n_frames=0), DEFAULT_LIMITS)


def test_sound_alone_is_bad_media(tmp_path: Path) -> None:
    frames = b"".join(struct.pack("<h", n * 300 % 30000) for n in range(800))
    layout = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + 1600, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 1600
    )
    (tmp_path / "sound.mp4").write_bytes(layout + frames)
    with pytest.raises(BadMedia, match="not a video"):
        counted_length(tmp_path / "sound.mp4", DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "an empty file"),
        (b"hello, world", "not a video"),
        (b"#EXTM3U\nhttp://127.0.0.1:9/a.ts\n", "not a video"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not a video"),
        (b"\0\0\0\x20ftypisom" + bytes(range(256)) * 20, "damaged"),
    ],
)
def test_what_is_no_video_is_bad_media_and_quiet(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: bytes, why: str
) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)
    with pytest.raises(BadMedia, match=why):
        claimed_length(tmp_path / "clip.mp4", DEFAULT_LIMITS)
    assert capfd.readouterr() == ("", "")


def test_a_truncated_video_is_bad_media_or_shorter(write_video: WriteVideo) -> None:
    whole = write_video()
    data = whole.read_bytes()
    for n_bytes in range(1, len(data), len(data) // 40):
        whole.write_bytes(data[:n_bytes])
        with suppress(BadMedia):
            assert 1 <= counted_length(whole, DEFAULT_LIMITS) <= 10


def test_limits_of_pixels_frames_bytes_and_time_hold(write_video: WriteVideo) -> None:
    path = write_video()
    for limits in (
        MediaLimits(picture_px=WIDTH_PX * HEIGHT_PX - 1),
        MediaLimits(clip_frames=9),
        MediaLimits(video_bytes=100),
        MediaLimits(decode_s=1e-9),
    ):
        with pytest.raises(BadMedia):
            counted_length(path, limits)
