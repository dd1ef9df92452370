"""What a model's tokens cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens, standard tier."""

    input_usd: float
    output_usd: float
    cached_input_usd: float | None = None
    """Of prompt tokens read from the provider's cache; None: as any other."""
    cache_write_usd: float | None = None
    """Of prompt tokens written to it; None: as any other."""
    batch_factor: float | None = None
    """What the offline Batch API charges of all this; None: not known."""
    longest_prompt_tokens: int | None = None
    """The price holds for prompts up to this length; None: for all."""
    read_on: str | None = None
    """The day or month in which it was read."""
    source: str = ""
