"""The options of an import. Each layout reads those that it knows; the table of data sets says which these are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Final

from workbench.errors import UsageError, unknown_name

AGREEMENTS: Final = (3, 4, 5)


class KeptLabels(StrEnum):
    """Which gold labels are kept."""

    PAPER = "paper"
    """Those that the card scores."""
    ALL = "all"
    """Every label that the card's prompt offers."""


class MajorityRule(StrEnum):
    """How the votes of several people make a label."""

    ARGMAX = "argmax"
    """The emotion with most votes, the first of equals: what the paper scored."""
    OFFICIAL = "official"
    """More than half of the votes, single ones discounted: what the owners' own script does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What a user can choose about an import. The defaults are the paper's choices."""

    strict_apex: bool = False
    """Skip clips whose apex is missing or outside their span, instead of taking the middle of the span."""
    split: str | None = None
    """Another split of the set than the card's: a name, or a file that lists it."""
    agreement: int = 3
    """How many of five people must agree on a label."""
    labels: KeptLabels = KeptLabels.PAPER
    majority: MajorityRule = MajorityRule.ARGMAX
    transcripts: Path | None = None
    """A table of sample names and the words that are said in them."""
    frames_root: Path | None = None
    """The folder of the media, where it is not the folder of the annotations."""

    encoding: str | None = None
    """The encoding of the text files; None: it is found out."""

    def __post_init__(self) -> None:
        """Raise UsageError for an agreement that is not one of AGREEMENTS."""
        if self.agreement not in AGREEMENTS:
            raise UsageError(f"--agreement is {', '.join(map(str, AGREEMENTS))}, not {self.agreement}")

    def changed(self) -> Iterator[str]:
        """The names of the options that differ from their defaults."""
        return (field.name for field in fields(self) if getattr(self, field.name) != field.default)


def flag(option: str) -> str:
    """An option as it is written on the command line."""
    return f"--{option.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Split:
    """One split of a data set, such as train or test."""

    name: str
    word: str
    """What the owner's files, folders or tables call it."""

    @property
    def others(self) -> str:
        """What rows of the other splits are counted as."""
        return f"not in the {self.name} split"


@dataclass(frozen=True, slots=True)
class Splits:
    """The splits of a data set, of which one is imported."""

    words: Mapping[str, str]
    """A split's name to the owner's word for it. The first is the one that the paper uses."""

    def chosen(self, options: ImportOptions) -> Split:
        """The split to import. Raises UsageError, which names the known splits."""
        wanted = (options.split or next(iter(self.words))).casefold()
        for name, word in self.words.items():
            if wanted in (name, word.casefold()):
                return Split(name, word)
        raise unknown_name("split", wanted, self.words)


NO_SPLITS: Final = Splits({"": ""})
"""For sets that are imported as a whole."""
