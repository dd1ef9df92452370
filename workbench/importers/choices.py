"""What a user can choose about an import; a reader takes from it what its layout knows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The defaults are the paper's."""

    strict_apex: bool = False
    """Skip clips whose apex is missing or outside their span, instead of taking the middle of it."""
