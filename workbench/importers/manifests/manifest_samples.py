"""From the rows of a manifest to samples, one at a time, and to the card that fits them.

The card is made last: which labels, media and columns a set has is known when its rows have been read.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from sys import intern
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.labels import fold
from workbench.domain.datasets.samples import BETWEEN_FILES, MediaKind, Sample
from workbench.domain.datasets.tasks import Task
from workbench.domain.visible import visible
from workbench.importers.layouts.polarity import intensity, polarity
from workbench.importers.ledger import Found, Ledger, Unusable
from workbench.importers.manifests.manifest_cards import Contents, ManifestSettings, own_card
from workbench.importers.manifests.manifest_gold import HOW_TO_GIVE_LABELS, GoldLabels
from workbench.importers.manifests.manifest_media import ListedMedia
from workbench.importers.manifests.manifest_rows import ManifestRow

_LONGEST_WORD_CHARS: Final = 200


class ManifestReading:
    """One pass through the rows of a manifest."""

    def __init__(self, key: str, said: ManifestSettings, root: Path) -> None:
        self._key: Final = key
        self._said: Final = said
        self._root: Final = root
        self._gold: Final = GoldLabels(said.labels)
        self._media: Final = ListedMedia(root)
        self._contents: Final = Contents()
        self._ledger: Final = Ledger(own_card(key, ManifestSettings(), self._gold.labels, self._contents))
        self._words_will_do: Final = said.task in (None, Task.MULTIMODAL)

    def note(self, text: str) -> None:
        """Say something about the whole manifest."""
        self._ledger.note(text)

    def add(self, row: ManifestRow) -> None:
        """Keep the sample of a row, or list why it cannot be used."""
        cells = row.cells
        with self._ledger.row(_name(row)):
            if row.trouble:
                raise Unusable(row.trouble)
            sample = self._sample(cells)
            self._keep(sample, named="id" in cells)
            self._contents.count(sample, has_word="gold" in cells)
            if "gold" in cells and fold(sample.raw_label) != fold(sample.gold):
                self._ledger.remark(f"labelled {fold(sample.raw_label)!r}, taken as {sample.gold!r}", sample.id)

    def _sample(self, cells: Mapping[str, str]) -> Sample:
        score = intensity(cells["score"]) if "score" in cells else None
        if "gold" not in cells and score is None:
            raise Unusable("it has no gold label")
        gold = self._gold.meant(cells.get("gold") or polarity(score or 0.0))
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
        if not self._words_will_do:
            raise Unusable("it has no path")
        if "text" not in cells:
            raise Unusable("it has neither a path nor a text")
        return MediaKind.NONE, None

    def _keep(self, sample: Sample, *, named: bool) -> None:
        """Keep a sample; one without a name of its own by its whole path where another has the shorter one."""
        if sample.path and not named and self._media.is_listed(sample.path):
            raise Unusable("listed before; to list it twice, give an id to each")
        try:
            self._ledger.add(sample)
        except Unusable:
            if named or sample.path in (None, sample.id):
                raise
            self._ledger.add(replace(sample, id=sample.path))
        if sample.path:
            self._media.remember(sample.path)

    def close(self) -> tuple[DatasetCard, Found]:
        """The card, now that all rows are known, and the samples. Raises ValueError where nothing can be made of it."""
        if not self._contents.total:
            raise ValueError(_nothing(self._ledger.found(self._root)))
        card = own_card(self._key, self._said, self._gold.labels, self._contents)
        if len(card.labels.names) < 2:
            raise ValueError(f"all its gold labels are {card.labels.names[0]!r}; {HOW_TO_GIVE_LABELS}")
        for note in self._contents.notes(card):
            self.note(note)
        if self._said.labels is None:
            self.note(f"labels from its rows: {', '.join(card.labels.names)}")
        return card, self._ledger.found(self._root)


def _name(row: ManifestRow) -> str:
    """What a row is listed as, by its line first: that is where it can be mended."""
    name = row.cells.get("id") or row.cells.get("path")
    return f"line {row.line}: {name}" if name else f"line {row.line}"


def _nothing(found: Found) -> str:
    if not found.skipped:
        return "it has no rows"
    first = found.skipped[0]
    return f"no row can be used: {len(found.skipped):,} skipped, the first ({first.path}): {first.reason}"


def _usual_id(media: MediaKind, path: str | None) -> str:
    """The path without its suffix; of several pictures the first one's."""
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
    """A text as it is. Raises Unusable for half a surrogate pair, which JSON can write and nothing else can."""
    if text is not None and not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Unusable("its text is no Unicode") from None
    return text
