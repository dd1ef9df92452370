"""Writes pictures, clips and sheets; the same drawing always gives the same file."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from openpyxl import Workbook
from PIL import Image

_CLIP_FPS: Final = 15.0
_STILL_COLOURS: Final = 64
_DATE: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a sheet's dates carry no time zone
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def save_picture(image: Image.Image, path: Path, quality: int = 85) -> None:
    """Write a JPEG without metadata; missing folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=quality)


def save_still(image: Image.Image, path: Path) -> None:
    """Write a small PNG of few colours; missing folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(_STILL_COLOURS, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)


def save_clip(pictures: Iterable[Image.Image], path: Path, width_px: int, height_px: int) -> None:
    """Write an MP4 without sound (MPEG-4 part 2, which every OpenCV can write)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), _CLIP_FPS, (width_px, height_px))
    if not writer.isOpened():
        raise OSError(f"{path}: OpenCV cannot write MP4 clips here")
    for picture in pictures:
        writer.write(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]))
    writer.release()


def save_sheet(rows: Sequence[Sequence[str | int | None]], path: Path) -> None:
    """Write an Excel workbook with one sheet and fixed dates."""
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook = Workbook()
    workbook.properties.created = _DATE
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    written = BytesIO()
    workbook.save(written)
    _repack(written, path)


def _repack(written: BytesIO, path: Path) -> None:
    """Copy the entries of a workbook's archive with fixed times."""
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = _MODIFIED.sub(rb"\g<1>" + _DATE.isoformat().encode() + b"Z", source.read(name))
            entry = zipfile.ZipInfo(name, _DATE.timetuple()[:6])
            target.writestr(entry, content, zipfile.ZIP_DEFLATED)
