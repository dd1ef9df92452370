"""The model's features of a picture, the same in training and in answering.

Features of faces are computed in grey with normalized light, so that grey and coloured pictures are alike: oriented
edges in small cells (HOG; Dalal and Triggs 2005) and a coarse map of light and dark. Features of scenes are colours,
directions of lines, and layout.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

Vector = npt.NDArray[np.float32]

_SIDE_PX: Final = 96
_CELL_PX: Final = 8
_BEARINGS: Final = 9
_CELLS: Final = _SIDE_PX // _CELL_PX
_COARSE: Final = 24
_SCENE_PX: Final = 48


def face_features(image: Image.Image) -> Vector:
    """Edges and a map of light and dark, of the central square of the picture."""
    grey = _levelled(_square(image, _SIDE_PX).convert("L"))
    block = _SIDE_PX // _COARSE
    coarse = grey.reshape(_COARSE, block, _COARSE, block).mean(axis=(1, 3))
    return np.concatenate([_oriented_edges(grey).ravel(), 0.25 * coarse.ravel()]).astype(np.float32)


def scene_features(image: Image.Image) -> Vector:
    """Colour histogram, directions of lines and a 4 x 4 layout, of the whole picture."""
    small = image.convert("RGB").resize((_SCENE_PX, _SCENE_PX), Image.Resampling.BOX)
    colours = np.asarray(small.convert("HSV"), dtype=np.float32) / 255.0
    hue, saturation, value = (colours[:, :, channel] for channel in range(3))
    hues = _histogram(hue, 12, weights=saturation * value)
    tones = np.concatenate([_histogram(saturation, 6), _histogram(value, 6)])
    layout = colours.reshape(4, _SCENE_PX // 4, 4, _SCENE_PX // 4, 3).mean(axis=(1, 3)).ravel()
    edges = _edge_strengths(_levelled(_square(image, _SIDE_PX).convert("L")))
    directions = edges.sum(axis=(0, 1)) / _SIDE_PX**2
    busyness = np.array([edges.sum(axis=2).mean(), edges.sum(axis=2).std(), value.std(), saturation.std()])
    return np.concatenate([hues, tones, layout, 4.0 * directions, busyness]).astype(np.float32)


def _square(image: Image.Image, side_px: int) -> Image.Image:
    """The largest central square of the picture, scaled to `side_px`."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    return image.convert("RGB").resize((side_px, side_px), Image.Resampling.BILINEAR, box=box)


def _levelled(grey: Image.Image) -> Vector:
    """Grey levels with mean 0 and standard deviation 1; a flat picture stays flat."""
    levels = np.asarray(grey, dtype=np.float32)
    centred = levels - levels.mean()
    levelled: Vector = centred / max(float(centred.std()), 1.0)
    return levelled


def _edge_strengths(grey: Vector) -> Vector:
    """Edge strength by pixel and bearing (0..180 degrees), divided between the two nearest bearings."""
    down, across = np.gradient(grey)
    strength = np.hypot(across, down)
    bearing = (np.arctan2(down, across) / np.pi % 1.0) * _BEARINGS
    lower = np.floor(bearing)
    upper_share = bearing - lower
    first = lower.astype(np.intp) % _BEARINGS
    by_bearing = np.zeros((*grey.shape, _BEARINGS), dtype=np.float32)
    rows, columns = np.ogrid[: grey.shape[0], : grey.shape[1]]
    by_bearing[rows, columns, first] = strength * (1.0 - upper_share)
    by_bearing[rows, columns, (first + 1) % _BEARINGS] += strength * upper_share
    return by_bearing


def _oriented_edges(grey: Vector) -> Vector:
    """Edge strengths summed in cells, normalized by the 3 x 3 cells around each."""
    cells = _edge_strengths(grey).reshape(_CELLS, _CELL_PX, _CELLS, _CELL_PX, _BEARINGS).sum(axis=(1, 3))
    energy = np.pad((cells**2).sum(axis=2), 1)
    around = sum(energy[i : i + _CELLS, j : j + _CELLS] for i in range(3) for j in range(3))
    edges: Vector = np.sqrt(cells / np.sqrt(around + 1.0)[:, :, None])
    return edges


def _histogram(levels: Vector, bins: int, weights: Vector | None = None) -> Vector:
    counts, _ = np.histogram(levels, bins=bins, range=(0.0, 1.0), weights=weights)
    shares: Vector = (counts / levels.size).astype(np.float32)
    return shares
