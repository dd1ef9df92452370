"""A run beside the published methods: the table of the paper that its data set stands in, with the run's own figures.

Tables 3 to 7 of the paper lay methods beside each other; Tables 8 to 10 hold what GPT-4V does under other conditions.
A run on a clip's words alone, or its pictures alone, belongs to a column of Table 10 and to none of Table 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.runs import Run, RunSpec
from workbench.domain.scoring.intervals import MetricValue
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import DataError
from workbench.export.source import Source
from workbench.pipeline.scoring.published_figures import PublishedFigure, load_published
from workbench.pipeline.scoring.run_scores import RunScores, score_run
from workbench.storage.runs.run_records import has_run, load_run
from workbench.storage.samples import load_card, load_dataset
from workbench.storage.workspace.database import Database

GPT_4V: Final = "GPT-4V"
_MAIN_TABLES: Final = range(3, 8)
_AGREEMENT: Final = "chosen: --agreement "
_DEFAULT_AGREEMENT: Final = "3"


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A column: what of which data set is measured."""

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
    """A run of this workspace that fills the columns of its data set."""

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
        """What a run of ours reaches in a column; None where there is none."""
        return next((one.values[place] for one in self.runs if place in one.values), None)

    def best(self, place: TablePlace) -> float | None:
        """What the best supervised method reaches in a column; None where none is published."""
        return max((one.values[place] for one in self.methods if place in one.values), default=None)


def compare_published(source: Source) -> PublishedComparison:
    """Lay a run beside what is published, and beside its namesakes on the other data sets of the same table."""
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
    """The run of the same name on another data set, where it asked the same model for the same."""
    if not has_run(source.db, card.key, source.run.name):
        return None
    run = load_run(source.db, card.key, source.run.name)
    if _asked(run.spec) != _asked(source.run.spec):
        return None
    return run, score_run(source.db, card, run, protocol)


def _asked(spec: RunSpec) -> tuple[str, str, str]:
    """What two runs must have in common to stand in one line."""
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
