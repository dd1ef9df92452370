"""The options of every command that asks a model."""

import math
from typing import Annotated

import typer

from workbench.domain.datasets.tasks import Modality
from workbench.domain.runs import Colour


def _dollars(given: float | None) -> float | None:
    if given is not None and not 0 < given < math.inf:  # a limit of `nan` would never be reached
        raise typer.BadParameter("it must be US dollars above 0")
    return given


Name = Annotated[str | None, typer.Option(help="The run's name. Default: the model's.")]
Model = Annotated[str | None, typer.Option(help="Default: the only model that the endpoint has.")]
EndpointName = Annotated[str | None, typer.Option(metavar="NAME", help="Who is asked; `embedded` needs nothing.")]
Prompt = Annotated[str | None, typer.Option(help="named (the default) or paper.")]
Frames = Annotated[str | None, typer.Option(help="apex, all, last(n), uniform(n) or ends(n).")]
ColourOf = Annotated[Colour | None, typer.Option(help="In what colours frames go out.")]
ModalityOf = Annotated[Modality | None, typer.Option(help="What of a sample is sent.")]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Samples in one request.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only so many samples of the planned order.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Of the order of samples.")]
OptionOrder = Annotated[
    str | None,
    typer.Option(
        metavar="ORDER", help="In what order labels are offered: card (the default), reversed, shuffled:SEED."
    ),
]
Rpm = Annotated[int | None, typer.Option(min=1, help="Requests per minute, never exceeded.")]
Tpm = Annotated[int | None, typer.Option(min=1, help="Tokens per minute, never exceeded.")]
Rpd = Annotated[int | None, typer.Option(min=1, help="Requests per day, never exceeded.")]
Budget = Annotated[float | None, typer.Option(callback=_dollars, metavar="USD", help="What the run may cost in all.")]
Concurrency = Annotated[int | None, typer.Option(min=1, help="Requests in flight.")]
Yes = Annotated[bool, typer.Option("--yes", help="Agree that pictures go to a host off this machine.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be asked; send nothing.")]
RetryPolicyName = Annotated[
    str | None,
    typer.Option(
        "--retry-policy", metavar="NAME", help="halving (the default), or paper: the schedule of the paper's authors."
    ),
]
