"""How figures are said to people: ratios as per cent with two decimals, foreign text made visible."""

from typing import Final

from workbench.domain.visible import visible

DASH: Final = "–"
"""Stands where there is no figure."""
_LONGEST_NAME: Final = 36
_TITLES: Final = {
    "accuracy": "Accuracy (WAR)",
    "uar": "UAR",
    "macro_f1": "Macro F1",
    "weighted_f1": "Weighted F1",
    "top_2": "Top-2 accuracy",
    "top_3": "Top-3 accuracy",
    "mrr": "Mean reciprocal rank",
    "mae": "Mean absolute error",
    "pearson": "Pearson's r",
}


def percent(ratio: float | None) -> str:
    """A ratio as per cent with two decimals; a dash where there is none."""
    return DASH if ratio is None else f"{100 * ratio:.2f}"


def points(difference: float | None) -> str:
    """A difference of ratios in percentage points, with its sign; a dash where there is none."""
    if difference is None:
        return DASH
    text = f"{100 * difference:+.2f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """An interval in per cent; nothing where there is none."""
    return "" if low is None or high is None else f"{percent(low)} to {percent(high)}"


def metric_title(name: str) -> str:
    """A metric's name for people."""
    return _TITLES.get(name) or name.replace("_", " ")


def short(name: str) -> str:
    """A foreign name in a table's cell: visible, and cut where it would push everything else aside."""
    shown = visible(name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 1]}…"
