"""What the table of data sets is made of: one row says how one set is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from workbench.importers.choices import Choices
from workbench.importers.files.dataset_tree import NotThere, Tree
from workbench.importers.ledger import Ledger

PICTURES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
SHEETS: Final = (".xlsx", ".xlsm", ".csv", ".xls")
LISTS: Final = (".txt", ".csv")

Read = Callable[[Tree, Ledger, Choices], None]


@dataclass(frozen=True, slots=True)
class Reader:
    """How one data set is read."""

    expected: str
    """The tree that is looked for, in a phrase."""
    suffixes: tuple[str, ...]
    """Of the files that matter; others are not listed."""
    read: Read
    takes: tuple[str, ...] = ()
    """The choices that it knows; `labels` need not be named, since the card tells."""


def either(*reads: Read) -> Read:
    """The first layout that is there, of several in which a set is handed out."""

    def read(tree: Tree, ledger: Ledger, choices: Choices) -> None:
        missing = []
        for one in reads:
            try:
                one(tree, ledger, choices)
            except NotThere as what:
                missing.append(str(what))
            else:
                return
        raise NotThere("; ".join(missing))

    return read
