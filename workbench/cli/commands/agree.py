"""`emowb agree`."""

from collections.abc import Iterator
from typing import Annotated

import typer

from workbench.application.agreement import Conflict, RunAgreement, agree_run, agreement_json
from workbench.application.datasets import find_card
from workbench.application.runs import choose_run
from workbench.cli.context import AsJson, Key, RunName, context_of
from workbench.cli.output import show, show_json, show_table, suggest
from workbench.domain.figure_words import interval, percent
from workbench.domain.scoring.agreement import Coefficient, PairAgreement
from workbench.domain.scoring.intervals import MetricValue
from workbench.errors import UsageError


def show_agreement(
    command: typer.Context,
    key: Key,
    *,
    run: RunName = None,
    conflicts: Annotated[
        int, typer.Option(min=0, metavar="N", help="The most conflicts to list; --json has all.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """Show how far reviewers agree, and how many gold labels they doubt.

    Shows the agreement of each reviewer with gold, of every two reviewers and of all (shares, Cohen's and Fleiss'
    kappa, Krippendorff's alpha); an estimate of the doubtful gold labels in the whole plan; and the samples on which
    reviewers contradict each other.

    \b
    Example:
        emowb agree rafdb --conflicts 5
    """
    context = context_of(command)
    found = agree_run(context, choose_run(context, find_card(context, key).key, run))
    opening = f"emowb open {found.dataset} --run {found.run}"
    if not found.reviewers:
        raise UsageError(f"run {found.run} has no verdict or label yet; reviewers give them in `{opening}`")
    if as_json:
        show_json(agreement_json(found))
        return
    _show_reviewers(found)
    _show_together(found)
    _show_noise(found)
    _show_conflicts(found.conflicts, conflicts)
    if found.conflicts:
        suggest(f"{opening}, then / and the id of a sample: {found.conflicts[0].sample}")
    else:
        suggest(opening)


def _show_reviewers(found: RunAgreement) -> None:
    show(f"{found.dataset} / {found.run}: {found.reviewed:,} of {found.planned:,} planned samples reviewed")
    show_table(
        ("reviewer", "#reviewed", "#labels", "#doubts without one"),
        ((one.reviewer, one.reviewed, one.labelled, one.doubts) for one in found.reviewers),
    )
    show("the verdicts 'model wrong' and 'both acceptable' count as gold's label, the others as no label")


def _show_together(found: RunAgreement) -> None:
    """Each reviewer with gold, every two, and all of them."""
    labels = found.labels
    show("shares of equal labels, and Cohen's kappa, over the samples that both labelled:")
    show_table(
        ("who", "#both", "#per cent", "#95 % interval", "#kappa", "#95 % interval"),
        (_pair_row(pair) for pair in (*labels.with_gold, *labels.pairs)),
    )
    if len(found.reviewers) == 1:
        show("there is one reviewer: agreement is with gold alone; agreement among reviewers needs a second one")
        return
    show_table(
        ("all reviewers", "#samples", "#value", "#95 % interval"),
        (
            ("equal labels, per cent", labels.paired, *_share(labels.unanimous)),
            ("Fleiss' kappa", *_coefficient_row(labels.fleiss)),
            ("Krippendorff's alpha", *_coefficient_row(labels.krippendorff)),
            ("Krippendorff's alpha, verdicts", *_coefficient_row(found.verdicts)),
        ),
    )


def _show_noise(found: RunAgreement) -> None:
    noise = found.noise
    estimate = percent(noise.value) if noise.value is not None else interval(noise.least, noise.most)
    bounds = interval(noise.low, noise.high)
    show(f"gold labels in doubt, per cent of the plan: {estimate}; 95 % interval {bounds}")
    if noise.value is None:
        show("a range, since for some kind of answer no sample is decided yet: all or none of those may be in doubt")
    if noise.naive is not None:
        share = percent(noise.naive)
        show(f"of the {noise.decided:,} decided samples it is {share} %, but reviewers look where models fail")
    if undecided := noise.reviewed - noise.decided:
        show(f"left out: {undecided:,} reviewed, on which reviewers are split or unsure, or whose media are bad")
    columns = ("#planned", "#decided", "#in doubt", "#per cent", "#95 % interval")
    show_table(
        ("the model was", *columns),
        (
            (one.stratum, one.planned, one.decided, one.doubted, percent(one.share), interval(one.low, one.high))
            for one in noise.strata
        ),
    )
    show_table(
        ("gold", *columns),
        (
            (label, one.planned, one.decided, one.doubted, percent(one.value), interval(one.low, one.high))
            for label, one in found.noise_by_class
        ),
    )


def _show_conflicts(conflicts: tuple[Conflict, ...], most: int) -> None:
    if not conflicts:
        show("no sample on which reviewers contradict each other")
        return
    shown = conflicts[:most]
    show(f"samples on which reviewers contradict each other: {len(conflicts):,}, {len(shown):,} of them shown")
    if shown:
        columns = ("sample", "gold", "top-1", "reviewer", "says", "note")
        show_table(columns, (row for conflict in shown for row in _conflict_lines(conflict)))


def _conflict_lines(conflict: Conflict) -> Iterator[tuple[str | None, ...]]:
    """A line for each reviewer; only the first one names the sample."""
    head: tuple[str, ...] = (conflict.sample, conflict.gold, conflict.top1 or "no answer")
    for opinion in conflict.opinions:
        says = ", ".join(word for word in (opinion.label, opinion.verdict) if word is not None)
        yield *head, opinion.reviewer, says, opinion.note
        head = ("", "", "")


def _pair_row(pair: PairAgreement) -> tuple[object, ...]:
    n, *kappa = _coefficient_row(pair.cohen)
    return f"{pair.first}, {pair.second}", n, *_share(pair.agreed), *kappa


def _share(share: MetricValue) -> tuple[str, str]:
    return percent(share.value), interval(share.low, share.high)


def _coefficient_row(one: Coefficient) -> tuple[str, ...]:
    """A coefficient is not in per cent. Where there is none, the reason takes the interval's place."""
    if one.value is None:
        return str(one.n), "–", one.why or ""
    bounds = "" if one.low is None or one.high is None else f"{one.low:.3f} to {one.high:.3f}"
    return str(one.n), f"{one.value:.3f}", bounds
