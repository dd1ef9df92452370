"""Draws real pictures and videos in tmp_path."""

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from workbench.domain.datasets.tasks import FramePolicy
from workbench.domain.runs import Colour
from workbench.media.frames import FrameRequest

WriteVideo = Callable[..., Path]
WIDTH_PX, HEIGHT_PX = 64, 48
GREY_STEP = 8
"""By how much each frame of a drawn video is lighter than the one before."""


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    """The bytes of an image file."""
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def gradient(width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX, mode: str = "RGB") -> Image.Image:
    """A picture without two equal corners, so that turning it shows."""
    across = np.linspace(0, 255, width_px, dtype=np.uint8)[None, :].repeat(height_px, axis=0)
    down = np.linspace(0, 255, height_px, dtype=np.uint8)[:, None].repeat(width_px, axis=1)
    return Image.fromarray(np.dstack([across, down, 255 - across])).convert(mode)


def opened(data: bytes) -> Image.Image:
    """The decoded picture in the bytes of a frame."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def request_for(policy: str = "all", colour: Colour = Colour.RGB, longest_side_px: int = 1024) -> FrameRequest:
    return FrameRequest(policy=FramePolicy.parse(policy), colour=colour, longest_side_px=longest_side_px)


def claim(path: Path, n_frames: int) -> None:
    """Make an AVI say that it holds another number of frames."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(b"avih") + 8 + 16, n_frames)
    struct.pack_into("<I", data, data.index(b"strh") + 8 + 32, n_frames)
    path.write_bytes(data)


@pytest.fixture
def write_video(tmp_path: Path) -> WriteVideo:
    """Write a video whose n-th frame has the grey value `GREY_STEP` * n."""

    def write(name: str = "clip.mp4", n_frames: int = 10) -> Path:
        path = tmp_path / name
        coding = "MJPG" if path.suffix == ".avi" else "mp4v"
        video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*coding), 25, (WIDTH_PX, HEIGHT_PX))
        for number in range(n_frames):
            video.write(np.full((HEIGHT_PX, WIDTH_PX, 3), GREY_STEP * number, np.uint8))
        video.release()
        return path

    return write
