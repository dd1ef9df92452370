from pathlib import Path

import pytest

from tests.media.conftest import opened, request_for
from workbench.domain.datasets.samples import Frame, MediaKind, PixelPlace, Sample
from workbench.domain.runs import Colour
from workbench.media.frame_cache import FrameCache
from workbench.media.frames import clip_frame, frame_numbers, sample_frames
from workbench.media.media_files import BadMedia, MediaLimits

SIDE_PX = 48


def grey(value: int) -> str:
    """A row of pixels of which the first is another than the rest."""
    return " ".join(["255", *[str(value)] * (SIDE_PX**2 - 1)])


def table(path: Path, *rows: str, header: str = "emotion,pixels,Usage", end: str = "\n") -> Path:
    path.write_text(end.join((header, *rows)))
    return path


def row(number: int, name: str = "fer2013.csv") -> Sample:
    return Sample(f"a{number}", "happy", "happy", MediaKind.PIXELS, path=str(PixelPlace(name, number)))


def shown(frames: tuple[Frame, ...]) -> tuple[object, ...]:
    picture = opened(frames[0].data)
    return picture.size, picture.mode, picture.getpixel((0, 0)), picture.getpixel((1, 0))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_of_grey_values_is_a_picture_without_loss(tmp_path: Path, end: str) -> None:
    table(tmp_path / "fer2013.csv", *(f"{at},{grey(at)},PrivateTest" for at in range(5)), end=end)
    for at in (4, 0, 2):
        frames = sample_frames(tmp_path, row(at), request_for())
        assert shown(frames) == ((SIDE_PX, SIDE_PX), "L", 255, at)
        assert frames[0].mime == "image/png"


def test_columns_may_stand_in_another_order_and_in_quotes(tmp_path: Path) -> None:
    table(tmp_path / "fer2013.csv", f'3,Training,"{grey(7)}"', header='\ufeff"emotion", Usage, pixels')
    assert shown(sample_frames(tmp_path, row(0), request_for()))[-1] == 7


def test_the_picture_is_grey_scaled_and_leafed_through_as_any_other(tmp_path: Path) -> None:
    table(tmp_path / "fer2013.csv", f"3,{grey(7)},Training")
    (frame,) = sample_frames(tmp_path, row(0), request_for(colour=Colour.GREY, longest_side_px=16))
    assert opened(frame.data).size == (16, 16)
    assert len(frame_numbers(tmp_path, row(0))) == 1
    assert clip_frame(tmp_path, row(0), 0, 100).width_px == SIDE_PX


def test_a_changed_table_is_read_anew_and_rows_are_cached_apart(tmp_path: Path) -> None:
    root, cache = tmp_path / "set", FrameCache(tmp_path / "cache", 1_000_000)
    root.mkdir()
    table(root / "fer2013.csv", f"3,{grey(1)},Training", f"3,{grey(2)},Training")
    assert [shown(cache.frames(root, row(at), request_for()))[-1] for at in (0, 1)] == [1, 2]
    table(root / "fer2013.csv", f"3,{grey(1)},Training", f"3,{grey(1)},Training", f"3,{grey(9)},Training")
    assert [shown(cache.frames(root, row(at), request_for()))[-1] for at in (0, 1, 2)] == [1, 1, 9]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("3,1 2 3,Training", "3 grey values, which are no square picture"),
        ("3,,Training", "0 grey values"),
        ("3", "0 grey values"),
        ("3,1 2 3 256,Training", "no row of grey values"),
        ("3,1 2 3 -1,Training", "no row of grey values"),
        ("3,1 2 3 x,Training", "no row of grey values"),
    ],
)
def test_a_row_that_is_no_picture_has_a_short_reason(tmp_path: Path, line: str, why: str) -> None:
    table(tmp_path / "fer2013.csv", line)
    with pytest.raises(BadMedia, match=why):
        sample_frames(tmp_path, row(0), request_for())


def test_rows_and_tables_that_are_not_there_have_a_short_reason(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    table(root / "fer2013.csv", f"3,{grey(1)},Training", "")
    table(root / "other.csv", f"3,{grey(1)}", header="emotion,values")
    table(tmp_path / "secret.csv", f"3,{grey(1)},Training")
    reasons = {
        "fer2013.csv#1": "a row that its table does not have",
        "nothing.csv#0": "no such file",
        "other.csv#0": "no row of grey values",
        "../secret.csv#0": "its path leads out of the data set's folder",
        "fer2013.csv": "its path names no row of a table",
        "fer2013.csv#-1": "its path names no row of a table",
    }
    for path, reason in reasons.items():
        with pytest.raises(BadMedia, match=reason):
            sample_frames(root, Sample("a", "happy", "happy", MediaKind.PIXELS, path=path), request_for())
    for limits in (MediaLimits(table_bytes=100), MediaLimits(image_bytes=100)):
        with pytest.raises(BadMedia, match="larger than"):
            sample_frames(root, row(0), request_for(), limits)
