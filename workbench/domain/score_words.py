"""Scores and comparisons in sentences, which both front ends show. Figures are per cent."""

from collections.abc import Iterator
from typing import Final

from workbench.domain.figure_words import DASH, interval, p_value, percent
from workbench.domain.scoring.comparison import Comparison
from workbench.domain.scoring.intervals import MetricValue
from workbench.domain.scoring.repeat_agreement import SameAnswers
from workbench.domain.scoring.scores import ClassScores, Scores
from workbench.domain.visible import visible

_SIGNIFICANT: Final = 0.01


def share(value: MetricValue) -> str:
    """A share with its interval: `12.50 % (8.21 to 17.90)`."""
    return DASH if value.value is None else f"{percent(value.value)} % ({interval(value.low, value.high)})"


def intervals_line(method: str) -> str:
    """How intervals are computed; `method` is empty where nothing counts."""
    return f"intervals: {method or 'none, since nothing counts'}"


def definition_lines(scores: Scores, n_intensities: int | None = None) -> Iterator[str]:
    """What figures are computed over, for below a table; `n_intensities` where there are MAE and r."""
    if not scores.counted:
        return
    present = [one.label for one in scores.per_class if one.support]
    absent = [visible(one.label) for one in scores.per_class if not one.support]
    without = f", so not {', '.join(absent)}" if absent else ""
    classes = "1 class" if len(present) == 1 else f"{len(present):,} classes"
    yield (
        f"All figures are over {scores.counted:,} counted samples. UAR and macro F1 are means over {classes} that gold "
        f"has{without}; weighted F1 weights these by their samples. A label that an answer does not list counts 0 in "
        "top-k and in the reciprocal rank."
    )
    if n_intensities is not None:
        yield (
            f"MAE and r are over the {n_intensities:,} samples that are answered by one of the five words, under every "
            "protocol, gold zeros included; the words are taken as evenly spaced on the owner's scale."
        )


def bounds_lines(scores: Scores) -> Iterator[str]:
    """Between what accuracy lies; nothing where every planned sample is answered."""
    if scores.bounds is not None and scores.answered < scores.planned:
        low, high = percent(scores.bounds.low), percent(scores.bounds.high)
        yield f"accuracy lies between {low} (every non-answer wrong) and {high} (every one right)"


def f1_words(one: ClassScores) -> str:
    """F1 of a class in per cent; a dash that says why where gold has none of it."""
    return percent(one.f1) if one.support else f"{DASH} (no gold)"


def paired_test_lines(compared: Comparison) -> Iterator[str]:
    """The paired tests of two runs, A and B."""
    if (robust := compared.robust) is not None:
        units = "samples" if robust.clusters is None else f"{robust.clusters:,} clusters"
        yield f"standard error of the difference in accuracy over {units}: {percent(robust.standard_error)}"
    exact, permuted = compared.mcnemar, compared.permutation
    independent = "" if compared.sampling.by is None else "; it takes samples as independent, which they are not here"
    yield (
        f"exact McNemar: {exact.b:,} right in A alone, {exact.c:,} in B alone, p {p_value(exact.p)}"
        f"{_smallest(exact.smallest_p)}{independent}"
    )
    if permuted is not None:
        yield (
            f"permutation of {permuted.clusters:,} whole clusters: p {p_value(permuted.p)}"
            f"{_smallest(permuted.smallest_p)}; the test to report"
        )


def _smallest(p: float) -> str:
    """What no test on so few units can fall below; nothing where that is small."""
    return f" (on so few it cannot be below {p_value(p)})" if p >= _SIGNIFICANT else ""


def same_answers_line(answers: SameAnswers) -> str:
    """How often two runs answer differently."""
    kappa = DASH if answers.kappa.value is None else f"{answers.kappa.value:.2f}"
    return (
        f"of {answers.n:,} samples that both answered, the first choice differs in {share(answers.flip_rate)}; "
        f"Cohen's kappa {kappa}"
    )
