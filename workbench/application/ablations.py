"""Ablations: the same question asked in several ways that differ in one thing."""

from collections.abc import Sequence

from workbench.application.context import Context
from workbench.domain.runs import Run, RunSpec
from workbench.domain.scoring.protocols import Protocol
from workbench.pipeline import ablation
from workbench.pipeline.ablation import ORDERS, Ablation, Arm, ArmResult, Axis
from workbench.pipeline.ablation import as_json as ablation_json
from workbench.storage.samples import load_card

__all__ = ["ORDERS", "Ablation", "Arm", "ArmResult", "Axis", "ablation_json", "plan_arms", "score_arms"]


def plan_arms(context: Context, base: RunSpec, name: str, axis: Axis, values: Sequence[str]) -> list[Arm]:
    """The arms of an ablation around a run spec, with the runs that are there already.

    Raises UsageError for a value that the axis does not have, for one given twice, for fewer than two, and where a
    name is taken by a run of another spec.
    """
    with context.workspace() as db:
        return ablation.plan_arms(db, load_card(db, base.dataset), base, name, axis, values)


def score_arms(context: Context, axis: Axis, arms: Sequence[tuple[Arm, Run]], protocol: Protocol) -> Ablation:
    """Score each arm's run, and compare it with the first one's, with Holm's adjustment over these comparisons."""
    with context.workspace() as db:
        return ablation.score_arms(db, load_card(db, arms[0][1].dataset), axis, arms, protocol)
