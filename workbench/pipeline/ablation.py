"""Ablations: the same question asked in variants that differ in one option, as in Tables 8 to 10 of the paper.

Each variant is an arm, and each arm is a run like any other. All arms ask about the same samples in the same seeded
order and share the cache of frames. An arm that has a run already, under whatever name, is not sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.labels import CARD_ORDER, REVERSED
from workbench.domain.datasets.tasks import FramePolicy, FrameRule
from workbench.domain.runs import Colour, Run, RunSpec, RunState, run_key
from workbench.domain.scoring.protocols import Protocol, rules_of
from workbench.errors import UsageError
from workbench.pipeline.scoring.published_figures import published_for
from workbench.pipeline.scoring.repeats import OrderControl, control_json, order_control
from workbench.pipeline.scoring.run_comparison import RunPair, compare_two, pair_json, with_holm
from workbench.pipeline.scoring.run_scores import RunScores, score_run
from workbench.storage.runs.run_records import load_runs
from workbench.storage.workspace.database import Database


class Axis(StrEnum):
    """The one option in which the arms differ."""

    COLOUR = "colour"
    FRAMES = "frames"
    MODALITY = "modality"
    BATCH_SIZE = "batch-size"
    OPTION_ORDER = "option-order"


PAPERS_MODEL: Final = "GPT-4V"
ORDERS: Final = (CARD_ORDER, REVERSED, "shuffled:1", "shuffled:2")
"""The arms of `option-order`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One variant."""

    value: str
    """Its value of the option, as people write it."""
    name: str
    """The name of its run, which may still have to be made."""
    spec: RunSpec
    run: Run | None
    """The run of this spec, where there is one."""
    is_reused: bool
    """Whether that run was made under another name than this arm's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmResult:
    """The scores of an arm."""

    arm: Arm
    scores: RunScores
    pair: RunPair | None
    """This arm as A beside the first as B, so that a difference is what it adds; None for the first itself."""
    published: Mapping[str, float]
    """The paper's own figures for this arm, by metric, as fractions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """All arms; the others are compared with the first one."""

    dataset: str
    axis: Axis
    protocol: Protocol
    rule: str
    arms: tuple[ArmResult, ...]
    control: OrderControl | None
    """With `option-order`: two runs of one order, where there is a repeat."""


def plan_arms(
    db: Database, card: DatasetCard, base: RunSpec, name: str, axis: Axis, values: Sequence[str]
) -> list[Arm]:
    """The arms of an ablation around a run spec, with the runs that are there already.

    Raises UsageError for a value that the axis does not have, for one given twice, and for fewer than two.
    """
    specs = {_written(axis, value): _with_value(card, base, axis, value) for value in values}
    if len(specs) < len(values):
        raise UsageError(f"the same {axis} is given twice: {', '.join(values)}")
    if len(specs) < 2:
        raise UsageError(f"an ablation compares two or more; give --{axis} several values with commas between")
    known = load_runs(db, card.key)
    return [_arm(known, f"{name}.{axis}={_in_names(value)}", value, spec) for value, spec in specs.items()]


def score_arms(
    db: Database, card: DatasetCard, axis: Axis, arms: Sequence[tuple[Arm, Run]], protocol: Protocol = Protocol.STRICT
) -> Ablation:
    """Score each arm's run, and compare it with the first's, with Holm's adjustment over these comparisons."""
    rules = rules_of(protocol, card)
    first = arms[0][1]
    pairs = with_holm([compare_two(db, card, run, first, rules) for _, run in arms[1:]])
    results = tuple(
        ArmResult(
            arm=arm,
            scores=score_run(db, card, run, protocol),
            pair=pair,
            published=_published(card, axis, arm.value),
        )
        for (arm, run), pair in zip(arms, (None, *pairs), strict=True)
    )
    control = order_control(db, card, first, arms[1][1]) if axis is Axis.OPTION_ORDER else None
    return Ablation(
        dataset=card.key, axis=axis, protocol=protocol, rule=rules.in_words(card), arms=results, control=control
    )


def as_json(found: Ablation) -> dict[str, Any]:
    """An ablation as plain values, ratios as fractions. Differences are an arm minus the first."""
    return {
        "dataset": found.dataset,
        "axis": str(found.axis),
        "protocol": str(found.protocol),
        "rule": found.rule,
        "arms": [_arm_json(one) for one in found.arms],
        "same_order_control": control_json(found.control),
    }


def _arm_json(one: ArmResult) -> dict[str, Any]:
    scores = one.scores.scores
    return {
        "arm": one.arm.value,
        "run": one.scores.run,
        "reused": one.arm.is_reused,
        "planned": scores.planned,
        "answered": scores.answered,
        "coverage": scores.coverage,
        "metrics": {name: asdict(value) for name, value in scores.metrics.items()},
        "published": dict(one.published),
        "against_first": None
        if one.pair is None
        else pair_json(one.pair) | {"p_holm": one.pair.p_holm, "permutation_p_holm": one.pair.permutation_p_holm},
    }


def _written(axis: Axis, value: str) -> str:
    """A value as tables show it. Raises UsageError for one that the axis does not have."""
    word = value.strip().lower()
    if axis is Axis.FRAMES:
        return str(_policy(word))
    if axis is Axis.BATCH_SIZE:
        if not word.isdecimal() or int(word) < 1:
            raise UsageError(f"{value!r} is no batch size; give whole numbers from 1")
        return str(int(word))
    if axis is Axis.COLOUR and word not in set(Colour):
        raise UsageError(f"{value!r} is no colour; use {' or '.join(Colour)}")
    return word


def _policy(word: str) -> FramePolicy:
    """A frame policy; a bare number n stands for `uniform(n)`."""
    try:
        return FramePolicy.parse(f"uniform({word})" if word.isdecimal() else word)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _with_value(card: DatasetCard, base: RunSpec, axis: Axis, value: str) -> RunSpec:
    word = _written(axis, value)
    match axis:
        case Axis.COLOUR:
            return replace(base, colour=Colour(word))
        case Axis.FRAMES:
            return replace(base, frames=word)
        case Axis.MODALITY:
            return replace(base, modality=word)
        case Axis.BATCH_SIZE:
            return replace(base, batch_size=int(word))
        case Axis.OPTION_ORDER:
            return replace(base, labels=card.labels.ordered(word).names)


def _in_names(value: str) -> str:
    """A value as a part of a run's name, so that no shell needs quotes: `uniform(3)` is 3, `last(2)` is last2."""
    return value.removeprefix(FrameRule.UNIFORM).replace("(", "").replace(")", "")


def _arm(known: Sequence[Run], name: str, value: str, spec: RunSpec) -> Arm:
    key = run_key(spec)
    alike = [run for run in known if run.spec_hash == key]
    run = min(alike, key=lambda one: (one.state is not RunState.DONE, one.name != name), default=None)
    return Arm(
        value=value,
        name=name if run is None else run.name,
        spec=spec,
        run=run,
        is_reused=run is not None and run.name != name,
    )


def _published(card: DatasetCard, axis: Axis, value: str) -> dict[str, float]:
    """The paper's own figures for a data set under this condition; Table 9 counts frames as `frames=2`."""
    variant = f"frames={_in_names(value)}" if axis is Axis.FRAMES else value
    return {
        figure.metric: figure.value
        for figure in published_for(card.key)
        if figure.method == PAPERS_MODEL and figure.variant == variant
    }
