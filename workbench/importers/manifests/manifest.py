"""A user's own data set: a manifest, which is a table of paths, texts and gold labels.

Its card is made last: which labels, media and columns the set has is known when all rows have been read. After the
import it is a data set like any other. A row that cannot be used is listed with its line, and the rest is imported.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from sys import intern
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.labels import fold
from workbench.domain.datasets.samples import BETWEEN_FILES, MediaKind, Sample
from workbench.domain.datasets.tasks import Task
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.files.text_encoding import TextReading, text_reading
from workbench.importers.import_result import ImportResult, SampleCollector, Unusable
from workbench.importers.layouts.label_rules import intensity, polarity
from workbench.importers.manifests.manifest_card import (
    HOW_TO_GIVE_LABELS,
    Contents,
    GoldLabels,
    ManifestSettings,
    own_card,
    require_own_key,
)
from workbench.importers.manifests.manifest_file import Manifest, ManifestRow, opened_manifest
from workbench.importers.manifests.manifest_media import ListedMedia

_LONGEST_WORD_CHARS: Final = 200

_TEMPLATE: Final = """\
## A data set of your own: one row a sample. Replace the example rows, then: emowb import KEY --manifest THIS_FILE
## Lines that begin with two # are remarks. Remove one # of a setting to make it count; all may be left out:
## labels: happy, sad, angry, neutral
##   what a model may choose from; without it, the gold labels in order of their first appearance
## task: facial
##   or visual sentiment, micro-expression, dynamic facial, multimodal; without it, what fits the media
## frames: uniform(3)
##   of clips: apex, all, last(n), uniform(n), ends(n)
## batch_size: 20
##   samples in one request
## folds: happy=positive, neutral=positive, sad=negative, angry=negative
##   the classes that labels are scored as, where these differ
# title: My data set
## Columns, in any order; needed are path or text, and gold or score; leave out what you do not have:
##   id       a name of the sample's own; without it, the path without its suffix
##   path     from the folder of this file: a picture, a video (.mp4 .avi .mov .mkv .webm), a folder of numbered
##            frames, or several pictures in their order: a/1.png|a/2.png
##   gold     the right label
##   text     what is said; put quotes around a text with a comma in it
##   score    intensity of sentiment as a number; without gold, its sign is the label
##   subject  who is seen: samples of one person resemble each other, which intervals take into account
##   split    train, test, ...; kept for you, every row is imported
id,path,gold,text,score,subject,split
example-1,faces/anna-1.jpg,happy,,,anna,test
example-2,faces/anna-2.jpg,sad,,,anna,test
example-3,faces/ben-1.jpg,happy,,,ben,test
"""


def template() -> str:
    """A manifest to fill in, with its own instructions."""
    return _TEMPLATE


def read_manifest(
    key: str,
    manifest: Path,
    *,
    root: Path | None = None,
    labels: Sequence[str] | None = None,
    task: str | None = None,
    batch_size: int | None = None,
    frames: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> tuple[DatasetCard, ImportResult]:
    """Read the data set that a manifest lists. Its paths are relative to `root`, or else to the manifest's folder.

    `columns` names the column of a field, by field, where it has another name. The arguments override the manifest's
    own settings. No medium is opened. Raises UsageError for a key that is taken or invalid and for invalid arguments,
    DataError for a manifest that cannot be read or holds no sample.
    """
    require_own_key(key)
    flags = _flags(labels=labels, task=task, batch_size=batch_size, frames=frames)
    file = _existing_file(manifest)
    top = _existing_folder(manifest.parent if root is None else root)
    with text_reading(encoding) as text, opened_manifest(file, columns) as opened:
        reading = _ManifestReader(key, flags.over(_settings(manifest, opened)), top)
        for column, name in opened.taken.items():
            reading.note(f"column {visible(column, longest=60)!r} is read as {name}")
        for column in opened.unknown:
            reading.note(f"column {column!r} means nothing here and was not read")
        for row in opened.rows:
            reading.add(row)
        reading.note_reading(text)
    try:
        return reading.close()
    except ValueError as error:
        raise DataError(f"{visible(str(manifest))}: {error}") from error


def _flags(**given: object) -> ManifestSettings:
    try:
        return ManifestSettings.parse(given)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _settings(manifest: Path, opened: Manifest) -> ManifestSettings:
    try:
        return ManifestSettings.parse(opened.settings)
    except ValueError as error:
        raise DataError(f"{visible(str(manifest))}: {error}") from error


def _existing_folder(folder: Path) -> Path:
    real = Path(os.path.realpath(folder))
    if not real.is_dir():
        raise DataError(f"{visible(str(folder))} is no folder; give the one that the manifest's paths start from")
    return real


def _existing_file(manifest: Path) -> Path:
    real = Path(os.path.realpath(manifest))
    reason = why_unusable(real.parent, real.name, folder=False)
    if reason:
        raise DataError(f"{visible(str(manifest))}: {reason}")
    return real


class _ManifestReader:
    """One pass through the rows of a manifest."""

    def __init__(self, key: str, settings: ManifestSettings, root: Path) -> None:
        self._key: Final = key
        self._settings: Final = settings
        self._root: Final = root
        self._gold: Final = GoldLabels(settings.labels)
        self._media: Final = ListedMedia(root)
        self._contents: Final = Contents()
        self._collector: Final = SampleCollector(own_card(key, ManifestSettings(), self._gold.labels, self._contents))
        self._takes_words_alone: Final = settings.task in (None, Task.MULTIMODAL)

    def note(self, text: str) -> None:
        self._collector.note(text)

    def note_reading(self, text: TextReading) -> None:
        for note in text.notes:
            self.note(note)
        for doubt in text.doubts:
            self._collector.doubt(doubt)

    def add(self, row: ManifestRow) -> None:
        cells = row.cells
        with self._collector.row(_name(row)):
            if row.error:
                raise Unusable(row.error)
            sample = self._sample(cells)
            self._keep(sample, named="id" in cells)
            self._contents.count(sample, has_word="gold" in cells)
            if "gold" in cells and fold(sample.raw_label) != fold(sample.gold):
                self._collector.remark(f"labelled {fold(sample.raw_label)!r}, taken as {sample.gold!r}", sample.id)

    def _sample(self, cells: Mapping[str, str]) -> Sample:
        score = intensity(cells["score"]) if "score" in cells else None
        if "gold" not in cells and score is None:
            raise Unusable("it has no gold label")
        gold = self._gold.resolve(cells.get("gold") or polarity(score or 0.0))
        media, path = self._medium(cells)
        return Sample(
            id=cells.get("id") or _usual_id(media, path),
            gold=gold,
            raw_label=intern(cells.get("gold") or cells["score"]),  # a million samples have few words between them
            media=media,
            path=path,
            text=_storable(cells.get("text")),
            score=score,
            cluster=_plain(cells, "subject"),
            split=_plain(cells, "split"),
        )

    def _medium(self, cells: Mapping[str, str]) -> tuple[MediaKind, str | None]:
        if "path" in cells:
            return self._media.find(cells["path"])
        if not self._takes_words_alone:
            raise Unusable("it has no path")
        if "text" not in cells:
            raise Unusable("it has neither a path nor a text")
        return MediaKind.NONE, None

    def _keep(self, sample: Sample, *, named: bool) -> None:
        """Keep a sample. Without an id of its own it gets its whole path as id where the shorter one is taken."""
        if sample.path and not named and self._media.is_listed(sample.path):
            raise Unusable("listed before; to list it twice, give an id to each")
        try:
            self._collector.add(sample)
        except Unusable:
            if named or sample.path in (None, sample.id):
                raise
            self._collector.add(replace(sample, id=sample.path))
        if sample.path:
            self._media.remember(sample.path)

    def close(self) -> tuple[DatasetCard, ImportResult]:
        """The card and the samples, after the last row. Raises ValueError where there is no usable data set."""
        if not self._contents.total:
            raise ValueError(_nothing(self._collector.result(self._root)))
        card = own_card(self._key, self._settings, self._gold.labels, self._contents)
        if len(card.labels.names) < 2:
            raise ValueError(f"all its gold labels are {card.labels.names[0]!r}; {HOW_TO_GIVE_LABELS}")
        for note in self._contents.notes(card):
            self.note(note)
        if self._settings.labels is None:
            self.note(f"labels from its rows: {', '.join(card.labels.names)}")
        return card, self._collector.result(self._root)


def _name(row: ManifestRow) -> str:
    """What a row is listed as. Its line comes first: there the user can correct it."""
    name = row.cells.get("id") or row.cells.get("path")
    return f"line {row.line}: {name}" if name else f"line {row.line}"


def _nothing(found: ImportResult) -> str:
    if not found.skipped:
        return "it has no rows"
    first = found.skipped[0]
    return f"no row can be used: {len(found.skipped):,} skipped, the first ({first.path}): {first.reason}"


def _usual_id(media: MediaKind, path: str | None) -> str:
    """The path without its suffix; for several pictures the first one's."""
    if path is None:
        raise Unusable("words alone need an id")
    first = path.partition(BETWEEN_FILES)[0]
    return first if media is MediaKind.FRAMES else first.rpartition(".")[0]


def _plain(cells: Mapping[str, str], name: str) -> str | None:
    word = cells.get(name)
    if word is None:
        return None
    if visible(word, longest=_LONGEST_WORD_CHARS) != word:
        raise Unusable(f"its {name} holds control characters or is too long")
    return intern(word)


def _storable(text: str | None) -> str | None:
    """The text. Raises Unusable for half a surrogate pair, which only JSON can write."""
    if text is not None and not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Unusable("its text is no Unicode") from None
    return text
