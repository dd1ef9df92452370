"""The scores of runs, the agreement of their reviewers, and the paper's figures computed again."""

from collections.abc import Mapping

from workbench.application.context import Context
from workbench.domain.figure_words import percent
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Against, Neutral, Protocol
from workbench.pipeline.reproducing.published_cells import PublishedCell, Reproduction, reproduce, reproduction_json
from workbench.pipeline.reproducing.sensitivity import CellSensitivity, Sensitivity, sensitivity_json, vary
from workbench.pipeline.scoring import reviewer_agreement, run_scores
from workbench.pipeline.scoring.answer_rates import Rates, most_refused
from workbench.pipeline.scoring.published_figures import PublishedFigure, gpt4v_words
from workbench.pipeline.scoring.reviewer_agreement import Conflict, RunAgreement, agreement_json
from workbench.pipeline.scoring.run_scores import PositionScores, RunScores, scores_json
from workbench.storage.cases.confusions import count_confusion
from workbench.storage.samples import load_card

__all__ = [
    "CellSensitivity",
    "Conflict",
    "PositionScores",
    "PublishedCell",
    "PublishedFigure",
    "Rates",
    "Reproduction",
    "RunAgreement",
    "RunScores",
    "Sensitivity",
    "agree_run",
    "agreement_json",
    "confusion_counts",
    "counts_of_run",
    "gpt4v_words",
    "most_refused",
    "reproduce",
    "reproduction_json",
    "score_run",
    "scores_json",
    "sensitivity_json",
    "vary",
]


def score_run(
    context: Context,
    run: Run,
    protocol: Protocol = Protocol.STRICT,
    *,
    neutral: Neutral | None = None,
    against: Against = Against.GOLD,
    with_intervals: bool = True,
) -> RunScores:
    """Score a run as it is in the workspace now. `neutral` replaces the protocol's own rule for neutral answers.

    Raises UsageError for a neutral rule where the data set is not scored by sign.
    """
    with context.workspace() as db:
        card = load_card(db, run.dataset)
        return run_scores.score_run(
            db, card, run, protocol, neutral=neutral, against=against, with_intervals=with_intervals
        )


def confusion_counts(context: Context, run: Run) -> Mapping[tuple[str, str], int]:
    """The number of samples for each pair of gold label and first answer, whatever the protocol.

    The answer is an empty string where there is none.
    """
    with context.workspace() as db:
        return count_confusion(db, run.id)


def agree_run(context: Context, run: Run) -> RunAgreement:
    """Compute the agreement of a run's reviewers, and their doubts about gold.

    A run without reviews has no reviewers and no conflicts.
    """
    with context.workspace() as db:
        return reviewer_agreement.agree_run(db, load_card(db, run.dataset), run)


def counts_of_run(run_scores: RunScores) -> str:
    """How many samples the scores are of, in a line."""
    scores = run_scores.scores
    parts = [
        f"planned {scores.planned:,}",
        f"answered {scores.answered:,}",
        f"coverage {percent(scores.coverage)} %",
        f"counted {scores.counted:,}",
    ]
    if run_scores.unscored:
        parts.append(f"not scored for their gold label {run_scores.unscored:,}")
    if run_scores.pending:
        parts.append(f"still to come {run_scores.pending:,}")
    return ", ".join(parts)
