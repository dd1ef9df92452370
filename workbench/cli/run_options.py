"""The options of every command that sends requests to a model."""

import math
from typing import Annotated

import typer

from workbench.domain.datasets.tasks import Modality
from workbench.domain.runs import Colour


def _dollars(given: float | None) -> float | None:
    if given is not None and not 0 < given < math.inf:  # a limit of `nan` would never be reached
        raise typer.BadParameter("it must be US dollars above 0")
    return given


RunArgument = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="The run's name. Default: the run changed last.")
]
Name = Annotated[str | None, typer.Option(help="The run's name. Default: the model's.")]
Model = Annotated[str | None, typer.Option(help="The model. Default: the only one that the endpoint has.")]
EndpointName = Annotated[
    str | None, typer.Option(metavar="NAME", help="The endpoint; `embedded` needs no key and no network.")
]
Prompt = Annotated[str | None, typer.Option(help="The prompt: named (the default) or paper.")]
Frames = Annotated[str | None, typer.Option(help="Which frames of a clip: apex, all, last(n), uniform(n) or ends(n).")]
ColourOf = Annotated[Colour | None, typer.Option(help="The colours in which frames are sent.")]
ModalityOf = Annotated[Modality | None, typer.Option(help="Which parts of a sample are sent.")]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Samples in one request.")]
Limit = Annotated[
    int | None, typer.Option(min=1, help="Ask only about the first so many samples of the planned order.")
]
Seed = Annotated[int | None, typer.Option(min=0, help="Decides the order of the samples.")]
OptionOrder = Annotated[
    str | None,
    typer.Option(
        metavar="ORDER", help="The order of the labels in the prompt: card (the default), reversed, shuffled:SEED."
    ),
]
Rpm = Annotated[int | None, typer.Option(min=1, help="Requests per minute, never exceeded.")]
Tpm = Annotated[int | None, typer.Option(min=1, help="Tokens per minute, never exceeded.")]
Rpd = Annotated[int | None, typer.Option(min=1, help="Requests per day, never exceeded.")]
Budget = Annotated[float | None, typer.Option(callback=_dollars, metavar="USD", help="What the run may cost in all.")]
Concurrency = Annotated[int | None, typer.Option(min=1, help="Requests in flight.")]
Patience = Annotated[
    float | None,
    typer.Option(min=0, metavar="MINUTES", help="How long a busy or loading server is waited for (15)."),
]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="The longest answer, in tokens, thoughts included (4000).")]
Yes = Annotated[bool, typer.Option("--yes", help="Agree that samples are sent to a host off this machine.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent and what it would cost; send nothing.")
]
InLine = Annotated[
    bool, typer.Option("--in-line", help="Wait until all that was sent to the endpoint before is through.")
]
RetryPolicyName = Annotated[
    str | None,
    typer.Option(
        "--retry-policy", metavar="NAME", help="halving (the default), or paper: the schedule of the paper's authors."
    ),
]


def seconds(minutes: float | None) -> float | None:
    """Minutes of a flag in seconds."""
    return None if minutes is None else minutes * 60.0
