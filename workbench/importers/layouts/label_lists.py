"""Data sets whose labels stand in a list: one row for each picture or clip, a name and a code, a word or votes."""

from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.importers.choices import WHOLE, Choices, Part, Parts
from workbench.importers.files.annotation_tables import Row, SourceColumn, table_rows
from workbench.importers.files.dataset_tree import Tree
from workbench.importers.layouts.label_rules import LabelRule
from workbench.importers.layouts.media_forms import LISTED_PICTURES, Media, MediaForms, Name
from workbench.importers.layouts.pixel_tables import PixelTable
from workbench.importers.layouts.transcripts import Transcripts, add_spoken
from workbench.importers.ledger import Ledger, LeftOut, Missing

_AGREEMENT_WORDS: Final = {3: "three", 4: "four", 5: "five"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLayout:
    """Where a list lies and how it is read."""

    tables: tuple[str, ...]
    """Patterns of the list's file, the best first (see `Tree.annotation`).

    `{part}` is the word of the part that is imported, `{agreement}` three, four or five.
    """
    columns: tuple[SourceColumn, ...]
    """One has the field `name`; where one has the field `part`, only rows with the part's word there are read."""
    label: LabelRule
    parts: Parts = WHOLE
    only: str = ""
    """How the names of the part begin, with `{part}`; empty: all are read."""
    media: MediaForms = LISTED_PICTURES
    pixels: tuple[str, ...] = ()
    """Patterns of a table that holds the pictures themselves, row by row, for those that are nowhere in the tree."""
    stem_without: str = ""
    """An ending of listed names that is no part of them (`_aligned`)."""
    sample_id: str = "{0.path}"
    """Made of the Name in the list."""
    cluster: str | None = None
    """As `sample_id`."""
    languages: tuple[str, ...] = ()
    """Headings of the words in a table of transcripts, the best first; empty: nobody speaks."""
    quote: str = '"'
    note: str = ""
    """What users should know who have this form of the set."""


def read_list(layout: ListLayout, tree: Tree, ledger: Ledger, choices: Choices) -> None:
    """Read every row of the list whose picture or clip is found anywhere in the tree by its name."""
    _Reading(layout, tree, ledger, choices).read()


class _Reading:
    """One list while it is read."""

    def __init__(self, layout: ListLayout, tree: Tree, ledger: Ledger, choices: Choices) -> None:
        self._layout: Final = layout
        self._ledger: Final = ledger
        self._choices: Final = choices
        self._part: Final[Part] = layout.parts.chosen(choices)
        words = {"part": self._part.word, "agreement": _AGREEMENT_WORDS[choices.agreement]}
        self._table: Final = tree.annotation(*(pattern.format(**words) for pattern in layout.tables))
        self._only: Final = layout.only.format(**words)
        self._media: Final = Media(layout.media, tree, self._part.word)
        self._pixels: Final = PixelTable.find(tree, layout.pixels)
        self._said: Final = Transcripts.read(choices.transcripts, layout.languages)

    def read(self) -> None:
        for at, row in enumerate(table_rows(self._table, self._layout.columns, quote=self._layout.quote)):
            with self._ledger.row(row["name"]):
                self._require_wanted(row)
                self._add(row, at)
        for note in filter(None, (self._layout.note, self._said.note)):
            self._ledger.note(note)

    def _require_wanted(self, row: Row) -> None:
        if "part" in row and row["part"].casefold() != self._part.word.casefold():
            raise LeftOut(f"not of the part {self._part.name}")
        if not row["name"]:
            raise LeftOut("rows without a name")
        if not row["name"].startswith(self._only):
            raise LeftOut(f"not of the {self._part.name} part (names in {self._only}…)")

    def _add(self, row: Row, at: int) -> None:
        layout = self._layout
        word = layout.label(row, self._choices)
        gold = self._ledger.gold(word)
        name = Name.parse(row["name"]).without(layout.stem_without)
        sample = Sample(
            id=layout.sample_id.format(name),
            gold=gold,
            raw_label=word,
            media=MediaKind.NONE,
            text=self._said.of(name.stem),
            cluster=layout.cluster.format(name) if layout.cluster else None,
            split=self._part.name or None,
        )
        add_spoken(self._ledger, sample, lambda: self._found(sample, name, row, at))

    def _found(self, sample: Sample, name: Name, row: Row, at: int) -> tuple[MediaKind, str]:
        try:
            form, path = self._media.find(name)
        except Missing:
            if self._pixels is None:
                raise
            return MediaKind.PIXELS, self._pixels.path_of(at, row["part"])
        if form.remark:
            self._ledger.remark(form.remark, sample.id)
        return form.media, path
