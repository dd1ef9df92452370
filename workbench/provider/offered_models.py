"""The models that an endpoint offers, and how long it means to keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from workbench.domain.endpoints import Endpoint
from workbench.errors import UsageError

SOON_DAYS: Final = 60
"""A run takes weeks where a day's quota is small: a model that ends within this time is worth a warning."""


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """One entry of an endpoint's list of models."""

    name: str
    shuts_down_on: date | None = None
    """By the endpoint's own word; None: not announced, or not told."""

    def is_gone(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.shuts_down_on is not None and self.shuts_down_on <= today

    def notice(self, today: date) -> str | None:
        """What to know before a run with it begins; None where there is nothing to say."""
        if self.shuts_down_on is None or (self.shuts_down_on - today).days > SOON_DAYS:
            return None
        if self.is_gone(today):
            return f"model {self.name} was shut down on {self.shuts_down_on}, by its endpoint's own list"
        days = (self.shuts_down_on - today).days
        return f"model {self.name} will be shut down on {self.shuts_down_on}, {days} days from now"


def day_of(told: object) -> date | None:
    """A day from `YYYY-MM-DD`, with or without a time behind it; None for anything else."""
    try:
        return date.fromisoformat(told[:10]) if isinstance(told, str) else None
    except ValueError:
        return None


def model_among(endpoint: Endpoint, offered: Sequence[OfferedModel], wanted: str | None) -> OfferedModel:
    """The model to ask: the wanted one, or the only one there is.

    An endpoint that does not list its models, or not all, is believed to have any. Raises UsageError that lists the
    models when there is a choice to be made or the wanted one is not among them.
    """
    names = [model.name for model in offered]
    if wanted in names or (wanted is None and len(offered) == 1):
        return offered[names.index(wanted) if wanted else 0]
    if wanted is not None and not (offered and endpoint.lists_models):
        return OfferedModel(wanted)
    has = f"it offers: {', '.join(names)}" if offered else "it does not list its models"
    if wanted is None:
        raise UsageError(f"no model is set for endpoint {endpoint.name}; {has}; choose with --model")
    raise UsageError(f"endpoint {endpoint.name} has no model {wanted!r}; {has}")
