"""The figures of a run as pages of text. Words from outside pass `visible` in the tables."""

from collections.abc import Iterator
from typing import Final

from textual.content import Content

from workbench.application.scores import PublishedFigure, RunScores, counts_of_run, gpt4v_words
from workbench.domain.figure_words import DASH, interval, metric_interval, metric_title, metric_value, percent
from workbench.domain.score_words import bounds_lines, definition_lines, intervals_line
from workbench.domain.visible import visible
from workbench.tui.widgets.drawn_text import bar, interval_line, notes, table
from workbench.tui.widgets.painting import SOFT

_LABEL_CELLS: Final = 16
_METHOD_CELLS: Final = 28
_MOST_GROUPS: Final = 12


def figures_page(one: RunScores, width: int) -> Content:
    """Every metric with its interval, beside the baselines and the paper's GPT-4V."""
    scores = one.scores
    rows = [
        (
            metric_title(name),
            percent(value.value),
            interval(value.low, value.high),
            *map(percent, one.trivial(name)),
            gpt4v_words(one.published, name) or DASH,
        )
        for name, value in scores.metrics.items()
    ]
    strong = [place for place, name in enumerate(scores.metrics) if name == one.headline[0]]
    heads = ("per cent", "value", "95 % interval", "majority", "guessing", "GPT-4V")
    return _joined(
        Content(counts_of_run(one)),
        table(heads, rows, width, strong=strong),
        notes(_notes(one), width),
    )


def classes_page(one: RunScores, width: int) -> Content:
    """Recall of each class as a line with its interval, and how often each was refused."""
    refused = {rates.label: rates.refusal_rate for rates in one.rates_by_class}
    room = max(width - _LABEL_CELLS - 40, 10)
    rows = [
        (
            single.label,
            f"{single.support:,}",
            interval_line(single.recall, single.recall_low, single.recall_high, room),
            *(percent(value) for value in (single.recall, single.precision, single.f1, refused.get(single.label))),
        )
        for single in one.scores.per_class
    ]
    heads = ("class", "n", "recall: 0 to 100".ljust(room)[:room], "recall", "prec.", "F1", "refused")
    note = "recall with its 95 % interval; refused after all retries, of the whole plan"
    return _joined(table(heads, rows, width), Content.styled(note, SOFT))


def published_page(one: RunScores, width: int) -> Content:
    """Published methods as bars, this run among them, for each metric and condition that the paper has."""
    groups: dict[tuple[str, str], list[PublishedFigure]] = {}
    for figure in one.published:
        groups.setdefault((figure.metric, figure.variant), []).append(figure)
    blocks = [_bars(one, metric, variant, figures, width) for (metric, variant), figures in groups.items()]
    if not blocks:
        return Content.styled("the paper has no figures of this data set", SOFT)
    return _joined(notes([_protocol_note(one)], width), *blocks)


def places_page(one: RunScores, width: int) -> Content:
    """Accuracy by place in the request, and refusals by class and by cluster."""
    room = max(width - 50, 10)
    blocks = []
    if len(one.positions) > 1:
        rows = [
            (
                f"{place.place + 1}",
                f"{place.counted:,}",
                interval_line(place.accuracy.value, place.accuracy.low, place.accuracy.high, room),
                percent(place.accuracy.value),
                interval(place.accuracy.low, place.accuracy.high),
            )
            for place in one.positions
        ]
        drawn = "accuracy: 0 to 100".ljust(room)[:room]
        heads = ("place in the request", "answered", drawn, "accuracy", "95 % interval")
        blocks.append(table(heads, rows, width))
    else:
        blocks.append(Content.styled("one sample to a request: there are no places to compare", SOFT))
    worst = sorted(one.rates_by_cluster, key=lambda rates: -(rates.refusal_rate or 0))[:_MOST_GROUPS]
    for name, groups in (("class", (one.rates, *one.rates_by_class)), (one.cluster or "cluster", tuple(worst))):
        if groups:
            lines = [
                (
                    *(rates.label, f"{rates.planned:,}", percent(rates.first_coverage)),
                    *(percent(rates.first_refusal_rate), percent(rates.coverage), percent(rates.refusal_rate)),
                )
                for rates in groups
            ]
            titles = (f"by {name}", "planned", "first answered", "first refused", "then answered", "then refused")
            blocks.append(table(titles, lines, width))
    return _joined(*blocks)


def _bars(one: RunScores, metric: str, variant: str, figures: list[PublishedFigure], width: int) -> Content:
    mine = one.scores.metrics.get(metric)
    rows: list[tuple[float, str, bool]] = [(figure.value, figure.method, False) for figure in figures]
    if mine is not None and mine.value is not None:
        rows.append((mine.value, f"▸ {visible(one.run, longest=40)}", True))
    room = max(width - _METHOD_CELLS - 9, 8)
    lines = [
        Content.styled(f"{_cut(name)} {bar(value, room)} {percent(value):>6}", "bold $text-accent" if is_mine else "")
        for value, name, is_mine in sorted(rows, reverse=True)
    ]
    title = metric_title(metric) + (f", {visible(variant, longest=40)}" if variant else "")
    return Content("\n").join([Content.styled(title, "bold"), *lines])


def _cut(name: str) -> str:
    shown = visible(name, longest=80)
    return (shown if len(shown) <= _METHOD_CELLS else f"{shown[: _METHOD_CELLS - 1]}…").ljust(_METHOD_CELLS)


def _notes(one: RunScores) -> Iterator[str]:
    scores = one.scores
    for name, value in one.intensity.items():
        if value.value is not None and value.low is not None and value.high is not None:
            within = metric_interval(name, value.low, value.high)
            yield f"{metric_title(name)} {metric_value(name, value.value)}, 95 % interval {within}"
    yield from bounds_lines(scores)
    yield _protocol_note(one)
    yield "GPT-4V as the paper has it; majority and guessing are what one scores who does not look"
    yield intervals_line(scores.interval)
    yield from definition_lines(scores, one.n_intensities)


def _protocol_note(one: RunScores) -> str:
    return f"protocol {one.protocol}: {visible(one.rule, longest=400)}"


def _joined(*blocks: Content) -> Content:
    return Content("\n\n").join(blocks)
