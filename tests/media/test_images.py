import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.media.conftest import encoded, gradient, opened
from workbench.domain.datasets.samples import Frame
from workbench.domain.runs import Colour
from workbench.media.images import picture_from_bytes
from workbench.media.media_files import DEFAULT_LIMITS, BadMedia, MediaLimits


def sent(data: bytes, colour: Colour = Colour.RGB, longest_side_px: int = 1024) -> Frame:
    return picture_from_bytes(data, colour, longest_side_px, DEFAULT_LIMITS)


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "a camera that says where it was"
    return tags


@pytest.mark.parametrize(
    ("form", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "L"), ("WEBP", "RGB")]
)
def test_a_picture_that_fits_goes_out_in_its_own_bytes(form: str, mode: str) -> None:
    data = encoded(gradient(mode=mode), form)
    assert sent(data) == Frame(data, f"image/{form.lower()}", 64, 48)


def test_metadata_is_taken_out_of_a_jpeg_without_touching_its_pixels() -> None:
    data = encoded(gradient(), exif=exif(), comment=b"taken at home", icc_profile=b"profile")
    picture = sent(data + b"appended")
    assert b"camera" in data
    assert not any(word in picture.data for word in (b"camera", b"home", b"Exif", b"profile", b"appended"))
    assert opened(picture.data).tobytes() == opened(data).tobytes()
    assert picture.data == sent(picture.data).data


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_blocks": 1}, {"optimize": True}])
def test_jpegs_of_every_build_lose_their_metadata_losslessly(options: dict[str, Any]) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (97, 131, 3), np.uint8))
    data = encoded(noise, exif=exif(), quality=100, **options)
    picture = sent(data)
    assert b"camera" not in picture.data
    assert opened(picture.data).tobytes() == opened(data).tobytes()


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_metadata_does_not_leave_with_other_forms_either(form: str) -> None:
    data = encoded(gradient(), form, exif=exif())
    picture = sent(data)
    assert b"camera" in data
    assert b"camera" not in picture.data


def test_a_turned_picture_is_set_upright() -> None:
    picture = sent(encoded(gradient(), exif=exif(orientation=6)))
    assert (picture.width_px, picture.height_px) == (48, 64)
    assert opened(picture.data).getpixel((47, 0))[0] < 30  # type: ignore[index]  # the dark left edge is now on top
    assert opened(picture.data).getexif().get(0x0112) is None


def test_the_second_picture_in_a_phones_jpeg_is_cut_off() -> None:
    data = encoded(gradient(), "MPO", save_all=True, append_images=[gradient(32, 32)])
    picture = sent(data)
    assert (picture.mime, picture.note) == ("image/jpeg", None)
    assert len(picture.data) < len(data)
    assert opened(picture.data).tobytes() == opened(data).tobytes()


def test_a_large_picture_is_scaled_down_and_a_small_one_never_up() -> None:
    large = sent(encoded(gradient(400, 100)), longest_side_px=200)
    assert (large.width_px, large.height_px) == opened(large.data).size == (200, 50)
    small = sent(encoded(gradient(8, 8)), longest_side_px=200)
    assert (small.width_px, small.height_px) == (8, 8)
    line = sent(encoded(gradient(2000, 1)), longest_side_px=100)
    assert (line.width_px, line.height_px) == (100, 1)


def test_grey_is_made_where_it_is_asked_for() -> None:
    assert opened(sent(encoded(gradient()), Colour.GREY).data).mode == "L"
    grey = encoded(gradient(mode="L"))
    assert sent(grey, Colour.GREY).data == grey


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA"])
def test_transparency_becomes_white(mode: str) -> None:
    clear = Image.new("RGBA", (16, 16), (200, 0, 0, 0))
    form = "TIFF" if mode == "PA" else "PNG"
    picture = sent(encoded(clear.convert(mode), form))
    if mode != "P":
        assert opened(picture.data).convert("RGB").getpixel((8, 8)) == (255, 255, 255)
    assert opened(picture.data).mode in ("RGB", "L")


def test_a_transparent_colour_becomes_white() -> None:
    data = encoded(Image.new("RGB", (8, 8), (1, 2, 3)), "PNG", transparency=(1, 2, 3))
    assert opened(sent(data).data).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(("mode", "form"), [("CMYK", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("YCbCr", "TIFF")])
def test_unusual_modes_are_converted(mode: str, form: str) -> None:
    data = encoded(gradient(mode="RGB").convert(mode), form)
    assert opened(sent(data).data).mode in ("RGB", "L")


@pytest.mark.parametrize("kind", [np.uint16, np.int32])
def test_sixteen_bits_are_scaled_and_not_cut(kind: type) -> None:
    deep = Image.fromarray(np.linspace(0, 65535, 256).astype(kind).reshape(16, 16))
    shown = np.asarray(opened(sent(encoded(deep, "TIFF")).data))
    assert shown.dtype == np.uint8
    assert list(shown.ravel()) == list(range(256))


def test_of_an_animation_the_first_frame_goes_out_and_says_so() -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    for form in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        picture = sent(data)
        red, green, blue = np.asarray(opened(picture.data).convert("RGB"))[16, 16]
        assert (red > 240, green < 15, blue < 15) == (True, True, True)
        assert picture.note == "an animation; its first frame"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>not found</html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab", "git lfs pull"),
        (b"\xff\xd8\xff", "picture"),
        (encoded(gradient(200, 200))[:-900], "damaged"),
        (encoded(gradient(200, 200), "PNG")[:-90], "damaged"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
    ],
)
def test_what_is_damaged_or_no_picture_is_bad_media(data: bytes, why: str) -> None:
    with pytest.raises(BadMedia, match=why):
        sent(data)


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(BadMedia, match="million pixels"):
        picture_from_bytes(encoded(gradient()), Colour.RGB, 99, MediaLimits(picture_px=64 * 48 - 1))


def test_a_decompression_bomb_is_bad_media(tmp_path: Path) -> None:
    for side_px in (8_000, 10_000, 20_000):  # below, within and above what Pillow warns of
        path = tmp_path / f"{side_px}.png"
        Image.new("1", (side_px, side_px)).save(path)
        with pytest.raises(BadMedia, match="50 million pixels"):
            sent(path.read_bytes())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"]), st.integers(0, 2**32))
def test_damaged_bytes_give_a_picture_or_a_reason_and_nothing_else(form: str, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(encoded(gradient(), form))
    for _ in range(chance.randrange(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        picture = sent(bytes(data[: chance.randrange(1, len(data) + 1)]))
    except BadMedia:
        return
    assert opened(picture.data).size == (picture.width_px, picture.height_px)
