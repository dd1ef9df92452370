"""The scores of a run."""

from collections.abc import Mapping

from workbench.application.context import Context
from workbench.domain.figure_words import percent
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Against, Neutral, Protocol
from workbench.pipeline.scoring import run_scores
from workbench.pipeline.scoring.answer_rates import Rates, most_refused
from workbench.pipeline.scoring.published_figures import PublishedFigure, gpt4v_words
from workbench.pipeline.scoring.run_scores import PositionScores, RunScores, scores_json
from workbench.storage.cases.confusions import count_confusion
from workbench.storage.samples import load_card

__all__ = [
    "PositionScores",
    "PublishedFigure",
    "Rates",
    "RunScores",
    "confusion_counts",
    "counts_of_run",
    "gpt4v_words",
    "most_refused",
    "score_run",
    "scores_json",
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
