"""What the report says of the run before any figure: what was asked of whom, and by which rule it is scored."""

from dataclasses import dataclass
from typing import Final

from workbench import __version__
from workbench.domain.datasets.tasks import Modality
from workbench.domain.figure_words import percent
from workbench.domain.visible import visible
from workbench.export.source import Source
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.run_records import load_answerers

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Block:
    """Facts that belong together: names and what is said of each."""

    title: str
    facts: tuple[tuple[str, str], ...]


def about_blocks(source: Source) -> tuple[Block, ...]:
    """Everything that a reader needs to judge the figures."""
    return (
        Block("Run", _shown(_run(source))),
        Block("What was asked", _shown(_asked(source))),
        Block("What counts", _shown(_counts(source))),
    )


def _shown(facts: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, visible(value, longest=_LONGEST)) for name, value in facts.items() if value)


def _run(source: Source) -> dict[str, str | None]:
    run, progress = source.run, load_totals(source.db, source.run.id)
    answerers = load_answerers(source.db, run.id)
    others = set(answerers) - {run.spec.model}
    return {
        "Data set": f"{source.card.title} ({run.dataset})",
        "Licence": source.card.licence,
        "Run": f"{run.name}, {run.state}" + (f" ({run.reason})" if run.reason else ""),
        "Model": run.spec.model,
        "Answered by": ", ".join(f"{model} ({n:,} ×)" for model, n in answerers.items()) if others else None,
        "Endpoint": run.spec.endpoint,
        "Requests": f"{progress.requests:,}"
        + (f", of which {progress.unseen:,} without a known reply" if progress.unseen else ""),
        "Tokens": f"{progress.prompt_tokens:,} in, {progress.completion_tokens:,} out",
        "Cost": "unknown" if progress.cost_usd is None else f"${progress.cost_usd:,.4f}",
        "Made": _moment(run.created_at),
        "Last changed": _moment(run.changed_at),
        "Report by": f"emowb {__version__}",
    }


def _asked(source: Source) -> dict[str, str | None]:
    spec = source.run.spec
    if spec.is_loaded:
        return {"Predictions": "made elsewhere and loaded; how they were asked for is not known", "From": spec.prompt}
    has_pictures = Modality(spec.modality).has_pictures
    return {
        "Prompt": spec.prompt,
        "Modality": spec.modality,
        "Frames": spec.frames if has_pictures else None,
        "Pictures": f"{spec.colour}, at most {spec.longest_side_px:,} px, detail {spec.detail}"
        if has_pictures
        else None,
        "Samples in a request": f"{spec.batch_size:,}",
        "Labels": ", ".join(spec.labels),
        "Reply": ("JSON by schema" if spec.structured else "text") + f", at most {spec.max_tokens:,} tokens",
        "Temperature": f"{spec.temperature:g}",
        "Retry policy": spec.retry,
        "Repeat": f"the {spec.repeat}. time that the same was asked" if spec.repeat > 1 else None,
        "Order by seed": f"{spec.seed}" + (f", the first {spec.limit:,} samples" if spec.limit is not None else ""),
    }


def _counts(source: Source) -> dict[str, str | None]:
    run_scores, scores = source.scores, source.scores.scores
    bounds = scores.bounds if scores.answered < scores.planned else None
    return {
        "Protocol": f"{run_scores.protocol}: {run_scores.rule}",
        "Spec hash": source.run.spec_hash,
        "Planned": f"{scores.planned:,}",
        "Answered": f"{scores.answered:,}",
        "Coverage": f"{percent(scores.coverage)} %",
        "Counted": f"{scores.counted:,}",
        "Not scored for their gold label": f"{run_scores.unscored:,}" if run_scores.unscored else None,
        "Still to come": f"{run_scores.pending:,}" if run_scores.pending else None,
        "Accuracy lies between": None
        if bounds is None
        else f"{percent(bounds.low)} % (every non-answer wrong) and {percent(bounds.high)} % (every one right)",
    }


def _moment(at: str) -> str:
    """A moment of the workspace (UTC ISO text) without what nobody reads."""
    return f"{at[:16].replace('T', ' ')} UTC"
