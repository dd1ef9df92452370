"""Encoded frames on disk, so that a resumed or repeated run decodes nothing twice.

The name of an entry is a digest of all that decides its content (the bytes of the medium, the span, the request), and
an entry is never changed: runs may share the folder, and an entry can be unused but never out of date. Only the user
can read the folder, since it holds pictures of data sets that must not be handed on. It can be deleted at any time.
"""

import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from workbench.domain.datasets.samples import Frame, MediaKind, Sample
from workbench.errors import DataError
from workbench.media.frames import FrameRequest, image_as_it_is, sample_frames
from workbench.media.media_files import DEFAULT_LIMITS, BadMedia, medium_files, require_regular
from workbench.media.pixel_tables import pixel_picture

_FORM: Final = 1
"""Version of the entries and of the encoding; another number makes all earlier entries unused."""
_ENDING: Final = ".frames"
_KEPT_SHARE: Final = 0.8
"""The share of the limit that is kept when old entries are deleted."""
_CHUNK_BYTES: Final = 1 << 20


class FrameCache:
    """A folder of encoded frames of bounded size; those unused the longest are deleted first. Safe in many threads."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        """Use `folder`, which is made when first needed; `limit_bytes` 0 keeps nothing."""
        self._folder: Final = folder
        self._limit_bytes: Final = limit_bytes
        self._lock: Final = threading.Lock()
        self._n_bytes: int | None = None

    def frames(self, root: Path, sample: Sample, wanted: FrameRequest) -> tuple[Frame, ...]:
        """As `sample_frames`, from the cache where it has them.

        Raises BadMedia, which is not remembered, and DataError where the whole folder is gone: its samples are not bad.
        """
        try:
            return self._frames(root, sample, wanted)
        except BadMedia:
            if root.is_dir():
                raise
            raise DataError(
                f"the folder {root} of the data set is not there; bring it back (is its disk mounted?) or import again"
            ) from None

    def _frames(self, root: Path, sample: Sample, wanted: FrameRequest) -> tuple[Frame, ...]:
        if sample.media is MediaKind.IMAGE and (frame := image_as_it_is(root, sample, wanted)) is not None:
            return (frame,)  # reading it again is quicker than any cache
        identity = _identity(root, sample)
        entry = self._folder / f"{_key(identity, sample, wanted)}{_ENDING}"
        known = _load(entry)
        if known is not None:
            return known
        frames = sample_frames(root, sample, wanted)
        if any(hashlib.sha256(frame.data).hexdigest() != identity for frame in frames):
            self._save(entry, frames)  # a picture that is sent as it is need not be stored twice
        return frames

    def _save(self, entry: Path, frames: Sequence[Frame]) -> None:
        data = _packed(frames)
        if len(data) > self._limit_bytes:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(entry, data)
            self._make_room(len(data))
        except OSError:  # a full disk costs the cache, not the run
            return

    def _make_room(self, added_bytes: int) -> None:
        with self._lock:
            self._n_bytes = self._measured() if self._n_bytes is None else self._n_bytes + added_bytes
            if self._n_bytes <= self._limit_bytes:
                return
            status = {path: path.stat() for path in self._folder.iterdir()}
            self._n_bytes = sum(it.st_size for it in status.values())
            for path in sorted(status, key=lambda path: status[path].st_mtime_ns):
                if self._n_bytes <= self._limit_bytes * _KEPT_SHARE:
                    return
                path.unlink(missing_ok=True)
                self._n_bytes -= status[path].st_size

    def _measured(self) -> int:
        return sum(path.stat().st_size for path in self._folder.iterdir())


def _identity(root: Path, sample: Sample) -> str:
    """A digest that changes when the medium does: of a file's or row's bytes; of frames' names, sizes and times.

    Frames are not read, since a policy may want one of hundreds. Raises BadMedia.
    """
    paths = medium_files(root, sample)
    digest = hashlib.sha256()
    try:
        if sample.media is MediaKind.PIXELS:
            digest.update(pixel_picture(root, sample, DEFAULT_LIMITS))
        elif sample.media is MediaKind.FRAMES:
            with os.scandir(paths[0]) as entries:
                listed = sorted((it.name, *_stamp(it)) for it in entries)
            digest.update(repr((str(paths[0]), listed)).encode("utf-8", "surrogateescape"))
        elif sample.media is MediaKind.FILES:
            digest.update(repr([(str(path), *_stamp(path)) for path in paths]).encode("utf-8", "surrogateescape"))
        else:
            require_regular(paths[0], DEFAULT_LIMITS.video_bytes)
            with paths[0].open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    digest.update(chunk)
    except OSError as error:
        raise BadMedia(f"cannot be read ({error.strerror})") from error
    return digest.hexdigest()


def _stamp(entry: os.DirEntry[str] | Path) -> tuple[int, int]:
    status = entry.stat(follow_symlinks=False)  # a broken link among the frames is none of them
    return status.st_size, status.st_mtime_ns


def _key(identity: str, sample: Sample, wanted: FrameRequest) -> str:
    span = asdict(sample.span) if sample.span else None
    decides = [_FORM, identity, sample.media, span, str(wanted.policy), wanted.colour, wanted.longest_side_px]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()


def _packed(frames: Sequence[Frame]) -> bytes:
    """One line of JSON that describes the frames, then their bytes one after the other, each once."""
    distinct = list({frame.index: frame for frame in frames}.values())
    described = [{**asdict(frame), "data": len(frame.data)} for frame in distinct]
    head = {"order": [frame.index for frame in frames], "frames": described}
    return b"".join((json.dumps(head).encode(), b"\n", *(frame.data for frame in distinct)))


def _unpacked(data: bytes) -> tuple[Frame, ...]:
    """Read what `_packed` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    line, _, body = data.partition(b"\n")
    head = json.loads(line)
    frames: dict[int, Frame] = {}
    at = 0
    for described in head["frames"]:
        end = at + described["data"]
        frames[described["index"]] = Frame(**{**described, "data": body[at:end]})
        at = end
    if at != len(body):
        raise ValueError("an entry that was cut short")
    return tuple(frames[index] for index in head["order"])


def _load(entry: Path) -> tuple[Frame, ...] | None:
    """The frames of an entry, which is marked as used now; None where there is no readable entry."""
    try:
        frames = _unpacked(entry.read_bytes())
        os.utime(entry)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return frames


def _write(entry: Path, data: bytes) -> None:
    """Write in whole or not at all; readable by the owner only."""
    descriptor, name = tempfile.mkstemp(dir=entry.parent, prefix=entry.stem, suffix=".part")  # mode 0600
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor, not a path
            file.write(data)
        Path(name).replace(entry)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
