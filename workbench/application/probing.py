"""Finding out what an endpoint can do."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from workbench.application.context import Context
from workbench.application.endpoints import connected, offered_models
from workbench.domain.datasets.cards import CARDS
from workbench.domain.endpoints import Endpoint, model_among
from workbench.domain.prices import PriceTable, cost_usd
from workbench.domain.probe_findings import Finding, ProbeReport
from workbench.embedded import probe_pictures
from workbench.provider.client import EndpointClient
from workbench.provider.costs.price_list import load_prices
from workbench.provider.probing.probe import ANSWER_TOKENS, MOST_REQUESTS, N_FINDINGS, ProbeSession, probe
from workbench.storage.runs.endpoint_history import save_probe

__all__ = ["ANSWER_TOKENS", "MOST_REQUESTS", "N_FINDINGS", "ProbeResult", "probe_endpoint"]


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a probe found out and what it took."""

    probed: ProbeReport
    cost_usd: float | None
    """None where a price or the number of tokens is unknown."""
    is_stored: bool
    """Whether the workspace has it, so that runs heed it. One that was broken off does not replace a whole one."""


def probe_endpoint(
    context: Context,
    endpoint: str,
    model: str | None,
    *,
    on_start: Callable[[Endpoint, str], None],
    on_finding: Callable[[Finding], None],
) -> ProbeResult:
    """Ask an endpoint a dozen small questions about drawn pictures, and store the findings if there is a workspace.

    `on_start` is called with the endpoint and the model before the first question, `on_finding` with each finding as it
    comes. Raises EndpointError when nobody answers, and UsageError where it is not clear which model to ask.
    """
    settings = context.settings
    with ExitStack() as stack:
        # Opened before anything is asked: a workspace that cannot be written is found out before it costs anything.
        db = stack.enter_context(context.workspace()) if settings.db.exists() else None
        connection = stack.enter_context(connected(context, endpoint))
        offered = asyncio.run(offered_models(connection))
        chosen = model_among(connection.endpoint, offered, model or settings.model).name
        on_start(connection.endpoint, chosen)
        rpm = connection.endpoint.rpm or settings.rpm

        async def ask() -> ProbeReport:
            async with EndpointClient(connection.endpoint, connection.key, timeout_s=settings.timeout_s) as client:
                session = ProbeSession(
                    endpoint=connection.endpoint,
                    model=chosen,
                    send=client.send_body,
                    sleep=asyncio.sleep,
                    pace_s=60.0 / rpm if rpm else 0.0,
                    wanted_images=max(card.batch_size * card.frames.count for card in CARDS.values()),
                )
                return await probe(session, probe_pictures, offered, probed_at=context.now(), on_finding=on_finding)

        probed = asyncio.run(ask())
        is_stored = db is not None and probed.stopped is None
        if db is not None and is_stored:
            save_probe(db, probed.as_json())
    return ProbeResult(probed, _cost_usd(probed, load_prices(settings.prices)), is_stored)


def _cost_usd(probed: ProbeReport, prices: PriceTable) -> float | None:
    costs = [
        cost_usd(reply.model, reply.usage, prices, asked=probed.model)
        for reply in probed.replies
        if reply.status_code == 200
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
