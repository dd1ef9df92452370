"""Values in the CMU Multimodal SDK's computational sequences (.csd), which are HDF5 files.

Source: the SDK's own check of the format: `<name>/data/<video>/features`, one row for each interval.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from workbench.domain.visible import visible
from workbench.errors import DataError, WorkbenchError

_MOST_INTERVALS: Final = 100_000


def sequence_values(path: Path) -> Iterator[tuple[str, Sequence[float]]]:
    """Each video with the first value of each of its intervals, in order.

    Raises DataError where h5py is not installed, and for a file that is no computational sequence.
    """
    shown = visible(str(path))
    try:
        h5py: Any = import_module("h5py")  # optional, and without types
    except ImportError as error:
        raise DataError(f"{shown} is an HDF5 file; `pip install emowb[hdf5]` lets emowb read it") from error
    try:
        with h5py.File(path, "r") as file:
            data = _data(h5py, file)
            for video in data:
                yield str(video), _first_values(_own(h5py, _own(h5py, data, video), "features"))
    except WorkbenchError:
        raise
    except Exception as error:  # h5py lets through whatever its C library meets in a damaged file
        why = visible(str(error), longest=100)
        raise DataError(f"{shown} is no computational sequence that can be read: {why}") from error


def _data(h5py: Any, file: Any) -> Any:
    for name in file:
        group = _own(h5py, file, name)
        if "data" in group:
            return _own(h5py, group, "data")
    raise ValueError("it has no group 'data'")


def _own(h5py: Any, group: Any, name: str) -> Any:
    """A member of the file itself: a link could lead to any other file."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise TypeError(f"{name} is a link")
    return group[name]


def _first_values(features: Any) -> Sequence[float]:
    if features.is_virtual or features.external:
        raise ValueError("its values lie in another file")
    if features.ndim != 2 or features.shape[0] > _MOST_INTERVALS or features.shape[1] < 1:
        raise ValueError(f"its values have the shape {features.shape}")
    return [float(value) for value in features[:, 0]]
