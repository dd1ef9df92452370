"""Data sets with a list of labels: a row for each picture or clip, with its name and a code, a word or votes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.visible import visible
from workbench.importers.files.annotation_tables import Row, SourceColumn, table_rows
from workbench.importers.files.dataset_tree import DatasetTree
from workbench.importers.files.media_paths import LISTED_PICTURES, ListedName, MediaFinder, MediaForms
from workbench.importers.import_options import NO_SPLITS, ImportOptions, Split, Splits
from workbench.importers.import_result import LeftOut, MissingMedia, SampleCollector
from workbench.importers.layouts.label_rules import CodedLabels, LabelRule
from workbench.importers.layouts.pixel_tables import PixelTable
from workbench.importers.layouts.spoken_clips import TranscriptTable, add_spoken

_AGREEMENT_WORDS: Final = {3: "three", 4: "four", 5: "five"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLayout:
    """Where the list lies and how it is read."""

    tables: tuple[str, ...]
    """Patterns of the list's file, the best first (see `DatasetTree.annotation`).

    `{split}` is the owner's word for the split, `{agreement}` is three, four or five.
    """
    columns: tuple[SourceColumn, ...]
    """One has the field `name`. With a field `split`, only rows with the split's word in it are read."""
    label: LabelRule
    splits: Splits = NO_SPLITS
    only: str = ""
    """Prefix of the names in the split, with `{split}`; empty: all rows are read."""
    media: MediaForms = LISTED_PICTURES
    pixels: tuple[str, ...] = ()
    """Patterns of a table of pixels, for pictures that are not in the tree."""
    stem_without: str = ""
    """A suffix of listed names that is removed (`_aligned`)."""
    last_parts: int | None = None
    """How many parts at the end of a listed path count, where lists hold the paths of other people's machines."""
    sample_id: str = "{0.path}"
    """A format with the ListedName as `{0}`."""
    cluster: str | None = None
    """A format as `sample_id`."""
    languages: tuple[str, ...] = ()
    """Headings of the words in a table of transcripts, the best first; empty: the set has no speech."""
    quote: str = '"'
    note: str = ""
    """What users of this layout should know."""

    def read(self, tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
        """Read every row of the list whose picture or clip is found anywhere in the tree by its name."""
        _Reading(self, tree, collector, options).read()


class _Reading:
    """One list while it is read."""

    def __init__(
        self, layout: ListLayout, tree: DatasetTree, collector: SampleCollector, options: ImportOptions
    ) -> None:
        self._layout: Final = layout
        self._collector: Final = collector
        self._options: Final = options
        self._split: Final[Split] = layout.splits.chosen(options)
        words = {"split": self._split.word, "agreement": _AGREEMENT_WORDS[options.agreement]}
        self._table: Final = tree.annotation(*(pattern.format(**words) for pattern in layout.tables))
        self._only: Final = layout.only.format(**words)
        self._media: Final = MediaFinder(layout.media, tree, self._split.word)
        self._pixels: Final = PixelTable.find(tree, layout.pixels)
        self._transcripts: Final = TranscriptTable.read(options.transcripts, layout.languages)

    def read(self) -> None:
        label = self._layout.label
        if isinstance(label, CodedLabels):
            texts = (row["label"] for row in self._rows() if row["name"])
            label.require_own_codes(visible(str(self._table)), texts, self._collector.kept)
        for at, row in enumerate(self._rows()):
            with self._collector.row(row["name"]):
                self._require_wanted(row)
                self._add(row, at)
        for note in filter(None, (self._layout.note, self._transcripts.note)):
            self._collector.note(note)

    def _rows(self) -> Iterator[Row]:
        rows = table_rows(self._table, self._layout.columns, quote=self._layout.quote)
        n_parts = self._layout.last_parts
        if n_parts is None:
            return rows
        return ({**row, "name": "/".join(re.split(r"[/\\]+", row["name"].rstrip("/\\"))[-n_parts:])} for row in rows)

    def _require_wanted(self, row: Row) -> None:
        if "split" in row and row["split"].casefold() != self._split.word.casefold():
            raise LeftOut(self._split.others)
        if not row["name"]:
            raise LeftOut("rows without a name")
        if not row["name"].startswith(self._only):
            raise LeftOut(f"{self._split.others} (names in {self._only}…)")

    def _add(self, row: Row, at: int) -> None:
        layout = self._layout
        word = layout.label(row, self._options)
        gold = self._collector.gold(word)
        name = ListedName.parse(row["name"]).without(layout.stem_without)
        sample = Sample(
            id=layout.sample_id.format(name),
            gold=gold,
            raw_label=word,
            media=MediaKind.NONE,
            text=self._transcripts.of(name.stem),
            cluster=layout.cluster.format(name) if layout.cluster else None,
            split=self._split.name or None,
        )
        add_spoken(self._collector, sample, lambda: self._found(sample, name, row, at))

    def _found(self, sample: Sample, name: ListedName, row: Row, at: int) -> tuple[MediaKind, str]:
        try:
            form, path = self._media.find(name)
        except MissingMedia:
            if self._pixels is None:
                raise
            return MediaKind.PIXELS, self._pixels.path_of(at, row["split"])
        if form.remark:
            self._collector.remark(form.remark, sample.id)
        return form.media, path
