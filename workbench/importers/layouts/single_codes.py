"""Files that hold one code and nothing else: a number in a text, a number or word in a NumPy file."""

import math
from io import BytesIO
from pathlib import Path
from typing import Final

from workbench.importers.ledger import Unusable

_MOST_BYTES: Final = 4096
_PICKLED: Final = (
    "holds pickled Python objects, which are never loaded; save it again as plain numbers "
    "(numpy.save of an array of int64)"
)


def code_in_text(path: Path) -> str:
    """The whole number in a text file that holds nothing else, in whatever notation (`   3.0000000e+00`)."""
    return _whole(_content(path).decode("ascii", "replace"))


def code_in_array(path: Path) -> str:
    """The whole number in a NumPy file of one number or word.

    The file is never unpickled, since that would run whatever code is in it; and its header is judged before its
    content is loaded, since it may claim any size.
    """
    import numpy as np
    from numpy.lib import format as npy

    file = BytesIO(_content(path))
    try:
        is_first = npy.read_magic(file) == (1, 0)
        shape, _, kind = npy.read_array_header_1_0(file) if is_first else npy.read_array_header_2_0(file)
        if kind.hasobject:
            raise Unusable(_PICKLED)
        if math.prod(shape) != 1:
            raise Unusable("no NumPy array of one number")
        file.seek(0)
        return _whole(str(np.load(file, allow_pickle=False).item()))
    except ValueError as error:
        raise Unusable("no NumPy array") from error


def _whole(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise Unusable(f"its label {text.strip()!r:.40} is no whole number")
    return str(int(number))


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise Unusable("too long to hold one label")
    return data
