"""Two runs side by side, as text and as lines of a list."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual.content import Content

from workbench.domain.figure_words import metric_title, p_value, percent, points, points_interval
from workbench.domain.visible import visible
from workbench.tui.widgets.drawn_text import notes, signed_line, table
from workbench.tui.widgets.line_list import ListLine

if TYPE_CHECKING:
    from workbench.application.run_views import Compared
    from workbench.domain.scoring.comparison import Difference
    from workbench.pipeline.scoring.run_comparison import ChangedSample, RunPair

_LINE_CELLS: Final = 25
_WIDE_CELLS: Final = 100


def comparison_page(found: "Compared", width: int) -> Content:
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


def changed_line(one: "ChangedSample") -> ListLine:
    """`✗✓ sub01/EP01  gold happy   A sad   B happy`."""
    marks = (("✓", "right"), ("✗", "wrong")) if one.right == "a" else (("✗", "wrong"), ("✓", "right"))
    aside = (
        (f"  gold {_word(one.gold)}", "soft"),
        (f"  A {_word(one.a)}", marks[0][1]),
        (f"  B {_word(one.b)} ", marks[1][1]),
    )
    return ListLine((*marks, (f" {one.sample}", "plain")), aside)


def _notes(found: "Compared") -> Iterator[str]:
    pair = found.pair
    compared, exact = pair.comparison, pair.comparison.mcnemar
    yield f"exact McNemar: {exact.b:,} right in A alone, {exact.c:,} in B alone, p {p_value(exact.p)}"
    if compared.permutation is not None:
        test = compared.permutation
        yield f"permutation of {test.clusters:,} whole clusters: p {p_value(test.p)}"
    flips = pair.answers.flip_rate
    if flips.value is not None:
        yield f"of {pair.answers.n:,} samples that both answered, the first choice differs in {percent(flips.value)} %"
    yield _counts(pair)
    yield f"specs differ in {visible('; '.join(pair.differs), longest=400) or 'nothing'}"
    yield f"intervals: {compared.interval or 'none, since nothing counts'}"


def _counts(pair: "RunPair") -> str:
    parts = [f"compared {pair.comparison.n:,} samples that count in both"]
    if pair.left_out:
        parts.append(f"left out {pair.left_out:,}")
    for name, count in (("A", pair.only_a), ("B", pair.only_b)):
        if count:
            parts.append(f"{count:,} planned by {name} alone")
    return ", ".join(parts)


def _ends(one: "Difference") -> tuple[float, ...]:
    return tuple(value for value in (one.value, one.low, one.high) if value is not None)


def _word(label: str | None) -> str:
    return visible(label or "not yet", longest=20)
