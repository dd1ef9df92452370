"""Comparisons of runs as people read them. Differences are A minus B, in points of per cent."""

from collections.abc import Sequence

from workbench.application.comparisons import ChangedSample, OrderControl, RunComparison, RunPair, Steadiness
from workbench.cli.output import show, show_table
from workbench.domain.figure_words import interval, p_value, percent, points, points_interval
from workbench.domain.scoring.comparison import Difference
from workbench.domain.scoring.intervals import MetricValue


def show_head(found: RunComparison) -> None:
    """What is compared, and by which rules."""
    show(f"{found.dataset}, protocol {found.protocol}: {found.rule}")
    if len(found.pairs) == 1:
        [pair] = found.pairs
        show(f"A is {pair.a}, B is {pair.b}; their specs differ in: {'; '.join(pair.differs) or 'nothing'}")
        show(counts_line(pair))


def counts_line(pair: RunPair) -> str:
    """How many samples are compared, and how many are not."""
    parts = [f"compared {pair.comparison.n:,} samples that count in both"]
    if pair.left_out:
        parts.append(f"left out {pair.left_out:,} that both planned and that do not count in both")
    parts.extend(
        f"{count:,} planned by {name} alone" for name, count in ((pair.a, pair.only_a), (pair.b, pair.only_b)) if count
    )
    return "; ".join(parts)


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
    show(f"intervals: {compared.interval or 'none, since nothing counts'}")


def show_tests(pair: RunPair, control: OrderControl | None = None) -> None:
    """The paired tests of two runs, and how often they say the same."""
    compared, exact = pair.comparison, pair.comparison.mcnemar
    if (robust := compared.robust) is not None:
        how = "samples" if robust.clusters is None else f"{robust.clusters:,} clusters"
        show(
            f"accuracy by t over {how}: standard error {100 * robust.standard_error:.2f}, "
            f"95 % interval {points_interval(robust.low, robust.high)}"
        )
    show(f"exact McNemar: {exact.b:,} right in A alone, {exact.c:,} in B alone, p {p_value(exact.p)}")
    if compared.permutation is not None:
        test = compared.permutation
        show(f"permutation of {test.clusters:,} whole clusters: p {p_value(test.p)}")
    show(_same_line(pair))
    if control is not None:
        show(
            f"under the same order, {control.a} and {control.b} differ in "
            f"{share(control.answers.flip_rate)} of {control.answers.n:,}"
        )


def _same_line(pair: RunPair) -> str:
    answers = pair.answers
    kappa = "–" if answers.kappa.value is None else f"{answers.kappa.value:.2f}"
    return (
        f"of {answers.n:,} samples that both answered, the first choice differs in {share(answers.flip_rate)}; "
        f"Cohen's kappa {kappa}"
    )


def share(value: MetricValue) -> str:
    """A share with its interval, in a sentence."""
    if value.value is None:
        return "–"
    return f"{percent(value.value)} % ({interval(value.low, value.high)})"


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
    show(f"intervals: {pairs[0].comparison.interval or 'none, since nothing counts'}")
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
