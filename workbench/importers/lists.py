"""Data sets whose labels stand in a list: one row for each picture or clip, a name and a code, a word or votes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from workbench.domain.samples import MediaKind, Sample
from workbench.importers.choices import Choices
from workbench.importers.found import Ledger, LeftOut, Unusable
from workbench.importers.tables import Column, Row, table_rows
from workbench.importers.trees import Places, Tree

LabelRule = Callable[[Row], str]
"""The owner's word for a row. Raises LeftOut for a row without a label, Unusable for one that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLayout:
    """Where a list lies and how it is read."""

    tables: tuple[str, ...]
    """Patterns of the list's file, the best first (see `Tree.annotation`)."""
    columns: tuple[Column, ...]
    """One of them has the field `name`."""
    label: LabelRule
    only: str = ""
    """How the names of the test part begin; empty: all are read."""
    second_best: str = ""
    """The ending of the names of pictures that are taken where the listed ones are missing (`_aligned`)."""
    split: str | None = None
    media: MediaKind = MediaKind.IMAGE
    quote: str = '"'


def read_list(layout: ListLayout, tree: Tree, ledger: Ledger, _choices: Choices) -> None:
    """Read every row of the list whose picture or clip is found anywhere in the tree by its name."""
    table = tree.annotation(*layout.tables)
    places = Places(tree.root, tree.files, n_parts=1)
    for row in table_rows(table, layout.columns, quote=layout.quote):
        name = row["name"]
        with ledger.row(name):
            if not name:
                raise LeftOut("rows without a name")
            if not name.startswith(layout.only):
                raise LeftOut(f"not of the test part (names in {layout.only}…)")
            _add(layout, row, places, ledger)


def _add(layout: ListLayout, row: Row, places: Places, ledger: Ledger) -> None:
    name = PurePosixPath(row["name"])
    stem = name.stem.removesuffix(layout.second_best)
    word = layout.label(row)
    gold = ledger.gold(word)
    other = f"{stem}{layout.second_best}{name.suffix}"
    path = places.file((*name.parts[:-1], f"{stem}{name.suffix}"), (*name.parts[:-1], other))
    sample = Sample(
        id=str(name.with_name(stem)),
        gold=gold,
        raw_label=word,
        media=layout.media,
        path=path,
        split=layout.split,
    )
    ledger.add(sample)
    if layout.second_best and PurePosixPath(path).stem.endswith(layout.second_best):
        ledger.remark(f"of which only the {layout.second_best.strip('_')} picture is there", sample.id)


def coded(words: Mapping[str, str]) -> LabelRule:
    """The rule of lists whose field `label` is a code: code to the owner's word."""

    def word_of(row: Row) -> str:
        code = row["label"]
        if code not in words:
            raise LeftOut(f"unknown label code {code!r:.40}")
        return words[code]

    return word_of


def most_voted(words: Sequence[str]) -> LabelRule:
    """The rule of lists with a column of votes for each of `words`: the one with most votes, and none for a tie."""

    def word_of(row: Row) -> str:
        try:
            votes = {word: int(row[word]) for word in words}  # as numbers: "10" is more than "9"
        except ValueError:
            raise Unusable("its votes are not all whole numbers") from None
        most = max(votes.values())
        winners = [word for word, n_votes in votes.items() if n_votes == most]
        if len(winners) > 1:
            raise LeftOut("ties of votes")
        return winners[0]

    return word_of
