"""What the table of data sets is made of: one row says how one set is read."""

from collections.abc import Callable
from dataclasses import dataclass

from workbench.importers.files.dataset_tree import DatasetTree, LayoutNotFound
from workbench.importers.import_options import ImportOptions
from workbench.importers.import_result import SampleCollector

ReadFunction = Callable[[DatasetTree, SampleCollector, ImportOptions], None]


@dataclass(frozen=True, slots=True)
class DatasetReader:
    """How one data set is read."""

    expected: str
    """The tree that is looked for, in a phrase."""
    suffixes: tuple[str, ...]
    """Of the files that matter; others are not listed."""
    read: ReadFunction
    takes: tuple[str, ...] = ()
    """The options that it knows; `labels` need not be named, since the card tells."""


def either(*reads: ReadFunction) -> ReadFunction:
    """The first layout that is there, of several in which a set is handed out."""

    def read(tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
        missing = []
        for one in reads:
            try:
                one(tree, collector, options)
            except LayoutNotFound as what:
                missing.append(str(what))
            else:
                return
        raise LayoutNotFound("; ".join(missing))

    return read
