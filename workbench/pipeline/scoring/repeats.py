"""Checks of the method by runs that send the same again: repeats, and other orders of the labels.

A repeat sends the very same requests, so that all differences are noise of the endpoint. It is the control for every
other comparison: the share of answers that change under another order of the labels means something only beside the
share that changes when nothing was changed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.json_values import json_value
from workbench.domain.predictions import as_prediction
from workbench.domain.runs import Run, RunSpec
from workbench.domain.scoring.counting import answer_of, count_answers, has_answer
from workbench.domain.scoring.protocols import Answer, Protocol, rules_of
from workbench.domain.scoring.repeat_agreement import (
    ENSEMBLES,
    Ensemble,
    RepeatAgreement,
    SameAnswers,
    repeat_agreement,
)
from workbench.domain.scoring.scores import Scores, compute_scores
from workbench.pipeline.scoring.run_comparison import same_answers_of
from workbench.storage.runs.run_answers import read_shared
from workbench.storage.runs.run_records import load_runs
from workbench.storage.workspace.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Steadiness:
    """How far runs that send the same agree, and what they answer together."""

    runs: tuple[str, ...]
    shared: int
    """Samples that all of the runs planned."""
    orders: int
    """How many different orders of the labels the runs have."""
    agreement: RepeatAgreement
    ensembles: dict[str, Scores]
    """Name of the rule (`majority`, `borda`) to the scores of the answers that it gives, as if they were one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderControl:
    """How often answers differ between two runs with the same order of labels."""

    a: str
    b: str
    answers: SameAnswers


def differ_in_order(a: RunSpec, b: RunSpec) -> bool:
    """Whether two specs differ in the order of their labels, and in nothing else but the repeat."""
    return a.labels != b.labels and _but(a, labels=True) == _but(b, labels=True)


def are_steady(runs: Sequence[Run]) -> bool:
    """Whether there are two runs or more, and all send the same but for the repeat or the order of the labels."""
    return len({_but(run.spec, labels=True) for run in runs}) == 1 < len(runs)


def repeats_of(db: Database, run: Run) -> list[Run]:
    """The run and all its repeats, by number."""
    repeats = [one for one in load_runs(db, run.dataset) if _but(one.spec) == _but(run.spec)]
    return sorted(repeats, key=lambda one: (one.spec.repeat, one.id))


def order_control(db: Database, card: DatasetCard, a: Run, b: Run) -> OrderControl | None:
    """How often answers differ between A and a repeat of A, else between B and a repeat of B.

    None where no repeat answered any of the same samples.
    """
    for run in (a, b):
        for other in repeats_of(db, run):
            if other.id != run.id and (answers := same_answers_of(db, card, run, other)).n:
                return OrderControl(a=run.name, b=other.name, answers=answers)
    return None


def measure_steadiness(
    db: Database, card: DatasetCard, runs: Sequence[Run], protocol: Protocol = Protocol.STRICT
) -> Steadiness:
    """Agreement of two runs or more, and the scores of their ensembles under a protocol."""
    counts = Counter(sample.answers for sample in read_shared(db, [run.id for run in runs], whole_rankings=True))
    choices = Counter[tuple[str, ...]]()
    for answers, times in counts.items():
        if all(has_answer(one) for one in answers):
            choices[tuple(one.top1 for one in answers if one.top1 is not None)] += times
    return Steadiness(
        runs=tuple(run.name for run in runs),
        shared=counts.total(),
        orders=len({run.spec.labels for run in runs}),
        agreement=repeat_agreement(choices),
        ensembles={name: _scores(card, counts, rule, protocol) for name, rule in ENSEMBLES.items()},
    )


def steadiness_json(found: Steadiness) -> dict[str, Any]:
    """The same as values for JSON, ratios as fractions."""
    names = ("planned", "answered", "coverage", "metrics")
    ensembles = {
        name: {one: json_value(getattr(scores, one)) for one in names} for name, scores in found.ensembles.items()
    }
    return {**json_value(found), "ensembles": ensembles}


def control_json(control: OrderControl | None) -> dict[str, Any] | None:
    """A control as values for JSON; None where there is none."""
    if control is None:
        return None
    answers = control.answers
    return {"runs": [control.a, control.b], "n": answers.n, "flip_rate": json_value(answers.flip_rate)}


def _but(spec: RunSpec, *, labels: bool = False) -> RunSpec:
    """The spec as that of the first repeat; with `labels`, also with the labels in alphabetic order."""
    return replace(spec, repeat=1, labels=tuple(sorted(spec.labels)) if labels else spec.labels)


def _scores(card: DatasetCard, counts: Counter[tuple[Answer, ...]], rule: Ensemble, protocol: Protocol) -> Scores:
    together = [_together(card, answers, rule, times) for answers, times in counts.items()]
    return compute_scores(count_answers(card, rules_of(protocol, card), together), clustered_by=card.cluster)


def _together(card: DatasetCard, answers: Sequence[Answer], rule: Ensemble, times: int) -> Answer:
    """Several runs' answers about a sample as one; runs without an answer have no vote. If none has one, the first."""
    ranking = rule([one.ranking for one in answers if has_answer(one)], card.labels.names)
    if not ranking:
        return replace(answers[0], count=times)
    first, prediction = answers[0], as_prediction(card, ranking)
    return answer_of(card, first.gold, prediction, cluster=first.cluster, first_status=first.first_status, count=times)
