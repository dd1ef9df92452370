"""Every figure of Tables 3 to 10 of arXiv 2312.04293 v1, to be shown beside those of a run.

The file holds per cent as printed; here a figure is a fraction like any other score. The paper calls the figures of
CMU-MOSI and CH-SIMS accuracy. Its published predictions show that they are weighted F1, so the file calls them that.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from workbench.domain.figure_words import percent
from workbench.domain.scoring.metrics import ACCURACY

SOURCE: Final = "arXiv 2312.04293 v1"
GPT_4V: Final = "GPT-4V"
"""The method that is the paper's own."""
_SAME_AS: Final = {"war": ACCURACY.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """One cell of a table. Tables 8 to 10 repeat some cells of the others, with their conditions in `variant`."""

    table: int
    dataset: str
    variant: str
    """Agreement (`agree5`), colour, frames (`frames=3`) or modality; empty where the set has one condition."""
    metric: str
    """The name of a metric in `domain.scoring.metrics`; the paper's WAR is `accuracy`."""
    printed_metric: str
    """The metric as the file calls it: `war`."""
    method: str
    reference: int | None
    """The number of the method's source in the paper's own list; None for the paper's own figures."""
    value: float
    """A fraction."""


@cache
def load_published() -> tuple[PublishedFigure, ...]:
    """All figures, in the order of the tables."""
    text = (files("workbench") / "data" / "published.csv").read_text(encoding="utf-8")
    return tuple(_figure(row) for row in csv.DictReader(text.splitlines()))


def published_for(dataset: str) -> tuple[PublishedFigure, ...]:
    """The figures of one data set; none for a set that the paper does not know."""
    return tuple(figure for figure in load_published() if figure.dataset == dataset)


def gpt4v_words(figures: Iterable[PublishedFigure], metric: str) -> str:
    """The paper's own figures for a metric in per cent, each once; empty where it has none.

    In brackets the condition, where the data set has several.
    """
    own = [one for one in figures if one.method == GPT_4V and one.metric == metric]
    words = {one.value: f"{percent(one.value)} ({one.variant})" for one in reversed(own)}
    words |= {one.value: percent(one.value) for one in own if not one.variant}
    return ", ".join(words[value] for value in dict.fromkeys(one.value for one in own))


def _figure(row: dict[str, str]) -> PublishedFigure:
    return PublishedFigure(
        table=int(row["table"]),
        dataset=row["dataset"],
        variant=row["variant"],
        metric=_SAME_AS.get(row["metric"], row["metric"]),
        printed_metric=row["metric"],
        method=row["method"],
        reference=int(row["reference"]) if row["reference"] else None,
        value=float(Decimal(row["value"]) / 100),  # 75.81 becomes 0.7581 and nothing near it
    )
