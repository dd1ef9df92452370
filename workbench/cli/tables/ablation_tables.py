"""Ablations as people read them, laid out as Tables 8 to 10 of the paper: an arm per row."""

from collections.abc import Sequence

from workbench.application.comparisons import Ablation, Arm, ArmResult, Axis
from workbench.application.run_setup import RunPlan
from workbench.cli.output import say, show, show_table
from workbench.cli.tables.comparison_tables import percent_with_interval, with_interval_words
from workbench.domain.figure_words import dollars, p_value, percent
from workbench.domain.score_words import share
from workbench.domain.scoring.comparison import Comparison


def show_arm_plans(axis: Axis, plans: Sequence[tuple[Arm, RunPlan]]) -> None:
    """What each arm would still ask, and what all of them together."""
    estimates = [plan.estimate for _, plan in plans]
    costs = [one.cost_usd for one in estimates if one.requests]
    total_usd = None if None in costs else sum(cost for cost in costs if cost is not None)
    show_table(
        (str(axis), "run", "", "#samples", "#requests", "#tokens", "#cost"),
        (
            *((arm.value, arm.name, _state(arm, plan), *_amounts(plan)) for arm, plan in plans),
            (
                *("all", "", "", f"{sum(one.samples for one in estimates):,}"),
                f"{sum(one.requests for one in estimates):,}",
                f"{sum(one.prompt_tokens + one.completion_tokens for one in estimates):,}",
                dollars(total_usd),
            ),
        ),
    )
    say("nothing was sent; repeats and splits after refusals come on top, and so does what a model thinks")


def _state(arm: Arm, plan: RunPlan) -> str:
    if arm.run is None:
        return "new"
    if not plan.estimate.requests:
        return "asked already"
    return "goes on"


def _amounts(plan: RunPlan) -> tuple[str, str, str, str]:
    one = plan.estimate
    if not one.requests:
        return "0", "0", "0", ""
    return (
        f"{one.samples:,}",
        f"{one.requests:,}",
        f"{one.prompt_tokens + one.completion_tokens:,}",
        dollars(one.cost_usd),
    )


def show_ablation(found: Ablation) -> None:
    """What each arm scores, then what it adds to the first."""
    show(f"{found.dataset} by {found.axis}, protocol {found.protocol}: {found.rule}")
    headline = found.arms[0].scores.headline
    published = any(one.published for one in found.arms)
    show_table(
        (
            *(str(found.axis), "#n", "#coverage"),
            *(f"#{name}" for name in headline),
            *(("#the paper's",) if published else ()),
        ),
        (
            (
                *(one.arm.value, f"{one.scores.scores.counted:,}", percent(one.scores.scores.coverage)),
                *(percent_with_interval(one.scores.scores.metrics[name]) for name in headline),
                *((_papers(one, headline),) if published else ()),
            )
            for one in found.arms
        ),
    )
    show(f"intervals: {found.arms[0].scores.scores.interval or 'none, since nothing counts'}")
    show(f"runs: {', '.join(one.scores.run for one in found.arms)}")
    _show_differences(found)
    if found.control is not None:
        control = found.control
        flips = control.answers
        show(f"under the same order, {control.a} and {control.b} differ in {share(flips.flip_rate)} of {flips.n:,}")


def _show_differences(found: Ablation) -> None:
    first = found.arms[0]
    pairs = [(one.arm.value, one.pair) for one in found.arms if one.pair is not None]
    compared = pairs[0][1].comparison
    clustered = any(pair.comparison.permutation is not None for _, pair in pairs)
    minus = f"minus {first.arm.value}"
    show_table(
        (minus, "#n", *(f"#{one.metric}" for one in compared.differences), "#other answer"),
        (
            (
                *(value, f"{pair.comparison.n:,}", *(with_interval_words(one) for one in pair.comparison.differences)),
                share(pair.answers.flip_rate),
            )
            for value, pair in pairs
        ),
    )
    show(f"intervals: {compared.interval or 'none, since nothing counts'}")
    show_table(
        (
            *(minus, "#gained", "#lost", "#McNemar p", "#by Holm"),
            *(("#clusters permuted p", "#by Holm") if clustered else ()),
        ),
        (
            (
                *(value, pair.comparison.mcnemar.b, pair.comparison.mcnemar.c),
                *(p_value(pair.comparison.mcnemar.p), p_value(pair.p_holm)),
                *((_clusters_p(pair.comparison), p_value(pair.permutation_p_holm)) if clustered else ()),
            )
            for value, pair in pairs
        ),
    )
    for value, pair in pairs:
        if pair.only_a or pair.only_b:
            show(f"{value} and {first.arm.value} share {pair.shared:,} samples; the others are not compared")


def _clusters_p(compared: Comparison) -> str:
    return p_value(None if compared.permutation is None else compared.permutation.p)


def _papers(one: ArmResult, headline: Sequence[str]) -> str:
    return ", ".join(percent(one.published[name]) for name in headline if name in one.published)
