"""The report's figures, each with its numbers as a grid and what it shows in a sentence."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from workbench.domain.figure_words import interval, metric_title, percent, short
from workbench.domain.scoring.intervals import MetricValue
from workbench.export.figures import Bar, FigureTone, bar_figure, heat_map, pair_figure, place_figure
from workbench.export.published_comparison import PublishedComparison, TablePlace, comparison_grid, own_name
from workbench.export.run_grids import Grid, classes_grid, confusion_grid, matrix, positions_grid, refusals_grid
from workbench.export.source import Source
from workbench.pipeline.scoring.published_figures import GPT_4V

_COMPARED: Final = {
    FigureTone.OWN: "this run (▸), with its interval",
    FigureTone.GPT_4V: f"{GPT_4V} as published",
    FigureTone.OTHER: "supervised, as published",
    FigureTone.FAINT: "without looking",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing, or several that share their numbers."""

    drawings: tuple["Drawing", ...]
    numbers: Grid


@dataclass(frozen=True, slots=True)
class Drawing:
    """One SVG with its title, and the words that are read out in its place."""

    title: str
    svg: str
    words: str
    legend: tuple[tuple[str, str], ...] = ()
    """The custom property of each colour, and what has that colour."""
    is_wide: bool = False


def comparison_plot(source: Source, comparison: PublishedComparison) -> Plot:
    """Bars of all figures in the columns of this data set, the best first."""
    mine = [place for place in comparison.places if place in comparison.runs[0].values]
    drawings = []
    for number, place in enumerate(mine):
        bars = sorted(_compared(source, comparison, place), key=lambda bar: -(bar.value or 0.0))
        own = comparison.runs[0].values[place]
        beaten = sum((bar.value or 0.0) < (own.value or 0.0) for bar in bars)
        words = f"This run reaches {_with_interval(own)}, more than {beaten} of {len(bars) - 1} others."
        title = metric_title(place.metric)
        svg = bar_figure(f"compare{number}", bars, "per cent")
        drawings.append(Drawing(title, svg, words, _legend({bar.tone for bar in bars})))
    return Plot(drawings=tuple(drawings), numbers=comparison_grid(source, comparison))


def _compared(source: Source, comparison: PublishedComparison, place: TablePlace) -> Iterator[Bar]:
    own = comparison.runs[0].values[place]
    yield Bar(f"▸ {own_name(source)}", own.value, own.low, own.high, FigureTone.OWN)
    for method in comparison.methods:
        if place in method.values:
            yield Bar(method.name, method.values[place], tone=FigureTone.OTHER)
    if comparison.gpt4v is not None and place in comparison.gpt4v.values:
        yield Bar(f"{GPT_4V} (paper)", comparison.gpt4v.values[place], tone=FigureTone.GPT_4V)
    for name, words in (("majority", "most frequent class"), ("uniform", "guessing")):
        baseline = source.scores.scores.baselines.get(name)
        if baseline is not None and place.metric in baseline.metrics:
            yield Bar(words, baseline.metrics[place.metric], tone=FigureTone.FAINT)


def classes_plot(source: Source) -> Plot:
    """Recall of each class with its interval."""
    scores = [one for one in source.scores.scores.per_class if one.recall is not None]
    bars = [Bar(short(one.label), one.recall, one.recall_low, one.recall_high) for one in scores]
    ends = sorted(scores, key=lambda one: one.recall or 0.0)
    words = "Nothing counts."
    if ends:
        least, most = (f"{short(one.label)} ({percent(one.recall)} %)" for one in (ends[0], ends[-1]))
        words = f"Recall is lowest for {least} and highest for {most}."
    drawing = Drawing("Recall by gold class", bar_figure("classes", bars, "recall, per cent"), words)
    return Plot(drawings=(drawing,), numbers=classes_grid(source))


def confusion_plot(source: Source) -> Plot:
    """The matrix as a heat map."""
    found = matrix(source.scores.scores.confusion)
    gold, predicted = [short(label) for label in found.gold], [short(label) for label in found.predicted]
    mistakes = [
        (count, label, other)
        for label, row in zip(gold, found.counts, strict=True)
        for other, count in zip(predicted, row, strict=True)
        if other != label
    ]
    words = "The numbers are in the table below."
    if mistakes and max(mistakes)[0]:
        count, label, other = max(mistakes)
        words = f"The most frequent mistake is {other} for {label} ({count:,} samples)."
    svg = heat_map("confusion", gold, predicted, found.counts)
    drawing = Drawing("Gold down, predicted across", svg, words, is_wide=True)
    return Plot(drawings=(drawing,), numbers=confusion_grid(source))


def refusals_plot(source: Source) -> Plot:
    """Refusal rates by class, at the first attempt and after retries."""
    rates = [*source.scores.rates_by_class, source.scores.rates]
    rows = [(short(one.label), one.first_refusal_rate, one.refusal_rate) for one in rates]
    overall = source.scores.rates
    words = (
        f"{percent(overall.first_refusal_rate)} % were refused at the first attempt, "
        f"{percent(overall.refusal_rate)} % after all retries."
    )
    svg = pair_figure("refusals", rows, "refused, per cent of what was planned")
    legend = (
        (FigureTone.OTHER.variable, "first attempt (upper bar)"),
        (FigureTone.OWN.variable, "after retries (lower bar)"),
    )
    drawing = Drawing("Refusals by gold class", svg, words, legend)
    return Plot(drawings=(drawing,), numbers=refusals_grid(source))


def positions_plot(source: Source) -> Plot:
    """Accuracy over places in the request."""
    positions = source.scores.positions
    bars = [Bar(str(one.place + 1), one.accuracy.value, one.accuracy.low, one.accuracy.high) for one in positions]
    known = [one.accuracy.value for one in positions if one.accuracy.value is not None]
    words = f"Accuracy is between {percent(min(known))} and {percent(max(known))} %." if known else "Nothing counts."
    svg = place_figure("positions", bars, "place in the request")
    drawing = Drawing("Accuracy by place in the request, per cent", svg, words)
    return Plot(drawings=(drawing,), numbers=positions_grid(source))


def _legend(tones: Collection[FigureTone]) -> tuple[tuple[str, str], ...]:
    return tuple((tone.variable, words) for tone, words in _COMPARED.items() if tone in tones)


def _with_interval(figure: MetricValue) -> str:
    within = interval(figure.low, figure.high)
    return f"{percent(figure.value)} %" + (f" (95 % interval {within})" if within else "")
