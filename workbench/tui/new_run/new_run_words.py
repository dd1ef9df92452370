"""What a new run would take, and what a person says yes to, in words."""

from typing import Final

from workbench.application.new_runs import NewRunPlan, ReadyNewRun
from workbench.domain.figure_words import dollars, duration
from workbench.domain.visible import visible

_SOME: Final = 2
_LONGEST_LICENCE: Final = 120


def estimate_words(plan: NewRunPlan) -> str:
    """How much, at what cost, for how long: `300 samples in 15 requests, about 40,000 tokens, $0.12, 40 s`."""
    if not plan.runs:
        return "every run of it is done already"
    runs = f" in {len(plan.runs)} runs" if len(plan.runs) > 1 else ""
    left_out = f" ({plan.left_out} more are done already)" if plan.left_out else ""
    cost = "cost unknown" if plan.cost_usd is None else dollars(plan.cost_usd)
    return (
        f"{_counted(plan.samples, 'sample')}{runs}{left_out}, {_counted(plan.requests, 'request')}, "
        f"about {plan.tokens:,} tokens, {cost}, {duration(60 * plan.minutes)}"
    )


def assumed_words(plan: NewRunPlan) -> str:
    """The first assumptions behind the figures."""
    notes = list(dict.fromkeys(note for one in plan.runs for note in one.estimate.assumed))
    return visible("; ".join(notes[:_SOME]), longest=240) if notes else ""


def question_words(ready: ReadyNewRun) -> str:
    """What a person says yes to: how much, at what cost, where to, under which licence, and what to know before."""
    options = ready.plan.new.options
    where = f" at {', '.join(ready.hosts)}" if ready.hosts else " on this machine"
    question = f"Send it? {estimate_words(ready.plan)}, to {visible(options.model or '', longest=60)}{where}."
    if ready.destinations:
        first = ready.destinations[0]
        licence = visible(first.card.licence, longest=_LONGEST_LICENCE)
        question += f" {first.what.capitalize()} leave this machine; their licence: {licence}."
    return " ".join([question, *(f"Note: {visible(words, longest=120)}." for words in ready.warnings)])


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
