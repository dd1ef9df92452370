"""What stands between a command and its first request: who is asked, whether that is agreed to, and of what spec."""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from workbench.cli.context import Opened
from workbench.cli.job_sending import REQUESTS, Way
from workbench.cli.output import say
from workbench.cli.run_specs import card_spec, resumed_spec, stored_spec
from workbench.domain.datasets.tasks import Modality
from workbench.domain.runs import RunSpec
from workbench.errors import EndpointError, UsageError

if TYPE_CHECKING:
    from workbench.application.endpoints import Connection


@dataclass(frozen=True, slots=True)
class ReadyRun:
    """Everything to ask with."""

    connection: "Connection"
    name: str
    """The run's: the one given, else the model's."""
    spec: RunSpec
    """That of the run of that name, where there is one, else the card's; with the options that were given."""


@contextmanager
def ready_to_ask(
    at: Opened,
    name: str | None,
    options: Mapping[str, Any],
    *,
    way: Way = REQUESTS,
    dry_run: bool = False,
    yes: bool = False,
) -> Iterator[ReadyRun]:
    """Reach the endpoint, have it agreed that pictures go there, and choose the model.

    `options` are fields of a run spec, None where one was not given. With `dry_run` nobody has to agree, and nobody
    needs a key. Raises EndpointError and UsageError for whatever stands in the way.
    """
    from workbench.application.endpoints import connected, endpoint_name

    stored = stored_spec(at, name)
    endpoint = endpoint_name(at.settings, options["endpoint"], stored)
    with connected(at.settings, endpoint, os.environ, needs_key=not dry_run) as reached:
        way.check(reached.endpoint, at.card.key)
        connection = replace(reached, partners=()) if way.is_batch else reached  # jobs are one account's
        if not dry_run:  # before anybody off this machine is spoken to
            agree(at, Modality(options["modality"] or at.card.modality), connection, yes=yes)
        wanted = options["model"] or (stored.model if stored else at.settings.model)
        model = _chosen_model(connection, wanted, is_needed=not dry_run)
        name = name or model
        stored = stored or stored_spec(at, name)
        given = {**options, "endpoint": endpoint, "model": model}
        yield ReadyRun(connection, name, resumed_spec(stored, given) if stored else card_spec(at.card, given))


def agree(at: Opened, modality: Modality, connection: "Connection", *, yes: bool) -> None:
    """Say where pictures go; where that is off this machine and the licence is closed, ask, once for set and host.

    Raises UsageError when nobody agrees, or nobody is there to be asked.
    """
    from workbench.pipeline.planning import utc_now
    from workbench.storage.samples import has_consent, load_dataset, save_consent

    for endpoint in connection.endpoints:
        if endpoint.is_local:
            say(f"asking {endpoint.name} at {endpoint.base_url} on this machine")
            continue
        load_dataset(at.db, at.card.key)
        what = "pictures" if modality.has_pictures else "texts"
        say(f"asking {endpoint.name} at {endpoint.base_url}: {what} leave this machine for {endpoint.host}")
        if at.card.open_licence or has_consent(at.db, at.card.key, endpoint.host):
            continue
        say(f"licence of {at.card.title}: {at.card.licence}")
        if not yes and not (sys.stdin.isatty() and typer.confirm(f"Send them to {endpoint.host}?", err=True)):
            raise UsageError(f"nothing was sent; --yes agrees that {what} of {at.card.key} go to {endpoint.host}")
        save_consent(at.db, at.card.key, endpoint.host, utc_now())


def _chosen_model(connection: "Connection", wanted: str | None, *, is_needed: bool) -> str:
    """The model to ask. What a dry run names is taken at its word where nobody confirms it: costs are planned first."""
    from workbench.application.endpoints import choose_model

    try:
        return asyncio.run(choose_model(connection, wanted, say))
    except EndpointError as error:
        if is_needed or wanted is None:
            raise
        say(f"warning: whether there is a model {wanted} was not found out: {error}")
        return wanted
