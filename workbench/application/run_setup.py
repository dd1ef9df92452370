"""What happens before a run is sent: whom to ask, whether that is agreed to, which model, and what it will take."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from workbench.application.context import Context
from workbench.application.endpoints import Connection, choose_model, connected, endpoint_name
from workbench.application.run_parts import lane_limits
from workbench.application.run_sending import REQUESTS, SendOptions
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Modality
from workbench.domain.prices import Price
from workbench.domain.run_options import card_spec, resumed_spec
from workbench.domain.run_status import RunTotals
from workbench.domain.runs import Run, RunSpec
from workbench.errors import EndpointError, UsageError
from workbench.media.sample_media import media_source
from workbench.pipeline import planning
from workbench.pipeline.run_estimates import Estimate, RunPace, estimate_run
from workbench.provider.costs.price_list import load_prices
from workbench.storage.run_lines import line_folder, place_in_line
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.endpoint_history import typical_latency_s
from workbench.storage.runs.plans import OpenPlan, count_open_samples, open_batches
from workbench.storage.runs.run_records import has_run, load_run, save_estimate
from workbench.storage.samples import has_consent, load_dataset, save_consent
from workbench.storage.workspace.database import Database

__all__ = ["Destination", "Estimate", "ReadyRun", "RunPlan", "estimate_open", "plan_run", "ready_to_send"]


@dataclass(frozen=True, slots=True)
class Destination:
    """A host off this machine to which samples of a data set under a closed licence would go."""

    card: DatasetCard
    host: str
    what: str
    """pictures or texts."""


Agree = Callable[[Destination], bool]
"""Asks a person whether samples may go to a host."""


@dataclass(frozen=True, slots=True)
class ReadyRun:
    """A run that can be sent."""

    connection: Connection
    name: str
    """The one given, else the model's."""
    spec: RunSpec
    """That of the run of this name where there is one, else the data set's; with the options that were given."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run of some name would still ask, and what that takes."""

    name: str
    spec: RunSpec
    estimate: Estimate
    planned: int
    """Samples."""
    before: RunTotals | None
    """How far it has come; None where there is no run of that name yet."""
    price: Price | None
    """Of the model; None: not known."""


@contextmanager
def ready_to_send(
    context: Context,
    card: DatasetCard,
    name: str | None,
    given: Mapping[str, Any],
    options: SendOptions = REQUESTS,
    *,
    agree: Agree,
    dry_run: bool = False,
    in_line: bool = False,
) -> Iterator[ReadyRun]:
    """Connect to the endpoint, have it agreed that samples go there, and choose the model.

    `given` are fields of a run spec, None where one was not given. With `dry_run` nobody has to agree, and no key is
    needed. With `in_line`, wait at the end until all that was sent to the endpoint before is through. Raises
    EndpointError and UsageError for whatever keeps the run from being sent.
    """
    stored = stored_spec(context, card, name)
    endpoint = endpoint_name(context.settings, given["endpoint"], stored)
    with connected(context, endpoint, needs_key=not dry_run) as reached:
        options.check(reached.endpoint, card.key)
        connection = replace(reached, partners=()) if options.by_jobs else reached  # jobs belong to one account
        if not dry_run:  # before anybody off this machine is spoken to
            require_consent(context, card, Modality(given["modality"] or card.modality), connection, agree)
        wanted = given["model"] or (stored.model if stored else context.settings.model)
        model = _model(context, connection, wanted, is_needed=not dry_run)
        name = name or model
        stored = stored or stored_spec(context, card, name)
        changed = {**given, "endpoint": endpoint, "model": model}
        ready = ReadyRun(connection, name, resumed_spec(stored, changed) if stored else card_spec(card, changed))
        if dry_run:
            yield ready
            return
        folder = line_folder(context.settings.db, endpoint)
        with place_in_line(folder, f"{card.key} / {name}", waits=in_line, tell=context.tell):
            yield ready


