"""The report of a run as one page of HTML: no script, nothing from elsewhere, every text from outside escaped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from workbench import __version__
from workbench.domain.datasets.tasks import Modality
from workbench.domain.figure_words import dollars, interval, metric_title, percent
from workbench.domain.visible import visible
from workbench.export.published_comparison import compare_published
from workbench.export.report_gallery import Card, Failures, Mistake, Pictures, drawn, gallery
from workbench.export.report_plots import (
    Plot,
    classes_plot,
    comparison_plot,
    confusion_plot,
    positions_plot,
    refusals_plot,
)
from workbench.export.run_grids import Grid, metrics_grid
from workbench.export.source import Source
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.run_records import load_answerers

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Block:
    """Facts that belong together, by name."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the figures at the top of the page."""

    name: str
    value: str
    beside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything that the template writes. All texts have been made visible; the template escapes them."""

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
    """The page, piece by piece."""
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


def about_blocks(source: Source) -> tuple[Block, ...]:
    """Everything that a reader needs to judge the figures."""
    return (
        Block("Run", _shown(_run(source))),
        Block("What was asked", _shown(_asked(source))),
        Block("What counts", _shown(_counts(source))),
    )


def _shown(facts: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, visible(value, longest=_LONGEST)) for name, value in facts.items() if value)


def _run(source: Source) -> dict[str, str | None]:
    run, progress = source.run, load_totals(source.db, source.run.id)
    answerers = load_answerers(source.db, run.id)
    others = set(answerers) - {run.spec.model}
    return {
        "Data set": f"{source.card.title} ({run.dataset})",
        "Licence": source.card.licence,
        "Run": f"{run.name}, {run.state}" + (f" ({run.reason})" if run.reason else ""),
        "Model": run.spec.model,
        "Answered by": ", ".join(f"{model} ({n:,} ×)" for model, n in answerers.items()) if others else None,
        "Endpoint": run.spec.endpoint,
        "Requests": f"{progress.requests:,}"
        + (f", of which {progress.unseen:,} without a known reply" if progress.unseen else ""),
        "Tokens": f"{progress.prompt_tokens:,} in, {progress.completion_tokens:,} out",
        "Cost": dollars(progress.cost_usd),
        "Made": _moment(run.created_at),
        "Last changed": _moment(run.changed_at),
        "Data": f"{source.fingerprint} (SHA-256 of names, gold labels and clusters)",
        "Report by": source.about["versions"],
    }


def _asked(source: Source) -> dict[str, str | None]:
    spec = source.run.spec
    if spec.is_loaded:
        return {"Predictions": "made elsewhere and loaded; how they were asked for is not known", "From": spec.prompt}
    has_pictures = Modality(spec.modality).has_pictures
    return {
        "Prompt": spec.prompt,
        "Modality": spec.modality,
        "Frames": spec.frames if has_pictures else None,
        "Pictures": f"{spec.colour}, at most {spec.longest_side_px:,} px, detail {spec.detail}"
        if has_pictures
        else None,
        "Samples in a request": f"{spec.batch_size:,}",
        "Labels": ", ".join(spec.labels),
        "Reply": ("JSON by schema" if spec.structured else "text") + f", at most {spec.max_tokens:,} tokens",
        "Temperature": f"{spec.temperature:g}",
        "Retry policy": spec.retry,
        "Repeat": f"the {spec.repeat}. time that the same was asked" if spec.repeat > 1 else None,
        "Order by seed": f"{spec.seed}" + (f", the first {spec.limit:,} samples" if spec.limit is not None else ""),
    }


def _counts(source: Source) -> dict[str, str | None]:
    run_scores, scores = source.scores, source.scores.scores
    bounds = scores.bounds if scores.answered < scores.planned else None
    return {
        "Protocol": f"{run_scores.protocol}: {run_scores.rule}",
        "Spec hash": source.run.spec_hash,
        "Planned": f"{scores.planned:,}",
        "Answered": f"{scores.answered:,}",
        "Coverage": f"{percent(scores.coverage)} %",
        "Counted": f"{scores.counted:,}",
        "Not scored for their gold label": f"{run_scores.unscored:,}" if run_scores.unscored else None,
        "Still to come": f"{run_scores.pending:,}" if run_scores.pending else None,
        "Accuracy lies between": None
        if bounds is None
        else f"{percent(bounds.low)} % (every non-answer wrong) and {percent(bounds.high)} % (every one right)",
    }


def _moment(at: str) -> str:
    """A time of the workspace (UTC ISO text) to the minute."""
    return f"{at[:16].replace('T', ' ')} UTC"
