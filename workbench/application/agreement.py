"""How far the reviewers of a run agree with each other and with gold."""

from workbench.application.context import Context
from workbench.domain.runs import Run
from workbench.pipeline.scoring import reviewer_agreement
from workbench.pipeline.scoring.reviewer_agreement import Conflict, RunAgreement, agreement_json
from workbench.storage.samples import load_card

__all__ = ["Conflict", "RunAgreement", "agree_run", "agreement_json"]


def agree_run(context: Context, run: Run) -> RunAgreement:
    """Compute agreement and doubts about gold. A run without reviews has no reviewers and no conflicts."""
    with context.workspace() as db:
        return reviewer_agreement.agree_run(db, load_card(db, run.dataset), run)
