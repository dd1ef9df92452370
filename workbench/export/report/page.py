"""The report of a run as one page of HTML: no script, nothing from elsewhere, every foreign text escaped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from workbench import __version__
from workbench.domain.figure_words import interval, metric_title, percent
from workbench.domain.visible import visible
from workbench.export.grids import Grid
from workbench.export.published_comparison import compare_published
from workbench.export.report.about import Block, about_blocks
from workbench.export.report.gallery import Card, Failures, Mistake, gallery
from workbench.export.report.plots import (
    Plot,
    classes_plot,
    comparison_plot,
    confusion_plot,
    positions_plot,
    refusals_plot,
)
from workbench.export.report.report_pictures import Pictures, drawn
from workbench.export.run_grids import metrics_grid
from workbench.export.source import Source


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the figures that a reader looks for first."""

    name: str
    value: str
    beside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything that the template writes. All texts are visible; the template escapes them."""

    title: str
    model: str
    rule: str
    tiles: tuple[Tile, ...]
    about: tuple[Block, ...]
    metrics: Grid
    intervals: str
    comparison: Plot
    classes: Plot
    confusion: Plot
    refusals: Plot
    positions: Plot | None
    failures: tuple[Failures, ...]
    n_failures: int
    n_shown: int
    licence: str
    spec: str
    version: str
    has_pictures: bool = False


def read_page(source: Source, most: int) -> Page:
    """Read and draw everything but pictures; at most `most` failures."""
    failures = gallery(source, most)
    return Page(
        title=f"{visible(source.card.title, longest=60)}: {visible(source.run.name, longest=60)}",
        model=visible(source.run.spec.model, longest=60),
        rule=f"{source.scores.protocol}: {source.scores.rule}",
        tiles=_tiles(source),
        about=about_blocks(source),
        metrics=metrics_grid(source),
        intervals=source.scores.scores.interval,
        comparison=comparison_plot(source, compare_published(source)),
        classes=classes_plot(source),
        confusion=confusion_plot(source),
        refusals=refusals_plot(source),
        positions=positions_plot(source) if len(source.scores.positions) > 1 else None,
        failures=failures,
        n_failures=sum(one.total for one in failures),
        n_shown=sum(one.shown for one in failures),
        licence=visible(source.card.licence),
        spec=visible(source.about["spec"]),
        version=__version__,
    )


def illustrated(page: Page, pictures: Pictures) -> Page:
    """The page with a picture for every card. Blocking: media are decoded."""

    def card(one: Card) -> Card:
        shown, reason = drawn(one.sample, pictures)
        return replace(one, pictures=shown, no_picture=reason)

    def mistake(one: Mistake) -> Mistake:
        return replace(one, cards=tuple(map(card, one.cards)))

    failures = tuple(replace(one, mistakes=tuple(map(mistake, one.mistakes))) for one in page.failures)
    return replace(page, failures=failures, has_pictures=True)


def page_html(page: Page) -> Iterator[str]:
    """The page in pieces."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("workbench.export"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja").generate(page=page)


def _tiles(source: Source) -> tuple[Tile, ...]:
    scores, rates = source.scores.scores, source.scores.rates
    headline = (
        Tile(metric_title(name), f"{percent(figure.value)} %", _within(interval(figure.low, figure.high)))
        for name in source.scores.headline
        if (figure := scores.metrics.get(name)) is not None
    )
    return (
        *headline,
        Tile("Coverage", f"{percent(scores.coverage)} %", f"{scores.answered:,} of {scores.planned:,} answered"),
        Tile(
            "Refused", f"{percent(rates.refusal_rate)} %", f"{percent(rates.first_refusal_rate)} % at the first attempt"
        ),
    )


def _within(words: str) -> str:
    return f"95 % interval {words}" if words else ""
