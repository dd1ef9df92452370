"""What a user can choose about an import; a reader takes from it what its layout knows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Final

from workbench.errors import UsageError, unknown_name

AGREEMENTS: Final = (3, 4, 5)


class Labels(StrEnum):
    """Which gold labels are kept."""

    PAPER = "paper"
    """Those that the card scores."""
    ALL = "all"
    """Every label that the card's prompt offers."""


class Majority(StrEnum):
    """When the votes of several people make a label."""

    ARGMAX = "argmax"
    """The most voted of the emotions, the first of equals: what the paper scored."""
    OFFICIAL = "official"
    """More than half of the votes, single ones discounted: what the owners' own script does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The defaults are the paper's."""

    strict_apex: bool = False
    """Skip clips whose apex is missing or outside their span, instead of taking the middle of it."""
    split: str | None = None
    """Another part of the set than the card's: a name, or a file that lists it."""
    agreement: int = 3
    """How many of five people must agree on a label."""
    labels: Labels = Labels.PAPER
    majority: Majority = Majority.ARGMAX
    transcripts: Path | None = None
    """A table of sample names and the words that are said in them."""
    frames_root: Path | None = None
    """The folder of the media, where they lie apart from the annotations."""

    def __post_init__(self) -> None:
        """Refuse an agreement that five people cannot reach or that is none."""
        if self.agreement not in AGREEMENTS:
            raise UsageError(f"--agreement is {', '.join(map(str, AGREEMENTS))}, not {self.agreement}")

    def made(self) -> Iterator[str]:
        """The names of the choices that differ from their defaults."""
        return (field.name for field in fields(self) if getattr(self, field.name) != field.default)


def flag(choice: str) -> str:
    """A choice as it is written on the command line."""
    return f"--{choice.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a data set."""

    name: str
    word: str
    """In which the owner's files, folders or tables speak of it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that an owner divides a set into, of which one is imported."""

    words: Mapping[str, str]
    """A part's name to the owner's word for it; the first is the paper's."""

    def chosen(self, choices: Choices) -> Part:
        """The part to import. Raises UsageError that names the known ones."""
        asked = (choices.split or next(iter(self.words))).casefold()
        for name, word in self.words.items():
            if asked in (name, word.casefold()):
                return Part(name, word)
        raise unknown_name("split", asked, self.words)


WHOLE: Final = Parts({"": ""})
"""Of sets that are imported as they are."""
