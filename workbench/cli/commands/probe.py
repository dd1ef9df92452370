"""`emowb probe`."""

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.context import AsJson, settings_of, workspace
from workbench.cli.output import meter, say, show, show_json, show_table
from workbench.domain.datasets.cards import CARDS
from workbench.domain.endpoints import EMBEDDED
from workbench.domain.figure_words import dollars
from workbench.errors import EXIT_WORTH_KNOWING, EndpointError

if TYPE_CHECKING:
    from workbench.application.endpoints import Connection
    from workbench.domain.endpoints import OfferedModel
    from workbench.domain.probe_findings import ProbeReport
    from workbench.settings import Settings
    from workbench.storage.workspace.database import Database


def probe_endpoint(
    context: typer.Context,
    *,
    endpoint: Annotated[str | None, typer.Option(metavar="NAME", help="Who is asked.")] = None,
    model: Annotated[str | None, typer.Option(help="Default: the only model that the endpoint has.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find out what an endpoint can do, by asking it.

    A dozen small requests with drawn pictures; nothing of a data set is sent. What was found out is kept in the
    workspace, where there is one.

    \b
    Example:
        emowb probe --endpoint vllm
    """
    from workbench.application.endpoints import connected, endpoint_name, offered_models
    from workbench.domain.endpoints import model_among
    from workbench.provider.probing.probe import ANSWER_TOKENS, MOST_REQUESTS

    settings = settings_of(context)
    name = endpoint_name(settings, endpoint)
    with _workspace_if_any(settings) as db, connected(settings, name, os.environ) as connection:
        offered = asyncio.run(offered_models(connection))
        chosen = model_among(connection.endpoint, offered, model or settings.model).name
        say(
            f"asking {chosen} at {connection.endpoint.base_url}: at most {MOST_REQUESTS} small requests, "
            f"{ANSWER_TOKENS:,} tokens of answer each; drawn pictures go out, nothing of a data set"
        )
        probed = asyncio.run(_probe(settings, connection, chosen, offered))
        is_kept = _keep(db, probed)
    if as_json:
        show_json(probed.as_json() | {"cost_usd": _cost_usd(probed), "stored": is_kept})
    else:
        _show(probed)
    _finish(settings, probed, is_kept=is_kept)


@contextmanager
def _workspace_if_any(settings: "Settings") -> "Iterator[Database | None]":
    """Opened before anybody is asked: one that cannot be written is found out before it costs anything."""
    if settings.db.exists():
        with workspace(settings) as db:
            yield db
    else:
        yield None


async def _probe(
    settings: "Settings", connection: "Connection", model: str, offered: "Sequence[OfferedModel]"
) -> "ProbeReport":
    from workbench.embedded import canaries
    from workbench.pipeline.planning import utc_now
    from workbench.provider.client import EndpointClient
    from workbench.provider.probing.probe import N_FINDINGS, ProbeSession, probe

    rpm = connection.endpoint.rpm or settings.rpm
    async with EndpointClient(connection.endpoint, connection.key, timeout_s=settings.timeout_s) as client:
        talk = ProbeSession(
            endpoint=connection.endpoint,
            model=model,
            send=client.send_body,
            sleep=asyncio.sleep,
            pace_s=60.0 / rpm if rpm else 0.0,
            wanted_images=max(card.batch_size * card.frames.count for card in CARDS.values()),
        )
        with meter(f"probe {connection.endpoint.name}", N_FINDINGS) as bar:
            heard = count(1)
            return await probe(
                talk,
                canaries,
                offered,
                probed_at=utc_now(),
                on_finding=lambda finding: bar.advance(next(heard), finding.name),
            )


def _keep(db: "Database | None", probed: "ProbeReport") -> bool:
    """Store what was found out; a probe that was broken off does not take the place of a whole one."""
    from workbench.storage.runs.endpoint_history import save_probe

    if db is None or probed.stopped is not None:
        return False
    save_probe(db, probed.as_json())
    return True


def _show(probed: "ProbeReport") -> None:
    show(f"{probed.endpoint.name} / {probed.model}")
    for warning in probed.warnings:
        show(f"warning: {warning}")
    show_table(
        ("asked about", "found", "in words"), ((found.name, found.mark, found.says) for found in probed.findings)
    )
    changes = [f"{name} = {json.dumps(value)}" for found in probed.findings for name, value in found.changes.items()]
    if changes:
        show(f"otherwise than its settings say: {', '.join(changes)}")


def _cost_usd(probed: "ProbeReport") -> float | None:
    """What the requests cost; None where a price or a usage is unknown."""
    from workbench.domain.prices import cost_usd
    from workbench.provider.costs.price_list import load_prices

    prices = load_prices()
    costs = [
        cost_usd(reply.model, reply.usage, prices, asked=probed.model)
        for reply in probed.replies
        if reply.status_code == 200
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def _finish(settings: "Settings", probed: "ProbeReport", *, is_kept: bool) -> None:
    """Say what it took and where it is kept, and leave with the exit code that the findings demand."""
    say(f"{len(probed.replies)} requests, cost {dollars(_cost_usd(probed))}")
    if probed.stopped is not None:
        raise EndpointError(f"{probed.endpoint.name} could not be asked to the end: {probed.stopped}")
    if is_kept and probed.endpoint.name == EMBEDDED:
        say(f"kept in {settings.db}; the embedded endpoint is another one each time, so runs need not heed it")
    elif is_kept:
        say(f"kept in {settings.db}; runs of {probed.model} on {probed.endpoint.name} heed it")
    else:
        say(f"not kept: there is no workspace at {settings.db} yet")
    if probed.warnings:
        raise typer.Exit(EXIT_WORTH_KNOWING)
