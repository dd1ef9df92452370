"""Figures as people read them: ratios in per cent with two decimals, costs in dollars, p values, names of metrics."""

from typing import Final

from workbench.domain.scoring.metrics import METRICS, Unit
from workbench.domain.visible import visible

DASH: Final = "–"
"""Stands where there is no figure."""
_LONGEST_NAME: Final = 36
_SMALLEST_P: Final = 0.0001


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
    """An interval in per cent; empty where there is none."""
    return "" if low is None or high is None else f"{percent(low)} to {percent(high)}"


def points_interval(low: float | None, high: float | None) -> str:
    """The interval of a difference, in percentage points; empty where there is none."""
    return "" if low is None or high is None else f"{points(low)} to {points(high)}"


def p_value(p: float | None) -> str:
    """A p value with four decimals; `< 0.0001` for a smaller one."""
    if p is None:
        return DASH
    return f"< {_SMALLEST_P}" if p < _SMALLEST_P else f"{p:.4f}"


def dollars(cost_usd: float | None) -> str:
    """A cost with four decimals; `unknown` for None."""
    return "unknown" if cost_usd is None else f"${cost_usd:,.4f}"


def metric_value(metric: str, value: float | None) -> str:
    """A figure of that metric: a share in per cent, any other with three decimals; a dash where there is none."""
    if METRICS[metric].unit is Unit.SHARE:
        return percent(value)
    return DASH if value is None else f"{value:.3f}"


def metric_interval(metric: str, low: float | None, high: float | None) -> str:
    """The interval of a figure of that metric; empty where there is none."""
    return "" if low is None or high is None else f"{metric_value(metric, low)} to {metric_value(metric, high)}"


def metric_title(name: str) -> str:
    """A metric's name for people."""
    return METRICS[name].title


def short(name: str) -> str:
    """A name from outside for a cell of a table: made visible, and cut to 36 characters."""
    shown = visible(name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 1]}…"


def duration(seconds: float) -> str:
    """A length of time for people: 41 s, 3 min 20 s, 2 h 5 min, 3 d 4 h."""
    minutes, secs = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {secs} s" if minutes else f"{secs} s"
