"""The lines of the home screen: each data set, and its runs below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.application.home import DatasetEntry, Headline, RunEntry
from workbench.domain.figure_words import DASH, percent
from workbench.domain.runs import RunState
from workbench.domain.scoring.metrics import METRICS
from workbench.tui.widgets.line_list import ListLine

_STATES: Final = {
    RunState.PLANNED: ("·", "soft"),
    RunState.RUNNING: ("▸", "busy"),
    RunState.PAUSED: ("‖", "doubt"),
    RunState.DONE: ("✓", "right"),
}
_WIDE: Final = 100


@dataclass(frozen=True, slots=True)
class HomePlace:
    """What a line stands for."""

    entry: DatasetEntry
    run: RunEntry | None = None
    """None: the data set itself."""


def places_of(entries: Sequence[DatasetEntry]) -> list[HomePlace]:
    """Every line of the list."""
    return [place for entry in entries for place in (HomePlace(entry), *(HomePlace(entry, run) for run in entry.runs))]


def home_line(
    place: HomePlace, headlines: Mapping[tuple[int, int], Headline | None], marked: int | None, width: int
) -> ListLine:
    """One line. A headline that is not there yet is still being computed; None: it cannot be computed."""
    return _dataset_line(place.entry) if place.run is None else _run_line(place.run, headlines, marked, width)


def headline_key(run: RunEntry) -> tuple[int, int]:
    """The key of a headline: it holds until another sample of the run is settled."""
    return run.run.id, run.progress.settled


def _dataset_line(entry: DatasetEntry) -> ListLine:
    card = entry.card
    if not entry.imported and not entry.runs:
        aside = (("not imported; i imports it ", "soft"),)
        return ListLine(((card.title, "soft"), (f"  {card.key}", "soft")), aside)
    expected = f" of {card.expected:,}" if card.expected and card.expected != entry.imported else ""
    return ListLine(
        ((card.title, "bold"), (f"  {card.key}", "soft")), ((f"{entry.imported:,}{expected} samples ", "soft"),)
    )


def _run_line(
    entry: RunEntry, headlines: Mapping[tuple[int, int], Headline | None], marked: int | None, width: int
) -> ListLine:
    run, progress = entry.run, entry.progress
    mark, tone = _STATES[run.state]
    pieces = (
        ("* " if run.id == marked else "  ", "accent"),
        (f"{mark} ", tone),
        (f"{run.name}  ", "plain"),
        (f"{run.spec.model}  ", "soft"),
    )
    touched = run.changed_at[:16].replace("T", " ") if width >= _WIDE else run.changed_at[:10]
    settled = f"{run.state} {progress.settled:,}/{progress.planned:,}"
    aside = (
        (f"{settled}  ", tone if run.state is not RunState.DONE else "soft"),
        (f"{_headline_words(headlines.get(headline_key(entry), ...), width)}  ", "plain"),
        (f"{touched} ", "soft"),
    )
    return ListLine(pieces, aside)


def _headline_words(headline: object, width: int) -> str:
    if not isinstance(headline, Headline):
        return f"{DASH:>6}" if headline is None else f"{'…':>6}"
    return f"{_metric_word(headline.metric) if width >= _WIDE else ''}{percent(headline.value):>6}"


def _metric_word(metric: str) -> str:
    title = METRICS[metric].short_title
    return (title if title.isupper() else title[0].lower() + title[1:]) + " "
