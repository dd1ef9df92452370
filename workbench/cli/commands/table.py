"""`emowb table`."""

from typing import Annotated

import typer

from workbench.application.run_tables import table_of_runs
from workbench.cli.context import ProtocolOption, context_of
from workbench.cli.output import show
from workbench.domain.exports import Format
from workbench.domain.scoring.protocols import Protocol


def show_table_of_runs(
    command: typer.Context,
    *,
    runs: Annotated[
        str, typer.Option(metavar="A,B,...", help="The runs by name, the first one is what others are compared with.")
    ] = "",
    datasets: Annotated[str, typer.Option(metavar="KEY,...", help="The data sets. Default: all that have a run.")] = "",
    protocol: ProtocolOption = Protocol.STRICT,
    form: Annotated[Format, typer.Option("--format", help="csv, md or latex.")] = Format.MARKDOWN,
) -> None:
    """Print one table of many runs over many data sets.

    A row for each run name, a column for each data set's headline metric with its interval, stars for paired tests
    against the first run (by Holm over the whole table), and a row of differences.

    \b
    Examples:
        emowb table --runs gpt-4o,qwen --datasets rafdb,ravdess
        emowb table --runs rgb,grey --format latex > table.tex
    """
    show(table_of_runs(context_of(command), _names(runs), _names(datasets), protocol, form).rstrip())


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]
