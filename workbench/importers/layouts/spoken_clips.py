"""Segments of source videos with an intensity of sentiment each, whatever tables they are listed in, as samples."""

from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.importers.choices import Choices
from workbench.importers.files.dataset_tree import Tree
from workbench.importers.files.media_paths import MediaPaths
from workbench.importers.layouts.polarity import intensity, polarity
from workbench.importers.layouts.transcripts import Transcripts, add_spoken
from workbench.importers.ledger import Ledger, Missing

VIDEO_SUFFIXES: Final = (".mp4", ".avi", ".mkv", ".flv")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One segment as its owner lists it."""

    video: str
    clip: str
    score: str
    text: str = ""


class SpokenClips:
    """Finds the clips of utterances, and the user's own transcripts of them, while one set is read."""

    def __init__(self, tree: Tree, ledger: Ledger, choices: Choices, languages: tuple[str, ...]) -> None:
        self._ledger: Final = ledger
        self._in_folders: Final = MediaPaths(tree.root, tree.files, n_parts=2)
        self._flat: Final = MediaPaths(tree.root, tree.files, n_parts=1, prefer=("segmented",))
        self._said: Final = Transcripts.read(choices.transcripts, languages)

    def add(self, one: Utterance, split: str) -> None:
        """Keep an utterance with its clip, or else with its words alone, or list why it cannot be used."""
        with self._ledger.row(f"{one.video}/{one.clip}"):
            score = intensity(one.score, "label")
            sample = Sample(
                id=f"{one.video}/{one.clip}",
                gold=self._ledger.gold(polarity(score)),
                raw_label=one.score,
                media=MediaKind.NONE,
                text=self._said.of(f"{one.video}_{one.clip}") or one.text or None,
                score=score,
                cluster=one.video,
                split=split,
            )
            add_spoken(self._ledger, sample, lambda: (MediaKind.VIDEO, self._path(one)))

    def _path(self, one: Utterance) -> str:
        """Of `<video>/<clip>.mp4` or `<video>_<clip>.mp4`, padded or not."""
        names = tuple(dict.fromkeys((one.clip, one.clip.lstrip("0") or "0")))
        try:
            return self._in_folders.file(*((one.video, name + suffix) for name in names for suffix in VIDEO_SUFFIXES))
        except Missing:
            flat = ((f"{one.video}_{name}{suffix}",) for name in names for suffix in VIDEO_SUFFIXES)
            try:
                return self._flat.file(*flat)
            except Missing:
                raise Missing("neither a clip nor words") from None
