"""Files that are there whole or not at all, in folders that no name can lead out of."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from workbench.errors import DataError

_KEPT_AT_ENDS: Final = frozenset("-_+=@,()")
_KEPT: Final = _KEPT_AT_ENDS | {" ", "."}
_LONGEST_BYTES: Final = 120
_DIGEST_CHARS: Final = 12


def path_part(name: str) -> str:
    """A name as one part of a path: another name gives another part, and none leads anywhere else.

    Letters and digits of any script stay, and blanks and `-_.+=@,()` inside the name; other characters become `%2F`
    and the like, as in web addresses. A name too long for a file system is cut, and ends in `~` and its SHA-256.
    """
    inside = range(1, len(name) - 1)
    part = "".join(
        character if character.isalnum() or character in (_KEPT if at in inside else _KEPT_AT_ENDS) else _hex(character)
        for at, character in enumerate(name)
    )
    if part and len(part.encode()) <= _LONGEST_BYTES:
        return part
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_CHARS]
    return f"{_cut(part)}~{digest}"


def write_whole(path: Path, text: str | Iterable[str]) -> Path:
    """Write a text, or its pieces as they come, as UTF-8 in place of what was there; returns the path.

    See `whole_file`. Whatever the making of a piece raises passes through, and the old file stays.
    """
    with whole_file(path) as file:
        for piece in (text,) if isinstance(text, str) else text:
            file.write(piece.encode("utf-8", "backslashreplace"))  # half a surrogate pair is no reason to lose the file
    return path


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of what was there once it is complete and on the disk.

    Makes the folder where there is none. Whoever reads meanwhile, and whoever comes after a crash, finds the old file
    or the new one; after an error inside, the old one. Raises DataError where it cannot be written.
    """
    beside = path.with_name(f".{secrets.token_hex(8)}.part")  # the same folder: a rename between disks is no rename
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"{path} cannot be written: {reason}; free some space, or choose a folder with --out"
        ) from error


def _hex(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _cut(part: str) -> str:
    return part.encode()[: _LONGEST_BYTES - _DIGEST_CHARS - 1].decode("utf-8", "ignore")
