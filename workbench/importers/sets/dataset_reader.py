"""The row of a data set: what is needed to read it."""

from dataclasses import dataclass
from typing import Protocol

from workbench.importers.files.dataset_tree import DatasetTree
from workbench.importers.import_options import ImportOptions
from workbench.importers.import_result import SampleCollector


class Layout(Protocol):
    """A way in which labels and media can lie in a tree, with the values of one data set."""

    def read(self, tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
        """Give every sample of the tree to the collector. Raises LayoutNotFound where the tree has another layout."""
        ...


@dataclass(frozen=True, slots=True)
class DatasetReader:
    """How one data set is read."""

    expected: str
    """The files that are looked for, in a phrase for people."""
    suffixes: tuple[str, ...]
    """Suffixes of the files that matter; others are not listed."""
    layout: Layout
    other_layouts: tuple[Layout, ...] = ()
    """Tried in turn where the tree does not have the first layout."""
    options: tuple[str, ...] = ()
    """The import options that apply. `labels` need not be named: it applies where the card folds its labels."""
