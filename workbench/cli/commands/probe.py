"""`emowb probe`."""

import json
from itertools import count
from typing import Annotated

import typer

from workbench.application.endpoints import (
    ANSWER_TOKENS,
    MOST_REQUESTS,
    N_FINDINGS,
    ProbeResult,
    endpoint_name,
    probe_endpoint,
)
from workbench.cli.context import AsJson, context_of
from workbench.cli.output import meter, say, show, show_json, show_table
from workbench.domain.endpoints import EMBEDDED, Endpoint
from workbench.domain.figure_words import dollars
from workbench.domain.probe_findings import ProbeReport
from workbench.errors import EXIT_WORTH_KNOWING, EndpointError
from workbench.settings import Settings


def probe(
    command: typer.Context,
    *,
    endpoint: Annotated[
        str | None, typer.Option(metavar="NAME", help="The endpoint. Default: the setting endpoint.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model. Default: the only one that the endpoint has.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find out what an endpoint can do, by asking it.

    Sends a dozen small requests with drawn pictures, and nothing from a data set. If there is a workspace, the findings
    are kept there, and later runs follow them.

    \b
    Example:
        emowb probe --endpoint vllm
    """
    context = context_of(command)
    name = endpoint_name(context.settings, endpoint)
    with meter(f"probe {name}", N_FINDINGS) as bar:
        heard = count(1)

        def on_start(asked: Endpoint, chosen: str) -> None:
            bar.say(
                f"asking {chosen} at {asked.base_url}: at most {MOST_REQUESTS} small requests, "
                f"{ANSWER_TOKENS:,} tokens of answer each; drawn pictures go out, nothing of a data set"
            )

        result = probe_endpoint(
            context,
            name,
            model,
            on_start=on_start,
            on_finding=lambda finding: bar.advance(next(heard), finding.name),
        )
    if as_json:
        show_json(result.probed.as_json() | {"cost_usd": result.cost_usd, "stored": result.is_stored})
    else:
        _show(result.probed)
    _finish(context.settings, result)


def _show(probed: ProbeReport) -> None:
    show(f"{probed.endpoint.name} / {probed.model}")
    for warning in probed.warnings:
        show(f"warning: {warning}")
    show_table(("question", "answer", "details"), ((found.name, found.mark, found.says) for found in probed.findings))
    changes = [f"{name} = {json.dumps(value)}" for found in probed.findings for name, value in found.changes.items()]
    if changes:
        show(f"differs from its settings: {', '.join(changes)}")


def _finish(settings: Settings, result: ProbeResult) -> None:
    """Say what the probe took and where it is kept, and end with the exit code that the findings demand."""
    probed = result.probed
    say(f"{len(probed.replies)} requests, cost {dollars(result.cost_usd)}")
    if probed.stopped is not None:
        raise EndpointError(f"{probed.endpoint.name} did not answer to the end: {probed.stopped}")
    if result.is_stored and probed.endpoint.name == EMBEDDED:
        say(f"kept in {settings.db}; the embedded endpoint starts anew each time, so runs do not use it")
    elif result.is_stored:
        say(f"kept in {settings.db}; runs of {probed.model} on {probed.endpoint.name} follow it")
    else:
        say(f"not kept: there is no workspace at {settings.db} yet")
    if probed.warnings:
        raise typer.Exit(EXIT_WORTH_KNOWING)
