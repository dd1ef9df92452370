from hypothesis import given
from hypothesis import strategies as st

from tests.media.conftest import encoded, gradient, opened
from workbench.media.metadata import strip_jpeg, strip_png, strip_webp


@given(st.binary(max_size=300))
def test_any_bytes_are_followed_or_refused(noise: bytes) -> None:
    for start in (b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\x00\x08", b"\x89PNG\r\n\x1a\n", b"RIFF    WEBPVP8 "):
        assert len(strip_jpeg(start + noise) or b"") <= len(start + noise)
        assert len(strip_png(start + noise) or b"") <= len(start + noise)
        assert len(strip_webp(start + noise) or b"") <= len(start + noise)


def test_a_picture_without_metadata_stays_as_it_is() -> None:
    jpeg, png, webp = (encoded(gradient(), form) for form in ("JPEG", "PNG", "WEBP"))
    assert (strip_jpeg(jpeg), strip_png(png), strip_webp(webp)) == (jpeg, png, webp)


def test_what_is_appended_to_a_picture_is_cut_off() -> None:
    jpeg, png, webp = (encoded(gradient(), form) for form in ("JPEG", "PNG", "WEBP"))
    assert (strip_jpeg(jpeg + b"x"), strip_png(png + b"x"), strip_webp(webp + b"x")) == (jpeg, png, webp)


def test_a_picture_cut_short_is_refused() -> None:
    assert strip_jpeg(encoded(gradient())[:-2]) is None
    assert strip_png(encoded(gradient(), "PNG")[:-4]) is None
    assert strip_webp(encoded(gradient(), "WEBP")[:-4]) is None


def test_a_small_copy_in_the_jfif_header_goes() -> None:
    jpeg = encoded(gradient())
    one_pixel = b"RGB"
    header = b"\xff\xe0\x00\x13" + jpeg[6:18] + b"\x01\x01" + one_pixel
    bare = strip_jpeg(jpeg[:2] + header + jpeg[20:])
    assert bare is not None
    assert one_pixel not in bare
    assert opened(bare).tobytes() == opened(jpeg).tobytes()
