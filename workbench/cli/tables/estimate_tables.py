"""What a run will take, told before it, and what it took, laid beside that after it."""

from collections.abc import Sequence
from typing import Any, Final

from workbench.application.endpoints import Connection
from workbench.application.run_setup import Estimate, RunPlan
from workbench.cli.output import say, show
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Modality
from workbench.domain.figure_words import dollars
from workbench.domain.prices import Price
from workbench.domain.run_status import RunTotals

_DAY_MINUTES: Final = 24 * 60.0
_UNITS: Final = ((1.5, 60.0, "s"), (90.0, 1.0, "min"), (1.5 * _DAY_MINUTES, 1 / 60, "h"))
"""Below so many minutes, a duration is told in the unit of which a minute has so many."""


def show_plans(plans: Sequence[RunPlan], card: DatasetCard, connection: Connection, budget_usd: float | None) -> None:
    """What each run would still ask, and what that takes; nothing is sent."""
    for one in plans:
        _show_plan(one, card, connection, budget_usd)
    sent = [one.estimate for one in plans if one.estimate.requests]
    for note in dict.fromkeys(note for estimate in sent for note in estimate.assumed):
        say(f"assumed: {note}")
    if sent:
        say("repeats and splits after refusals come on top, and so does what a model thinks before it answers")


def plan_json(plan: RunPlan, connection: Connection) -> dict[str, Any]:
    """A plan in the shape of `--json`."""
    hosts = [endpoint.host for endpoint in connection.endpoints]
    return {
        "dataset": plan.spec.dataset,
        "run": plan.name,
        "endpoint": plan.spec.endpoint,
        "host": hosts[0],
        "hosts": hosts,
        "model": plan.spec.model,
        "prompt": plan.spec.prompt,
        "frames": plan.spec.frames,
        "planned": plan.planned,
    } | plan.estimate.as_json()


def _show_plan(plan: RunPlan, card: DatasetCard, connection: Connection, budget_usd: float | None) -> None:
    spec, estimate = plan.spec, plan.estimate
    if not estimate.requests:
        show(f"{card.title}: run {plan.name} has asked about all of its {plan.planned:,} samples; nothing was sent")
        return
    samples = f"{estimate.samples:,} of {plan.planned:,}" if plan.before else f"{plan.planned:,}"
    show(f"{card.title}: {samples} samples in {estimate.requests:,} requests of up to {spec.batch_size}")
    sent = f"frames {spec.frames}" if Modality(spec.modality).has_pictures else "text alone"
    hosts = ", ".join(endpoint.host for endpoint in connection.endpoints)
    show(f"  to {spec.model} at {hosts}, prompt {spec.prompt}, {sent}; nothing was sent")
    for line in _plan_lines(estimate, plan.price, _left_usd(budget_usd, plan.before)):
        show(f"  {line}")


def estimate_lines(
    estimate: Estimate, after: RunTotals, *, before: RunTotals | None = None, elapsed_s: float | None = None
) -> list[str]:
    """What a run took beside what was estimated, as lines of a small table.

    `before` is the run's progress when it was estimated and `elapsed_s` the time since: a resumed run has spent
    before, and that was not estimated.
    """
    settled = after.settled - (before.settled if before else 0)
    prompt_tokens = after.prompt_tokens - (before.prompt_tokens if before else 0)
    completion_tokens = after.completion_tokens - (before.completion_tokens if before else 0)
    is_told = prompt_tokens + completion_tokens > 0  # not every server reports its usage
    rows = [
        ("requests", estimate.requests, after.requests - (before.requests if before else 0), _whole),
        ("tokens in", estimate.prompt_tokens, prompt_tokens if is_told else None, _whole),
        ("tokens out", estimate.completion_tokens, completion_tokens if is_told else None, _whole),
        ("cost", estimate.cost_usd, _spent_usd(before, after), dollars),
        ("time", estimate.minutes, None if elapsed_s is None else elapsed_s / 60, _duration),
    ]
    cells = [("", "estimated", "actual", ""), *((name, form(a), form(b), _share(a, b)) for name, a, b, form in rows)]
    lines = [f"{name:<10} {guess:>12} {fact:>12} {share:>9}".rstrip() for name, guess, fact, share in cells]
    if settled < estimate.samples:
        lines.append(f"{settled:,} of the {estimate.samples:,} samples that were estimated are settled")
    return lines


def _plan_lines(estimate: Estimate, price: Price | None, left_usd: float | None) -> list[str]:
    pictures = f" ({estimate.image_tokens:,} of them pictures)" if estimate.image_tokens else ""
    lines = [f"tokens  about {estimate.prompt_tokens:,} in{pictures} and {estimate.completion_tokens:,} out"]
    lines.append(f"cost    {dollars(estimate.cost_usd)}{_rate(price) if price is not None else ''}")
    if left_usd is not None and estimate.cost_usd is not None and estimate.cost_usd > left_usd:
        lines.append(f"        more than the {dollars(left_usd)} that the budget leaves: the run will pause on the way")
    lines.append(f"time    {_duration(estimate.minutes)}, decided by {estimate.bound_by}")
    return lines


def _rate(price: Price) -> str:
    read = ", ".join(filter(None, (price.source, price.read_on)))
    if price.input_usd == price.output_usd == 0:
        return f" ({read})"
    return f", at ${price.input_usd:,.2f} in and ${price.output_usd:,.2f} out for a million tokens ({read})"


def _left_usd(budget_usd: float | None, before: RunTotals | None) -> float | None:
    if budget_usd is None:
        return None
    return max(budget_usd - (before.cost_usd or 0.0 if before else 0.0), 0.0)


def _spent_usd(before: RunTotals | None, after: RunTotals) -> float | None:
    if before is None or before.requests == 0:
        return after.cost_usd
    return None if after.cost_usd is None or before.cost_usd is None else after.cost_usd - before.cost_usd


def _whole(number: float | None) -> str:
    return "not told" if number is None else f"{number:,.0f}"


def _duration(minutes: float | None) -> str:
    """Minutes in the unit in which people would say them."""
    if minutes is None:
        return "not told"
    for below, per_minute, unit in _UNITS:
        if minutes < below:
            return f"{minutes * per_minute:.3g} {unit}"
    return f"{minutes / _DAY_MINUTES:.3g} days"


def _share(estimated: float | None, actual: float | None) -> str:
    """How far the actual figure lies above or below the estimate."""
    return f"{100 * (actual / estimated - 1):+.0f} %" if estimated and actual is not None else ""
