"""The cluster of a sample (subject, actor, film, source video) where the sample's name tells it.

Tables of predictions have names and no other column. The forms are the owners' names of files, with folders or without,
as they stand in published files and in emowb's own ids; the cluster is named as an import of the owner's data names it.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_ENDING: Final = re.compile(r"\.(?:png|jpe?g|bmp|mp4|avi|flv|mov|wav|npy)$", re.IGNORECASE)

_FORMS: Final[Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]] = MappingProxyType(
    {
        key: tuple((re.compile(pattern, re.IGNORECASE | re.ASCII), cluster) for pattern, cluster in forms)
        for key, forms in {
            "ckplus": ((r"(?:^|[/_])(?P<one>S\d{2,4})[/_]\d", "{one}"),),
            "sfew2": ((r"(?:^|/)(?P<one>[^/]+)_\d{9}_\d{8}(?:_aligned)?$", "{one}"),),
            "casme": ((r"(?:^|[/_])sub(?P<number>\d+)(?=[/_])", "sub{number:02d}"),),
            "casme2": ((r"(?:^|[/_])sub(?P<number>\d+)(?=[/_])", "sub{number:02d}"),),
            "samm": (
                (r"(?:^|/)(?P<number>\d{3})_\d+_\d+(?!\d)", "{number:03d}"),
                (r"(?:^|/)(?P<number>\d{3})(?=\d{3}_\d+_\d+)", "{number:03d}"),
            ),
            "ferv39k": ((r"(?:^|/)(?P<one>[a-z]+)/[a-z]+/\d+(?:/[^/]*)?$", "{one}"),),
            "ravdess": ((r"(?:^|[/_])(?:\d\d-){6}(?P<number>\d\d)(?!\d)", "Actor_{number:02d}"),),
            "enterface05": (
                (r"(?:^|/)subject[ _]?(?P<number>\d+)/", "subject {number}"),
                (r"(?:^|/)s(?P<number>\d+)_[a-z]{2}_\d+$", "subject {number}"),
            ),
            "chsims": ((r"(?:^|/)(?P<one>video_\d+)[/_](?:\$_\$)?\d+$", "{one}"),),
            "cmumosi": ((r"(?:^|/)(?P<one>[\w-]+?)(?:\$_\$|/|_)\d+$", "{one}"),),
        }.items()
    }
)


def cluster_of_name(dataset: str, name: str) -> str | None:
    """The cluster that a sample's name tells of; None where the set has none, or the name does not say."""
    plain = _ENDING.sub("", name.strip().replace("\\", "/"))
    for pattern, cluster in _FORMS.get(dataset, ()):
        if found := pattern.search(plain):
            groups = found.groupdict()
            return cluster.format(**{key: int(text) if key == "number" else text for key, text in groups.items()})
    return None
