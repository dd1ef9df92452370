"""Comparisons of runs as people read them. Differences are A minus B, in points of per cent."""

from collections.abc import Sequence

from workbench.application.comparisons import (
    ChangedSample,
    OrderControl,
    RunComparison,
    RunPair,
    Steadiness,
    counts_line,
)
from workbench.cli.output import show, show_table
from workbench.domain.figure_words import interval, p_value, percent, points, points_interval
from workbench.domain.score_words import intervals_line, paired_test_lines, same_answers_line, share
from workbench.domain.scoring.comparison import Difference
from workbench.domain.scoring.intervals import MetricValue


def show_head(found: RunComparison) -> None:
    """What is compared, and by which rules."""
    show(f"{found.dataset}, protocol {found.protocol}: {found.rule}")
    if len(found.pairs) == 1:
        [pair] = found.pairs
        show(f"A is {pair.a}, B is {pair.b}; their specs differ in: {'; '.join(pair.differs) or 'nothing'}")
        show(counts_line(pair))


def show_differences(pair: RunPair) -> None:
    """The metrics of two runs over the samples compared, and how they differ."""
    compared = pair.comparison
    show_table(
        ("per cent", "#A", "#B", "#A − B", "#95 % interval"),
        (
            (one.metric, percent(one.a), percent(one.b), points(one.value), points_interval(one.low, one.high))
            for one in compared.differences
        ),
    )
    show(intervals_line(compared.interval))


def show_tests(pair: RunPair, control: OrderControl | None = None) -> None:
    """The paired tests of two runs, and how often they say the same."""
    for line in paired_test_lines(pair.comparison):
        show(line)
    show(same_answers_line(pair.answers))
    if control is not None:
        show(
            f"under the same order, {control.a} and {control.b} differ in "
            f"{share(control.answers.flip_rate)} of {control.answers.n:,}"
        )


def percent_with_interval(value: MetricValue) -> str:
    """A figure and its interval in one cell."""
    return percent(value.value) + (f" ({interval(value.low, value.high)})" if value.low is not None else "")


def show_changed(pair: RunPair, sides: Sequence[ChangedSample]) -> None:
    """The first samples that changed sides."""
    changed = pair.comparison.mcnemar.changed
    if not sides:
        return
    title = f"{changed:,} samples changed sides" + (f"; the first {len(sides)}" if len(sides) < changed else "")
    show_table(
        ("sample", "gold", "A", "B", "right"),
        ((one.sample, one.gold, one.a, one.b, one.right.upper()) for one in sides),
        title=title,
    )


def show_pairs(pairs: Sequence[RunPair]) -> None:
    """Every two of several runs."""
    clustered = any(pair.comparison.permutation is not None for pair in pairs)
    permuted = ("#clusters permuted p", "#by Holm") if clustered else ()
    metrics = [one.metric for one in pairs[0].comparison.differences]
    show_table(
        ("A", "B", "#n", *(f"#{name} A − B" for name in metrics), "#b", "#c", "#McNemar p", "#by Holm", *permuted),
        (_pair_row(pair, clustered=clustered) for pair in pairs),
    )
    show(intervals_line(pairs[0].comparison.interval))
    for pair in pairs:
        show(f"{pair.a} → {pair.b}: {'; '.join(pair.differs) or 'no difference of spec'}")


def _pair_row(pair: RunPair, *, clustered: bool) -> tuple[object, ...]:
    exact, test = pair.comparison.mcnemar, pair.comparison.permutation
    permuted = (p_value(test.p if test else None), p_value(pair.permutation_p_holm)) if clustered else ()
    return (
        *(pair.a, pair.b, f"{pair.comparison.n:,}"),
        *(with_interval_words(one) for one in pair.comparison.differences),
        *(exact.b, exact.c, p_value(exact.p), p_value(pair.p_holm), *permuted),
    )


def with_interval_words(one: Difference) -> str:
    """A difference and its interval in one cell."""
    interval = points_interval(one.low, one.high)
    return points(one.value) + (f" ({interval})" if interval else "")


def show_steadiness(steady: Steadiness, headline: Sequence[str]) -> None:
    """How far runs agree that ask the same, and what they score together."""
    agreement = steady.agreement
    kappa = "–" if agreement.fleiss.value is None else f"{agreement.fleiss.value:.2f}"
    what = "repeats" if steady.orders == 1 else f"runs in {steady.orders} orders of the labels"
    show(
        f"{len(steady.runs)} {what}, {agreement.n:,} samples answered in all: two of them agree on "
        f"{percent(agreement.pairwise)} %, all on {share(agreement.unanimous)}; Fleiss' kappa {kappa}"
    )
    show_table(
        ("together", "#coverage", *(f"#{name}" for name in headline)),
        (
            (name, percent(scores.coverage), *(percent_with_interval(scores.metrics[one]) for one in headline))
            for name, scores in steady.ensembles.items()
        ),
    )
