"""What somebody scores who does not look at the pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

ACCURACY: Final = "accuracy"
UAR: Final = "uar"
MACRO_F1: Final = "macro_f1"
WEIGHTED_F1: Final = "weighted_f1"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The scores of always saying one class, or of guessing, over the samples that count."""

    label: str | None
    """The class that is always said; None for guessing."""
    metrics: Mapping[str, float]
    """Accuracy, UAR and both F1s."""


def compute_baselines(support: Mapping[str, int], classes: Sequence[str]) -> dict[str, Baseline]:
    """Always saying the most frequent gold class (the first of several), and guessing each class equally often.

    `support` counts the samples of each gold class. With n samples, N_c of class c, K classes and C of them with
    support. Majority: accuracy p = max N_c / n, UAR 1 / C, F1 of the class said 2p / (1 + p) and 0 for the others.
    Guessing, by expected counts: n / K times each class, N_c / K of them right, so accuracy and UAR 1 / K and
    F1_c = 2 N_c / (n + K N_c). Empty where nothing counts.
    """
    present = {label: count for label, count in support.items() if count}
    if not present:
        return {}
    n, k = sum(present.values()), len(classes)
    most = max(classes, key=lambda label: present.get(label, 0))
    share = present[most] / n
    f1_said = 2 * share / (1 + share)
    f1_guessed = {label: 2 * count / (n + k * count) for label, count in present.items()}
    macro_guessed = sum(f1_guessed.values()) / len(present)
    weighted_guessed = sum(present[label] / n * f1 for label, f1 in f1_guessed.items())
    return {
        "majority": _baseline(most, share, 1 / len(present), f1_said / len(present), share * f1_said),
        "uniform": _baseline(None, 1 / k, 1 / k, macro_guessed, weighted_guessed),
    }


def _baseline(label: str | None, accuracy: float, uar: float, macro_f1: float, weighted_f1: float) -> Baseline:
    values = {ACCURACY: accuracy, UAR: uar, MACRO_F1: macro_f1, WEIGHTED_F1: weighted_f1}
    return Baseline(label, MappingProxyType(values))
