"""`emowb export`: a run as files."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.application.datasets import find_card
from workbench.application.exports import export_run
from workbench.application.runs import choose_run
from workbench.cli.context import AgainstOption, AsJson, Key, NeutralOption, ProtocolOption, RunName, context_of
from workbench.cli.output import say, show, show_json
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Modality
from workbench.domain.exports import MOST_IN_GALLERY, ExportRequest, Format, formats_named, tables_named
from workbench.domain.scoring.protocols import Against, Protocol
from workbench.errors import UsageError


def export(
    command: typer.Context,
    key: Key,
    *,
    run: RunName = None,
    what: Annotated[
        str,
        typer.Option(
            help="The tables: metrics, predictions, confusion, reviews, refusals, attempts or all; several joined by "
            "commas. md and latex hold metrics, confusion and refusals; html is always the whole report."
        ),
    ] = "all",
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            help="The formats: csv, jsonl, parquet, md, latex or html; several joined by commas. "
            "Parquet needs the extra emowb[parquet].",
        ),
    ] = "csv",
    protocol: ProtocolOption = Protocol.STRICT,
    neutral: NeutralOption = None,
    against: AgainstOption = Against.GOLD,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder to write to. Default: ./exports.")] = None,
    with_images: Annotated[
        bool,
        typer.Option(
            "--with-images", help="Put small pictures into the report. Most licences then forbid to pass it on."
        ),
    ] = False,
    gallery: Annotated[
        int, typer.Option(metavar="N", min=0, help="The most failures that the report shows.")
    ] = MOST_IN_GALLERY,
    as_json: AsJson = False,
) -> None:
    """Write a run's tables, documents or report, and print the paths of the files.

    The formats csv, jsonl and parquet are for programs: ratios are fractions. The formats md, latex and html are for
    people: ratios are per cent. The report (html) is one file without scripts that needs nothing from the network.
    Each file is written whole or not at all.

    \b
    Examples:
        emowb export rafdb --what metrics,predictions --out results
        emowb export rafdb --format html
        emowb export rafdb --run main --format latex,md --what metrics --protocol answered
        emowb export rafdb --format html --against reviews
    """
    wanted = ExportRequest(
        tables=tables_named(what),
        formats=formats_named(formats),
        protocol=protocol,
        neutral=neutral,
        against=against,
        gallery=gallery,
        with_images=with_images,
    )
    if with_images and Format.HTML not in wanted.formats:
        raise UsageError("--with-images is for the report; add --format html")
    context = context_of(command, exports=out)
    card = find_card(context, key)
    found = choose_run(context, card.key, run)
    paths = export_run(context, found, wanted)
    if with_images and Modality(found.spec.modality).has_pictures:
        _warn_of_licence(card)
    if as_json:
        show_json([str(path) for path in paths])
        return
    for path in paths:
        show(str(path))


def _warn_of_licence(card: DatasetCard) -> None:
    if not card.open_licence:
        say(
            f"the report now holds pictures of {card.title} under this licence: {card.licence}; "
            "pass it on only as that allows"
        )
