import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.media.conftest import WriteVideo, encoded, gradient, request_for
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.domain.runs import Colour
from workbench.media.frame_cache import FrameCache
from workbench.media.frames import sample_frames
from workbench.media.media_files import BadMedia


def sample(media: MediaKind, path: str, span: ClipSpan | None = None) -> Sample:
    return Sample(id="a", gold="happy", raw_label="happy", media=media, path=path, span=span)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*")) if folder.exists() else []


@pytest.fixture
def video(write_video: WriteVideo) -> Sample:
    return sample(MediaKind.VIDEO, write_video().name)


def test_a_second_look_gives_the_same_frames_without_decoding(tmp_path: Path, video: Sample) -> None:
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    wanted = request_for("uniform(3)")
    first = cache.frames(tmp_path, video, wanted)
    (entry,) = entries(tmp_path / "cache")
    stored = entry.read_bytes()
    assert cache.frames(tmp_path, video, wanted) == first == sample_frames(tmp_path, video, wanted)
    assert entry.read_bytes() == stored
    assert FrameCache(tmp_path / "cache", 10_000_000).frames(tmp_path, video, wanted) == first


def test_notes_and_repeated_frames_come_back(tmp_path: Path, write_video: WriteVideo) -> None:
    clip = sample(MediaKind.VIDEO, write_video(n_frames=2).name, ClipSpan(1, 90, 99))
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    for policy in ("uniform(5)", "apex"):
        first = cache.frames(tmp_path, clip, request_for(policy))
        assert cache.frames(tmp_path, clip, request_for(policy)) == first


def test_whatever_decides_the_frames_has_an_entry_of_its_own(tmp_path: Path, video: Sample) -> None:
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    for wanted in (
        request_for("uniform(3)"),
        request_for("ends(3)"),
        request_for("uniform(3)", Colour.GREY),
        request_for("uniform(3)", longest_side_px=16),
    ):
        assert cache.frames(tmp_path, video, wanted) == sample_frames(tmp_path, video, wanted)
    assert len(entries(tmp_path / "cache")) == 4


def test_a_changed_medium_is_decoded_anew(tmp_path: Path, write_video: WriteVideo) -> None:
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    clip = sample(MediaKind.VIDEO, write_video().name)
    assert cache.frames(tmp_path, clip, request_for("last(1)"))[0].index == 9
    write_video(n_frames=5)
    assert cache.frames(tmp_path, clip, request_for("last(1)"))[0].index == 4


def test_a_changed_folder_of_frames_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "clip").mkdir()
    (tmp_path / "clip" / "1.bmp").write_bytes(encoded(Image.new("L", (8, 8), 0), "BMP"))
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    clip = sample(MediaKind.FRAMES, "clip")
    assert len(cache.frames(tmp_path, clip, request_for())) == 1
    (tmp_path / "clip" / "3.bmp").symlink_to(tmp_path / "nothing")
    with pytest.raises(BadMedia):
        cache.frames(tmp_path, clip, request_for())
    (tmp_path / "clip" / "3.bmp").unlink()
    (tmp_path / "clip" / "2.bmp").write_bytes(encoded(Image.new("L", (8, 8), 9), "BMP"))
    assert len(cache.frames(tmp_path, clip, request_for())) == 2


def test_a_picture_that_goes_out_as_it_is_is_not_stored_again(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(encoded(gradient()))
    frames = FrameCache(tmp_path / "cache", 10_000_000).frames(
        tmp_path, sample(MediaKind.IMAGE, "1.jpg"), request_for()
    )
    assert frames[0].data == (tmp_path / "1.jpg").read_bytes()
    assert entries(tmp_path / "cache") == []


def test_the_cache_is_its_owners_alone(tmp_path: Path, video: Sample) -> None:
    FrameCache(tmp_path / "cache", 10_000_000).frames(tmp_path, video, request_for("apex"))
    (entry,) = entries(tmp_path / "cache")
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600


def test_the_longest_unused_entries_make_room(tmp_path: Path, video: Sample) -> None:
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    cache.frames(tmp_path, video, request_for("apex"))
    (old,) = entries(tmp_path / "cache")
    os.utime(old, (1, 1))
    entry_bytes = old.stat().st_size
    small = FrameCache(tmp_path / "cache", int(entry_bytes * 2.5))
    for side_px in range(20, 60, 5):
        small.frames(tmp_path, video, request_for("apex", longest_side_px=side_px))
        assert sum(path.stat().st_size for path in entries(tmp_path / "cache")) <= entry_bytes * 2.5
    assert not old.exists()


def test_an_entry_larger_than_the_cache_is_not_kept(tmp_path: Path, video: Sample) -> None:
    assert FrameCache(tmp_path / "cache", 0).frames(tmp_path, video, request_for("apex"))
    assert entries(tmp_path / "cache") == []


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"[1]\n", b"not json", b'{"frames": [], "order": [0]}\n'])
def test_a_damaged_entry_is_made_anew(tmp_path: Path, video: Sample, damage: bytes) -> None:
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    first = cache.frames(tmp_path, video, request_for("apex"))
    (entry,) = entries(tmp_path / "cache")
    for broken in (damage, entry.read_bytes()[:-1]):
        entry.write_bytes(broken)
        assert cache.frames(tmp_path, video, request_for("apex")) == first


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path, video: Sample) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert FrameCache(tmp_path / "cache", 10_000_000).frames(tmp_path, video, request_for("apex"))


def test_bad_media_is_said_and_not_remembered(tmp_path: Path) -> None:
    cache = FrameCache(tmp_path / "cache", 10_000_000)
    for media in (MediaKind.IMAGE, MediaKind.FRAMES, MediaKind.VIDEO):
        with pytest.raises(BadMedia):
            cache.frames(tmp_path, sample(media, "nothing"), request_for())
    assert entries(tmp_path / "cache") == []


def test_many_threads_share_it(tmp_path: Path, video: Sample) -> None:
    cache = FrameCache(tmp_path / "cache", 5_000)
    sides_px = [size for size in range(16, 48) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        results = list(
            pool.map(lambda px: cache.frames(tmp_path, video, request_for("apex", longest_side_px=px)), sides_px)
        )
    assert [max(frame.width_px, frame.height_px) for (frame,) in results] == sides_px
    assert not list((tmp_path / "cache").glob("*.part"))
