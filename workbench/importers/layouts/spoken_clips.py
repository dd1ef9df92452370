"""Clips in which people speak: their words, from the owner or from the user's table, and their files.

A clip whose file is missing is kept with its words alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.annotation_tables import SourceColumn, table_rows
from workbench.importers.files.dataset_tree import DatasetTree
from workbench.importers.files.media_paths import VIDEO_SUFFIXES, MediaPaths
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.import_options import ImportOptions
from workbench.importers.import_result import MissingMedia, SampleCollector
from workbench.importers.layouts.label_rules import intensity, polarity


@dataclass(frozen=True, slots=True)
class TranscriptTable:
    """The user's own transcripts: name of a clip to the words in it."""

    words: Mapping[str, str]
    note: str = ""

    @classmethod
    def read(cls, path: Path | None, languages: tuple[str, ...]) -> Self:
        """Read a table with the columns `name` and one of `languages`, the first that it has.

        Raises DataError for a table that cannot be read or lacks them.
        """
        if path is None or not languages:
            return cls({}, "without words; --transcripts FILE adds them" if languages else "")
        reason = why_unusable(path.parent.resolve(), path.name, folder=False)
        if reason:
            raise DataError(f"{visible(str(path))}: {reason}")
        columns = (SourceColumn("name", ("name", "id", "video*"), 0), SourceColumn("text", languages, 1))
        return cls({row["name"].rpartition("/")[2]: row["text"] for row in table_rows(path, columns)})

    def of(self, name: str) -> str | None:
        """The words in a clip; None where they are unknown."""
        return self.words.get(name) or None


def add_spoken(collector: SampleCollector, sample: Sample, find: Callable[[], tuple[MediaKind, str]]) -> None:
    """Keep a sample with the medium that `find` returns, or else with its words alone.

    Raises Unusable for a sample that has neither.
    """
    try:
        media, path = find()
    except MissingMedia:
        if sample.text is None:
            raise
        collector.add(replace(sample, media=MediaKind.NONE))
        collector.remark("with words alone, since the clip is not there", sample.id)
        return
    collector.add(replace(sample, media=media, path=path))


@dataclass(frozen=True, slots=True)
class Utterance:
    """One segment of a video, as its owner lists it."""

    video: str
    clip: str
    score: str
    text: str = ""


class SpokenClips:
    """Turns utterances into samples while one data set is read."""

    def __init__(
        self, tree: DatasetTree, collector: SampleCollector, options: ImportOptions, languages: tuple[str, ...]
    ) -> None:
        self._collector: Final = collector
        self._in_folders: Final = MediaPaths(tree.root, tree.files, n_parts=2)
        self._flat: Final = MediaPaths(tree.root, tree.files, n_parts=1, prefer=("segmented",))
        self._transcripts: Final = TranscriptTable.read(options.transcripts, languages)

    def add(self, one: Utterance, split: str) -> None:
        """Keep an utterance with its clip or with its words alone, or list why it cannot be used."""
        with self._collector.row(f"{one.video}/{one.clip}"):
            score = intensity(one.score, "label")
            sample = Sample(
                id=f"{one.video}/{one.clip}",
                gold=self._collector.gold(polarity(score)),
                raw_label=one.score,
                media=MediaKind.NONE,
                text=self._transcripts.of(f"{one.video}_{one.clip}") or one.text or None,
                score=score,
                cluster=one.video,
                split=split,
            )
            add_spoken(self._collector, sample, lambda: (MediaKind.VIDEO, self._path(one)))

    def _path(self, one: Utterance) -> str:
        """The path of `<video>/<clip>.mp4` or `<video>_<clip>.mp4`, the clip's number padded or not."""
        names = tuple(dict.fromkeys((one.clip, one.clip.lstrip("0") or "0")))
        try:
            return self._in_folders.file(*((one.video, name + suffix) for name in names for suffix in VIDEO_SUFFIXES))
        except MissingMedia:
            flat = ((f"{one.video}_{name}{suffix}",) for name in names for suffix in VIDEO_SUFFIXES)
            try:
                return self._flat.file(*flat)
            except MissingMedia:
                raise MissingMedia("neither a clip nor words") from None
