"""Two runs side by side, as text and as lines of a list."""

from collections.abc import Iterator
from typing import Final

from textual.content import Content

from workbench.application.comparisons import ChangedSample, TwoRuns, counts_line
from workbench.domain.figure_words import metric_title, percent, points, points_interval
from workbench.domain.score_words import intervals_line, paired_test_lines, same_answers_line
from workbench.domain.scoring.comparison import Difference
from workbench.domain.visible import visible
from workbench.tui.widgets.drawn_text import notes, signed_line, table
from workbench.tui.widgets.line_list import ListLine

_LINE_CELLS: Final = 25
_WIDE_CELLS: Final = 100


def comparison_page(found: TwoRuns, width: int) -> Content:
    """Differences with intervals, the paired tests, how often both say the same."""
    compared = found.pair.comparison
    most = max((abs(one) for each in compared.differences for one in _ends(each)), default=0.01) or 0.01
    drawn = width >= _WIDE_CELLS
    heads = ("per cent", "A", "B", "A − B", "95 % interval", *(("−0+",) if drawn else ()))
    rows = [
        (
            *(
                metric_title(one.metric),
                percent(one.a),
                percent(one.b),
                points(one.value),
                points_interval(one.low, one.high),
            ),
            *((signed_line(one.value, one.low, one.high, _LINE_CELLS, most),) if drawn else ()),
        )
        for one in compared.differences
    ]
    return Content("\n").join([table(heads, rows, width, strong=(0,)), notes(_notes(found), width)])


def changed_line(one: ChangedSample) -> ListLine:
    """`✗✓ sub01/EP01  gold happy   A sad   B happy`."""
    marks = (("✓", "right"), ("✗", "wrong")) if one.right == "a" else (("✗", "wrong"), ("✓", "right"))
    aside = (
        (f"  gold {_word(one.gold)}", "soft"),
        (f"  A {_word(one.a)}", marks[0][1]),
        (f"  B {_word(one.b)} ", marks[1][1]),
    )
    return ListLine((*marks, (f" {one.sample}", "plain")), aside)


def _notes(found: TwoRuns) -> Iterator[str]:
    pair = found.pair
    yield from paired_test_lines(pair.comparison)
    yield same_answers_line(pair.answers)
    yield counts_line(pair)
    yield f"specs differ in {visible('; '.join(pair.differs), longest=400) or 'nothing'}"
    yield intervals_line(pair.comparison.interval)


def _ends(one: Difference) -> tuple[float, ...]:
    return tuple(value for value in (one.value, one.low, one.high) if value is not None)


def _word(label: str | None) -> str:
    return visible(label or "not yet", longest=20)
