"""A comparison of runs as csv, Markdown or LaTeX: every metric of every pair, with its interval and the tests."""

from collections.abc import Iterator
from typing import Final

from workbench import __version__
from workbench.domain.exports import Format
from workbench.domain.figure_words import metric_title, p_value, percent, points, points_interval, short
from workbench.domain.score_words import intervals_line, paired_test_lines
from workbench.errors import UsageError
from workbench.export.latex import latex_fragment, latex_label
from workbench.export.markdown import markdown_of
from workbench.export.run_grids import Grid, GridLine
from workbench.export.table_files import CsvCell, csv_lines
from workbench.pipeline.scoring.run_comparison import RunComparison, RunPair

_COLUMNS: Final = (
    *("dataset", "protocol", "against", "rule", "a", "b", "n", "metric", "value_a", "value_b", "difference"),
    *("low", "high", "interval", "mcnemar_b", "mcnemar_c", "mcnemar_p", "mcnemar_p_holm"),
    *("permutation_clusters", "permutation_p", "permutation_p_holm"),
)


def comparison_document(found: RunComparison, wanted: Format) -> str:
    """The text of the document. Raises UsageError for a format that it has not."""
    if wanted is Format.CSV:
        return "".join(csv_lines(_COLUMNS, _rows(found)))
    about = [("data set", found.dataset), ("protocol", f"{found.protocol}: {found.rule}"), ("made by", _MADE_BY)]
    grids = [_grid(found, pair) for pair in found.pairs]
    if wanted is Format.MARKDOWN:
        return "".join(markdown_of(f"{found.dataset}: {', '.join(map(short, found.runs))}", about, grids))
    if wanted is Format.LATEX:
        return "".join(latex_fragment(about, grids, latex_label(found.dataset, "compare")))
    raise UsageError(f"compare prints csv, md or latex, not {wanted}; --json gives everything to programs")


_MADE_BY: Final = f"emowb {__version__}"


def _rows(found: RunComparison) -> Iterator[tuple[CsvCell, ...]]:
    for pair in found.pairs:
        one = pair.comparison
        exact, permuted = one.mcnemar, one.permutation
        tests = (
            *(exact.b, exact.c, exact.p, pair.p_holm, permuted.clusters if permuted else None),
            *(permuted.p if permuted else None, pair.permutation_p_holm),
        )
        head = (found.dataset, str(found.protocol), str(found.against), found.rule, pair.a, pair.b, one.n)
        for each in one.differences:
            figures = (each.metric, each.a, each.b, each.value, each.low, each.high)
            yield (*head, *figures, one.interval, *tests)


def _grid(found: RunComparison, pair: RunPair) -> Grid:
    one = pair.comparison
    adjusted: list[str] = []
    if (pairs := len(found.pairs)) > 1:
        permuted = p_value(pair.permutation_p_holm)
        adjusted.append(f"By Holm over {pairs} pairs: McNemar {p_value(pair.p_holm)}, clusters permuted {permuted}.")
    return Grid(
        key=latex_label(pair.a, pair.b),
        caption=f"{found.dataset}: {short(pair.a)} (A) and {short(pair.b)} (B), per cent.",
        stub="Metric",
        heads=("A", "B", "A − B", "95 % interval"),
        sections=(
            tuple(
                GridLine.of(
                    *(metric_title(each.metric), percent(each.a), percent(each.b), points(each.value)),
                    points_interval(each.low, each.high),
                )
                for each in one.differences
            ),
        ),
        notes=(
            f"Protocol {found.protocol}, over {one.n:,} samples that count in both: {found.rule}",
            f"{intervals_line(one.interval).capitalize()}.",
            *(f"{line[0].upper()}{line[1:]}." for line in paired_test_lines(one)),
            *adjusted,
        ),
    )
