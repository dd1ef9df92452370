"""A run beside the published methods: the table of the paper that its data set is in, with the run's own figures.

Tables 3 to 7 of the paper compare methods; Tables 8 to 10 hold what GPT-4V does under other conditions. A run on a
clip's words alone, or its pictures alone, belongs to a column of Table 10 and to none of Table 7.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.figure_words import DASH, interval, metric_title, percent, points, short
from workbench.domain.runs import Run, RunSpec
from workbench.domain.scoring.intervals import MetricValue
from workbench.domain.scoring.metrics import METRICS
from workbench.domain.scoring.protocols import Protocol
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.export.run_grids import Cell, Grid, GridLine, Span, sections
from workbench.export.source import Source
from workbench.pipeline.scoring.published_figures import GPT_4V, SOURCE, PublishedFigure, load_published
from workbench.pipeline.scoring.run_scores import RunScores, score_run
from workbench.storage.runs.run_records import has_run, load_run
from workbench.storage.samples import load_card, load_dataset
from workbench.storage.workspace.database import Database

_MAIN_TABLES: Final = range(3, 8)
_AGREEMENT: Final = "chosen: --agreement "
_DEFAULT_AGREEMENT: Final = "3"
_BASELINES: Final = {"majority": "always the most frequent class", "uniform": "guessing"}


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A column of a table of the paper: a metric of a data set."""

    dataset: str
    variant: str
    """As in the published figures."""
    metric: str


@dataclass(frozen=True, slots=True)
class Method:
    """A published method with the figures that it has."""

    name: str
    reference: int | None
    """In the paper's own list."""
    values: Mapping[TablePlace, float]


@dataclass(frozen=True, slots=True)
class OwnRun:
    """A run of this workspace with its figures for the columns of its data set."""

    run: Run
    scores: RunScores
    values: Mapping[TablePlace, MetricValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedComparison:
    """One table of the paper with this run in it; without a table for sets that the paper does not know."""

    table: int | None
    places: tuple[TablePlace, ...]
    titles: Mapping[str, str]
    """Data set to its name for people."""
    methods: tuple[Method, ...]
    """Supervised ones, in the paper's order."""
    gpt4v: Method | None
    """The paper's own figures."""
    runs: tuple[OwnRun, ...]
    """This run first, then runs of the same name and model on the other data sets of the table."""

    def own(self, place: TablePlace) -> MetricValue | None:
        """The figure of this workspace's run in a column; None where there is no run."""
        return next((one.values[place] for one in self.runs if place in one.values), None)

    def best(self, place: TablePlace) -> float | None:
        """The figure of the best supervised method in a column; None where none is published."""
        return max((one.values[place] for one in self.methods if place in one.values), default=None)


def compare_published(source: Source) -> PublishedComparison:
    """Compare a run with what is published. Runs of the same name on the table's other data sets fill their columns."""
    figures = _figures(source.card, source.run.spec)
    if not figures:
        places = tuple(TablePlace(source.card.key, "", metric) for metric in source.card.metrics)
        titles = {source.card.key: source.card.title}
        own = OwnRun(source.run, source.scores, _values(places, source.card.key, "", source.scores))
        return PublishedComparison(table=None, places=places, titles=titles, methods=(), gpt4v=None, runs=(own,))
    methods = _methods(figures)
    places = _places(figures)
    keys = tuple(dict.fromkeys(place.dataset for place in places))
    cards = {key: load_card(source.db, key) for key in keys}
    return PublishedComparison(
        table=figures[0].table,
        places=places,
        titles={key: card.title for key, card in cards.items()},
        methods=tuple(one for one in methods if one.name != GPT_4V),
        gpt4v=next((one for one in methods if one.name == GPT_4V), None),
        runs=tuple(_own_runs(source, places, cards)),
    )


def _figures(card: DatasetCard, spec: RunSpec) -> Sequence[PublishedFigure]:
    """The figures of the table that a run of this data set belongs to."""
    published = load_published()
    mine = [figure for figure in published if figure.dataset == card.key]
    main = next((figure for figure in mine if figure.table in _MAIN_TABLES), None)
    if main is None:
        return ()
    if not main.variant or main.variant.startswith("agree") or main.variant == spec.modality:
        return [figure for figure in published if figure.table == main.table]
    return [figure for figure in published if figure.table not in _MAIN_TABLES and figure.variant == str(spec.modality)]


def _methods(figures: Sequence[PublishedFigure]) -> list[Method]:
    values: dict[tuple[str, int | None], dict[TablePlace, float]] = {}
    for figure in figures:
        values.setdefault((figure.method, figure.reference), {})[_place(figure)] = figure.value
    return [Method(name, reference, found) for (name, reference), found in values.items()]


def _places(figures: Sequence[PublishedFigure]) -> tuple[TablePlace, ...]:
    """In the order of the table, the metrics of one data set side by side."""
    found = list(dict.fromkeys(map(_place, figures)))
    sets = list(dict.fromkeys((place.dataset, place.variant) for place in found))
    return tuple(sorted(found, key=lambda place: sets.index((place.dataset, place.variant))))


def _place(figure: PublishedFigure) -> TablePlace:
    return TablePlace(figure.dataset, figure.variant, figure.metric)


def _own_runs(source: Source, places: Sequence[TablePlace], cards: Mapping[str, DatasetCard]) -> list[OwnRun]:
    scored: list[tuple[Run, RunScores]] = [(source.run, source.scores)]
    others = (card for key, card in cards.items() if key != source.card.key)
    scored += filter(None, (_namesake(source, card, source.scores.protocol) for card in others))
    return [
        OwnRun(run, scores, _values(places, run.dataset, _variant(source.db, run, places), scores))
        for run, scores in scored
    ]


def _namesake(source: Source, card: DatasetCard, protocol: Protocol) -> tuple[Run, RunScores] | None:
    """The run of the same name on another data set, where it asked the same model in the same way."""
    if not has_run(source.db, card.key, source.run.name):
        return None
    run = load_run(source.db, card.key, source.run.name)
    if _asked(run.spec) != _asked(source.run.spec):
        return None
    return run, score_run(source.db, card, run, protocol)


def _asked(spec: RunSpec) -> tuple[str, str, str]:
    """What two runs must have in common to share a line."""
    return spec.model, spec.endpoint, spec.modality


def _variant(db: Database, run: Run, places: Sequence[TablePlace]) -> str:
    """Which of the columns of its data set a run belongs to."""
    variants = [place.variant for place in places if place.dataset == run.dataset]
    if len(set(variants)) <= 1:
        return variants[0] if variants else ""
    try:
        notes = load_dataset(db, run.dataset).notes
    except DataError:
        notes = ()
    chosen = (note.removeprefix(_AGREEMENT) for note in notes if note.startswith(_AGREEMENT))
    return f"agree{next(chosen, _DEFAULT_AGREEMENT)}"


def _values(
    places: Sequence[TablePlace], dataset: str, variant: str, scores: RunScores
) -> dict[TablePlace, MetricValue]:
    return {
        place: scores.scores.metrics[place.metric]
        for place in places
        if (place.dataset, place.variant) == (dataset, variant) and place.metric in scores.scores.metrics
    }


def comparison_grid(source: Source, comparison: PublishedComparison) -> Grid:
    """The table as the paper has it: methods down, data sets and metrics across, this run, and how it differs."""
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
        yield Span(f"{title}, {_variant_title(variant)}" if variant else title, len(list(group)))


def _variant_title(variant: str) -> str:
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
    """A published method; the best figure of each column is strong."""
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
    """The name of this run's line."""
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
