"""`emowb reproduce`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from workbench.application.reproduction import (
    CellSensitivity,
    PublishedCell,
    Reproduction,
    Sensitivity,
    reproduce,
    reproduction_json,
    sensitivity_json,
    vary,
)
from workbench.cli.context import AsJson
from workbench.cli.output import say, show, show_json, show_table
from workbench.domain.figure_words import percent
from workbench.errors import EXIT_WORTH_KNOWING


def reproduce_paper(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="The folder results/ of gpt4v-emotion, with files such as <set>/label-gpt4v.csv."
        ),
    ],
    *,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Show how each figure changes under other rules.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score the prediction files that the paper's authors published, beside the paper's figures.

    Computes every GPT-4V figure of Tables 3 to 10 of arXiv 2312.04293 for which DIR has a file, by the rules that give
    the printed figures. The exit code is 0 only if all of them match to two decimals.

    \b
    Examples:
        emowb reproduce gpt4v-emotion/results
        emowb reproduce gpt4v-emotion/results --sensitivity
    """
    found = reproduce(folder.expanduser())
    varied = vary(found) if sensitivity else None
    if as_json:
        show_json(reproduction_json(found) | ({} if varied is None else sensitivity_json(varied)))
    else:
        _show_cells(found)
        if varied is not None:
            _show_sensitivity(varied)
    if found.matched < len(found.cells):
        raise typer.Exit(EXIT_WORTH_KNOWING)


def _show_cells(found: Reproduction) -> None:
    show_table(
        ("#table", "data set", "metric", "#published", "#computed", "#n", "#coverage", ""),
        (
            (
                *_named(cell),
                *(_per_cent(cell.published), _per_cent(cell.computed), cell.scores.counted),
                *(percent(cell.scores.coverage), "match" if cell.match else "DIFFERS"),
            )
            for cell in found.cells
        ),
    )
    show("per cent; the rules:")
    for rule, sets in _rules(found.cells).items():
        show(f"  {', '.join(sets)}: {rule}")
    for path, notes in {cell.predictions.file.path: cell.predictions.notes for cell in found.cells}.items():
        if notes:
            show(f"{path.parent.name}/{path.name}: {'; '.join(notes)}")
    if found.without_file:
        missing = dict.fromkeys(f"{one.dataset} {one.variant}".strip() for one in found.without_file)
        say(f"no file for {len(found.without_file)} published figures: {', '.join(missing)}")
    for predictions in found.without_figure:
        say(f"{predictions.file.path}: the paper has no figure of this condition")
    show(f"{found.matched} of {len(found.cells)} figures match to two decimals")


def _rules(cells: Iterable[PublishedCell]) -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    for cell in cells:
        sets = rules.setdefault(cell.rule, [])
        if cell.figure.dataset not in sets:
            sets.append(cell.figure.dataset)
    return rules


def _show_sensitivity(varied: Sensitivity) -> None:
    show("")
    show("each figure under other rules, one at a time, where they change it (and n, where that changes):")
    show_table(
        ("#table", "data set", "metric", "#paper", "#majority", "#guessing", "under other rules"),
        (
            (
                *_named(one.cell),
                *(_per_cent(one.under("paper")), _per_cent(one.majority), _per_cent(one.uniform)),
                _moved(one),
            )
            for one in varied.cells
        ),
    )
    _show_conclusions(varied)


def _show_conclusions(varied: Sensitivity) -> None:
    fallen = [one for one in varied.conclusions if not one.stands]
    all_orders = len(varied.conclusions)
    show(f"{all_orders - len(fallen)} of {all_orders} orders of two methods hold under every rule")
    if fallen:
        show_table(
            ("#table", "data set", "metric", "the paper's order", "otherwise under"),
            (
                (
                    *(one.table, one.dataset, one.metric),
                    f"{one.first} {'above' if one.holds else 'not above'} {one.second}",
                    ", ".join(one.otherwise),
                )
                for one in fallen
            ),
            title="those that do not hold",
        )


def _named(cell: PublishedCell) -> tuple[object, ...]:
    figure = cell.figure
    return figure.table, f"{figure.dataset} {figure.variant}".strip(), figure.printed_metric


def _moved(one: CellSensitivity) -> str:
    """The rules that change a figure, those with the same result together."""
    base, *others = one.variations
    rules: dict[str, list[str]] = {}
    for each in others:
        n = "" if each.n == base.n else f" ({each.n})"
        if (figure := f"{_per_cent(each.value)}{n}") != _per_cent(base.value):
            rules.setdefault(figure, []).append(each.rule)
    return "; ".join(f"{figure} {', '.join(names)}" for figure, names in rules.items()) or "unchanged"


def _per_cent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
