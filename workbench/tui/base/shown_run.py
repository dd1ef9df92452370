"""The run that a screen is about."""

from dataclasses import dataclass

from workbench.application.context import Context
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.runs import Run


@dataclass(frozen=True, slots=True)
class ShownRun:
    """What a screen needs to have a run scored, compared, exported or sent."""

    context: Context
    card: DatasetCard
    run: Run
