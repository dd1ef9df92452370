"""The words that are said in clips: from a table that the user gives, and for clips of which nothing else is there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.annotation_tables import SourceColumn, table_rows
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.ledger import Ledger, Missing


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Name of a clip to what is said in it."""

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
        """What is said, None where nothing is known."""
        return self.words.get(name) or None


def add_spoken(ledger: Ledger, sample: Sample, find: Callable[[], tuple[MediaKind, str]]) -> None:
    """Keep a sample with the medium that `find` finds, or else with its words alone.

    Raises Unusable for one that has neither.
    """
    try:
        media, path = find()
    except Missing:
        if sample.text is None:
            raise
        ledger.add(replace(sample, media=MediaKind.NONE))
        ledger.remark("with words alone, since the clip is not there", sample.id)
        return
    ledger.add(replace(sample, media=media, path=path))
