"""The paper's table as a grid: methods down, data sets and metrics across, this run, and what it differs by."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from workbench.domain.figure_words import DASH, interval, metric_title, percent, points, short
from workbench.domain.scoring.metrics import METRICS
from workbench.domain.visible import visible
from workbench.export.grids import Cell, Grid, GridLine, Span, sections
from workbench.export.published_comparison import GPT_4V, Method, OwnRun, PublishedComparison, TablePlace
from workbench.export.source import Source
from workbench.pipeline.scoring.published_figures import SOURCE

_BASELINES: Final = {"majority": "always the most frequent class", "uniform": "guessing"}


def comparison_grid(source: Source, comparison: PublishedComparison) -> Grid:
    """The table, as the paper lays it out."""
    places = comparison.places
    what = (
        f"{visible(source.card.title)}, for which nothing is published: baselines and this run"
        if comparison.table is None
        else f"The figures of Table {comparison.table} of {SOURCE}, and this run"
    )
    spans: tuple[Span, ...] = tuple(_spans(comparison))
    heads = tuple(_heads(places))
    if len(spans) == len(heads) and len(set(heads)) == 1:  # one metric throughout is said once
        what = f"{what} ({heads[0].lower()}, per cent)."
        heads, spans = tuple(span.text for span in spans), ()
    else:
        what = f"{what} (per cent)."
    return Grid(
        key="comparison",
        caption=what,
        stub="Method",
        spans=spans,
        heads=heads,
        sections=sections(
            [_method_line(one, comparison) for one in comparison.methods],
            _gpt4v_lines(comparison) or _baseline_lines(source, places),
            [_own_line(source, comparison)],
            _difference_lines(source, comparison),
        ),
        notes=tuple(_notes(source, comparison)),
    )


def _spans(comparison: PublishedComparison) -> Iterator[Span]:
    for (dataset, variant), group in groupby(comparison.places, lambda place: (place.dataset, place.variant)):
        title = visible(comparison.titles[dataset])
        yield Span(f"{title}, {_variant(variant)}" if variant else title, len(list(group)))


def _variant(variant: str) -> str:
    """A column's condition in words."""
    if variant.startswith("agree"):
        return f"{variant.removeprefix('agree')} of 5 agree"
    return {"multi": "all modalities", "text": "words alone", "video": "pictures alone"}.get(variant, variant)


def _heads(places: tuple[TablePlace, ...]) -> Iterator[str]:
    several = {place.metric for place in places} == {"accuracy", "uar"}
    for place in places:
        if place.metric == "accuracy" and several:
            yield "WAR"
        else:
            yield METRICS[place.metric].short_title


def _method_line(method: Method, comparison: PublishedComparison) -> GridLine:
    """A published method; the best of each column stands out."""
    name = method.name if method.reference is None else f"{method.name} [{method.reference}]"
    values = ((method.values.get(place), comparison.best(place)) for place in comparison.places)
    return GridLine(
        name, tuple(Cell(percent(value), strong=value is not None and value == best) for value, best in values)
    )


def _gpt4v_lines(comparison: PublishedComparison) -> list[GridLine]:
    method = comparison.gpt4v
    if method is None:
        return []
    return [
        GridLine.of(f"{GPT_4V} (as published)", *(percent(method.values.get(place)) for place in comparison.places))
    ]


def _baseline_lines(source: Source, places: tuple[TablePlace, ...]) -> list[GridLine]:
    baselines = source.scores.scores.baselines
    return [
        GridLine.of(words, *(percent(baselines[name].metrics.get(place.metric)) for place in places))
        for name, words in _BASELINES.items()
        if name in baselines
    ]


def own_name(source: Source) -> str:
    """What the line of this run is called."""
    return f"{short(source.run.name)} ({short(source.run.spec.model)})"


def _own_line(source: Source, comparison: PublishedComparison) -> GridLine:
    figures = (comparison.own(place) for place in comparison.places)
    cells = tuple(Cell(percent(None if figure is None else figure.value)) for figure in figures)
    return GridLine(own_name(source), cells, strong=True)


def _difference_lines(source: Source, comparison: PublishedComparison) -> list[GridLine]:
    """This run minus the best supervised method, minus GPT-4V; where nothing is published, minus the majority."""
    if comparison.table is None:
        majority = source.scores.scores.baselines.get("majority")
        if majority is None:
            return []
        return [_difference("− the most frequent class", comparison, lambda place: majority.metrics.get(place.metric))]
    lines = []
    if comparison.methods:
        lines.append(_difference("− best published", comparison, comparison.best))
    if comparison.gpt4v is not None:
        lines.append(_difference(f"− {GPT_4V}", comparison, comparison.gpt4v.values.get))
    return lines


def _difference(other: str, comparison: PublishedComparison, value: Callable[[TablePlace], float | None]) -> GridLine:
    def difference(place: TablePlace) -> float | None:
        own, against = comparison.own(place), value(place)
        return None if own is None or own.value is None or against is None else own.value - against

    return GridLine(f"this run {other}", tuple(Cell(points(difference(place))) for place in comparison.places))


def _notes(source: Source, comparison: PublishedComparison) -> Iterator[str]:
    scores = source.scores
    yield f"Protocol {scores.protocol}: {scores.rule}"
    for one in comparison.runs:
        yield _of_run(one, comparison)
    if comparison.table is not None:
        yield f"Published figures: {SOURCE}. Differences are in percentage points."
    if comparison.methods:
        yield "Numbers in brackets are the paper's references; the best supervised figure of each column stands out."
    if len({place.dataset for place in comparison.places}) > len(comparison.runs):
        yield f"{DASH}: no figure is published, or the workspace holds no run of this name and model."


def _of_run(one: OwnRun, comparison: PublishedComparison) -> str:
    scores = one.scores.scores
    figures = (
        f"{metric_title(place.metric)} {percent(figure.value)}, 95 % interval {interval(figure.low, figure.high)}"
        for place, figure in one.values.items()
        if figure.low is not None
    )
    counts = f"planned {scores.planned:,}, answered {scores.answered:,}, coverage {percent(scores.coverage)} %"
    title = visible(comparison.titles[one.run.dataset])
    run = f"{title}: run {visible(one.run.name, longest=200)}, spec {one.run.spec_hash}"
    return "; ".join((run, counts, *figures)) + "."
