"""`emowb load-predictions`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from workbench.application import importing
from workbench.application.importing import LoadReport
from workbench.cli.context import AsJson, Key, context_of
from workbench.cli.output import say, show, show_json, suggest
from workbench.domain.datasets.tasks import Modality
from workbench.domain.visible import visible
from workbench.errors import EXIT_WORTH_KNOWING, UsageError

_SHOWN: Final = 5


def load_predictions(
    command: typer.Context,
    key: Key,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="CSV", help="A file with the columns sample,ranking, or name,gt,gpt4v as in gpt4v-emotion."
        ),
    ],
    *,
    name: Annotated[str, typer.Option("--name", help="The run's name.")],
    model: Annotated[
        str | None, typer.Option(help="The model that made the predictions. Default: the run's name.")
    ] = None,
    modality: Annotated[
        Modality | None, typer.Option(help="What the model was given. Default: all that the data set has.")
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Gold labels of all samples, for a data set that is not imported."),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(metavar="A,B,...", help="For answers that are class numbers: the labels in their order."),
    ] = None,
    codes: Annotated[
        str | None,
        typer.Option(metavar="1=A,2=B,...", help="For answers that are class numbers or other words: what each means."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="The encoding of the file (cp1252, gb18030, ...), where it is not UTF-8.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a run of predictions that another program made.

    You can score, review, compare and export it like any other run. If the data set has not been imported, it is
    made from the names and gold labels in the file, without pictures.

    \b
    Examples:
        emowb load-predictions rafdb label-gpt4v-rgb.csv --name gpt4v
        emowb load-predictions rafdb numbers.csv --name resnet --codes 1=Surprise,2=Fear,3=Disgust,...
        emowb load-predictions casme2 theirs.csv --name theirs --gold label.csv
    """
    report = importing.load_predictions(
        context_of(command),
        key,
        path.expanduser(),
        name,
        model=model,
        modality=modality,
        gold_path=gold.expanduser() if gold else None,
        labels=_words(labels),
        codes=_codes(codes),
        encoding=encoding,
    )
    if as_json:
        show_json(_report_json(report))
    else:
        _show(report)
    if report.ambiguous or report.repeated or report.doubt:
        raise typer.Exit(EXIT_WORTH_KNOWING)


def _words(given: str | None) -> list[str]:
    return [word.strip() for word in (given or "").split(",") if word.strip()]


def _codes(given: str | None) -> dict[str, str]:
    pairs = [word.partition("=") for word in _words(given)]
    if wrong := next((code for code, mark, word in pairs if not (code.strip() and mark and word.strip())), None):
        raise UsageError(f"--codes is written 1=happy,2=sad, not {wrong!r}")
    return {code.strip(): word.strip() for code, _, word in pairs}


def _report_json(report: LoadReport) -> dict[str, object]:
    return {
        "run": report.run.name,
        "dataset": report.run.dataset,
        "planned": report.planned,
        "predicted": report.answered,
        "missing": report.planned - report.answered,
        "unknown": list(report.unknown),
        "other_gold": list(report.other_gold),
        "ambiguous": {name: list(ids) for name, ids in report.ambiguous.items()},
        "repeated": list(report.repeated),
        "outside": report.outside,
        "doubt": report.doubt,
        "notes": list(report.notes),
        "imported": report.imported,
    }


def _show(report: LoadReport) -> None:
    run = report.run
    show(f"{run.dataset} / {run.name}: {report.answered} of {report.planned} samples have a prediction")
    if report.imported:
        say(f"{run.dataset} was not imported: its {report.planned} samples are made from the file, without pictures")
    for note in report.notes:
        say(note)
    if report.unknown:
        say(f"{len(report.unknown)} names in the file are no samples of {run.dataset}: {_some(report.unknown)}")
    if report.other_gold:
        say(
            f"{len(report.other_gold)} samples have another gold label in the file; the data set's label is kept: "
            f"{_some(report.other_gold)}"
        )
    for name, ids in [*report.ambiguous.items()][:_SHOWN]:
        say(f"{visible(name)} fits several samples equally well and was given to none: {_some(ids)}")
    if len(report.ambiguous) > _SHOWN:
        say(f"... and {len(report.ambiguous) - _SHOWN} more names like that; --json lists all")
    if report.repeated:
        say(
            f"{len(report.repeated)} rows are about samples that an earlier row answers otherwise; the first counts: "
            f"{_some(report.repeated)}"
        )
    if report.doubt:
        say(report.doubt)
    elif report.outside:
        say(f"{report.outside} answers are not among the labels of {run.dataset}")
    suggest(f"emowb metrics {run.dataset} --run {run.name}, emowb open {run.dataset} --run {run.name}")


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
