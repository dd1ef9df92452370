"""Which sample a name from elsewhere means. Other programs write names of samples in forms of their own.

Names are compared from the right, part by part, over as many parts as both have: `/data/Raw/video_0001/0001.mp4` is
`video_0001/0001`, and `video_0009/0001` is not. Endings of media files do not count. The other forms, by rule:

- the last parts of a sample's id in one: `video_0001_0001`, `video_0001$_$0001`, `<video>_1`;
- clip and apex of a micro-expression: `EP02_01f-59`, `006_05562`, `006006_1_2-05588`, `sub01/EP02_01f/img59`;
- the aligned picture: `test_0001_aligned`.

Parts that are numbers are compared as numbers. A name that fits several samples equally well means none of them.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from workbench.domain.datasets.samples import MediaKind, Sample

Parts = tuple[str, ...]

_SEPARATORS: Final = re.compile(r"[/\\]+|\$_\$")
_ENDING: Final = re.compile(
    r"(?<=.)\.(?:jpe?g|png|bmp|gif|tiff?|webp|p[pg]m|mp4|m4v|avi|mkv|flv|mov|webm|wmv|mpe?g|wav|mp3|npy|npz|txt|json)$",
    re.IGNORECASE,
)
_NUMBER_AT_END: Final = re.compile(r"(?P<head>.+?)[_-](?P<number>\d+)", re.ASCII | re.DOTALL)
_ALIGNED: Final = "_aligned"


def name_parts(name: str) -> Parts:
    """The parts of a name, the last without the ending of a media file."""
    *folders, last = [part for part in _SEPARATORS.split(name.strip()) if part not in ("", ".")] or [""]
    return (*folders, _ENDING.sub("", last))


class SampleNames:
    """Finds samples by the names that other programs give them."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._samples: Final = {sample.id: sample for sample in samples}

    def matches(self, name: str) -> Sequence[str]:
        """The ids of the samples that a name fits best: none, one, or several where it does not tell them apart."""
        if name in self._samples:
            return (name,)
        parts = name_parts(name)
        for index, key in ((self._as_written, _same), (self._folded, _folded), (self._joined, _joined)):
            if found := _best(index.get(key(parts[-1]), ()), parts, key):
                return found
        return ()

    @cached_property
    def _as_written(self) -> "_Index":
        return _index(self._samples.values(), _own_forms, _same)

    @cached_property
    def _folded(self) -> "_Index":
        return _index(self._samples.values(), _own_forms, _folded)

    @cached_property
    def _joined(self) -> "_Index":
        return _index(self._samples.values(), _joined_forms, _joined)


_Index = dict[str, list[tuple[Parts, str]]]
"""The key of a form's last part to the forms that have it, each with the keys of all its parts and the sample's id."""


def _index(samples: Iterable[Sample], forms: Callable[[Sample], Iterator[Parts]], key: Callable[[str], str]) -> _Index:
    index: _Index = defaultdict(list)
    for sample in samples:
        for form in dict.fromkeys(forms(sample)):
            keys = (*map(_folded if key is _joined else key, form[:-1]), key(form[-1]))
            index[keys[-1]].append((keys, sample.id))
    return index


def _best(forms: Iterable[tuple[Parts, str]], parts: Parts, key: Callable[[str], str]) -> Sequence[str]:
    """Of the forms that nothing contradicts, the samples of those that agree in most parts, whole ones first."""
    wanted = (*map(_folded if key is _joined else key, parts[:-1]), key(parts[-1]))
    ranks: dict[str, tuple[int, bool]] = {}
    for form, sample_id in forms:
        n_parts = min(len(form), len(wanted))
        if form[-n_parts:] == wanted[-n_parts:]:
            ranks[sample_id] = max(ranks.get(sample_id, (0, False)), (n_parts, len(form) <= len(wanted)))
    best = max(ranks.values(), default=None)
    return tuple(sample_id for sample_id, rank in ranks.items() if rank == best)


def _own_forms(sample: Sample) -> Iterator[Parts]:
    """A sample's id, the path of its medium, and the path of its apex frame."""
    own = name_parts(sample.id)
    yield own
    if sample.path and sample.media in (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.FRAMES):
        path = name_parts(sample.path)
        if path[-len(own) :] != own:
            yield path
    if sample.media is MediaKind.FRAMES and sample.span and sample.span.apex is not None and len(own) > 1:
        for frame in (f"img{sample.span.apex}", f"reg_img{sample.span.apex}"):
            yield (*own, frame)


def _joined_forms(sample: Sample) -> Iterator[Parts]:
    own = name_parts(sample.id)
    for at in range(len(own) - 1):
        yield (*own[:at], "_".join(own[at:]))
    apex = sample.span.apex if sample.span else None
    if apex is not None:
        *above, clip = own
        yield own  # an id may end in its apex
        yield (*above, f"{clip}-{apex}")
        if above:
            yield (*above, f"{above[-1]}_{apex}")
            yield (f"{above[-1]}{clip}-{apex}",)
            yield (f"{above[-1]}_{clip}-{apex}",)


def _same(part: str) -> str:
    return part


def _folded(part: str) -> str:
    plain = part.casefold().removesuffix(_ALIGNED)
    return str(int(plain)) if plain.isascii() and plain.isdigit() and len(plain) < 10 else plain


def _joined(part: str) -> str:
    """A last part made of several: the number at its end without zeros before it, whatever joins it."""
    match = _NUMBER_AT_END.fullmatch(part.casefold().removesuffix(_ALIGNED))
    return f"{match['head']}_{_folded(match['number'])}" if match else part.casefold()