def require_consent(
    context: Context, card: DatasetCard, modality: Modality, connection: Connection, agree: Agree
) -> None:
    """Tell where samples go. Where that is off this machine and the licence is closed, ask, once for set and host.

    Raises UsageError where nobody agrees.
    """
    what = "pictures" if modality.has_pictures else "texts"
    for endpoint in connection.endpoints:
        if endpoint.is_local:
            context.tell(f"asking {endpoint.name} at {endpoint.base_url} on this machine")
            continue
        with context.workspace() as db:
            load_dataset(db, card.key)
            is_agreed = card.open_licence or has_consent(db, card.key, endpoint.host)
        context.tell(f"asking {endpoint.name} at {endpoint.base_url}: {what} leave this machine for {endpoint.host}")
        if is_agreed:
            continue
        context.tell(f"licence of {card.title}: {card.licence}")
        if not agree(Destination(card, endpoint.host, what)):
            raise UsageError(f"nothing was sent; --yes agrees that {what} of {card.key} go to {endpoint.host}")
        with context.workspace() as db:
            save_consent(db, card.key, endpoint.host, context.now())


def stored_spec(context: Context, card: DatasetCard, name: str | None) -> RunSpec | None:
    """The spec of the run of that name, where there is one."""
    with context.workspace() as db:
        return load_run(db, card.key, name).spec if name and has_run(db, card.key, name) else None


def plan_run(
    context: Context, name: str, spec: RunSpec, connection: Connection, options: SendOptions = REQUESTS
) -> RunPlan:
    """What a run would still ask, before it is made or resumed.

    A name that stands for another spec, which the run itself would refuse, is only told of.
    """
    with context.workspace() as db:
        try:
            run = planning.stored_run(db, name, spec)
        except UsageError as error:
            context.tell(f"warning: {error}")
            run = None
        before = load_totals(db, run.id) if run else None
        batches = [one.sample_ids for one in open_batches(db, run.id)] if run else planning.plan_samples(db, spec)
        estimate = estimate_batches(context, db, spec, connection, batches, batch_api=options.by_jobs)
    price = load_prices(context.settings.prices).price_of(spec.model)
    return RunPlan(name, spec, estimate, before.planned if before else estimate.samples, before, price)


def estimate_open(
    context: Context, run: Run, connection: Connection, options: SendOptions = REQUESTS
) -> Estimate | None:
    """What the open batches of a run will take, kept with the run; None where nothing is open."""
    with context.workspace() as db:
        plan = OpenPlan(db, run.id)
        if not plan:
            return None
        samples = count_open_samples(db, run.id)
        estimate = estimate_batches(context, db, run.spec, connection, plan, batch_api=options.by_jobs, samples=samples)
        save_estimate(db, run.id, estimate.as_json())
    return estimate


def estimate_batches(
    context: Context,
    db: Database,
    spec: RunSpec,
    connection: Connection,
    batches: Sequence[Sequence[str]],
    *,
    batch_api: bool = False,
    samples: int | None = None,
) -> Estimate:
    """What it will take to ask about these batches of samples; decodes the media of a few of them.

    `samples` is how many samples they hold, where that is known without looking into all of them.
    """
    settings = context.settings
    return estimate_run(
        db,
        spec,
        batches,
        media=media_source(load_dataset(db, spec.dataset).root, spec, settings.cache / "frames"),
        pace=replace(_pace(context, db, spec, connection), batch_api=batch_api),
        prices=load_prices(settings.prices),
        samples=samples,
    )


def _pace(context: Context, db: Database, spec: RunSpec, connection: Connection) -> RunPace:
    """The limits of all keys together, and the time that replies took lately."""
    lanes = [
        lane_limits(context.settings, one.endpoint) for one in (connection, *connection.partners) for _ in one.keys
    ]

    def summed(limits: Iterable[int | None]) -> int | None:
        known = [limit for limit in limits if limit is not None]
        return sum(known) if len(known) == len(lanes) else None

    return RunPace(
        rpm=summed(lane.rpm for lane in lanes),
        tpm=summed(lane.tpm for lane in lanes),
        rpd=summed(lane.rpd for lane in lanes),
        in_flight=summed(lane.concurrency for lane in lanes),
        latency_s=typical_latency_s(db, spec.endpoint, spec.model),
    )


def _model(context: Context, connection: Connection, wanted: str | None, *, is_needed: bool) -> str:
    """The model to ask. A dry run takes the name that was given where nobody confirms it: costs are planned first."""
    try:
        return asyncio.run(choose_model(connection, wanted, context.tell))
    except EndpointError as error:
        if is_needed or wanted is None:
            raise
        context.tell(f"warning: whether there is a model {wanted} was not found out: {error}")
        return wanted
